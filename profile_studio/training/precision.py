"""What a training computes with.

Decided before accelerate is asked: on a processor it would take fp16 without the scaler that fp16 needs.
"""

from typing import Literal

import torch
from accelerate import Accelerator
from accelerate.utils import GradientAccumulationPlugin

from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import Precision

Computed = Literal["fp32", "fp16", "bf16"]

DTYPES: dict[Computed, torch.dtype] = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
_ACCELERATE_NAMES: dict[Computed, str] = {"fp32": "no", "fp16": "fp16", "bf16": "bf16"}
_INSTEAD: dict[tuple[Precision, Computed], Sentence] = {
    ("fp16", "fp32"): Sentence("fp32 instead of fp16: this machine has no CUDA graphics card."),
    ("bf16", "fp32"): Sentence("fp32 instead of bf16: this machine has no CUDA graphics card."),
    ("bf16", "fp16"): Sentence("fp16 instead of bf16: this graphics card does not compute with bf16."),
}


def decide_precision(asked: Precision, device_type: str, *, has_bf16: bool) -> tuple[Computed, Sentence | None]:
    """What is computed with, and the sentence that says so where something else was asked for.

    Args:
        device_type: cuda, mps or cpu; only CUDA computes in less than fp32.
        has_bf16: whether the graphics card computes with bf16 itself.
    """
    if asked == "fp32" or device_type != "cuda":
        computed: Computed = "fp32"
    elif asked == "fp16" or not has_bf16:
        computed = "fp16"
    else:
        computed = "bf16"
    return computed, _INSTEAD.get((asked, computed))


def has_bf16() -> bool:
    """Whether the graphics card of this machine computes with bf16 itself, and does not emulate it."""
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)


def build_accelerator(device: torch.device, precision: Computed, gradient_accumulation: int) -> Accelerator:
    """Carries precision, accumulation and clipping of one training; its scaler is there for fp16 alone."""
    assert precision == "fp32" or device.type == "cuda", f"{precision} on {device.type} has no scaler"
    return Accelerator(
        cpu=device.type == "cpu",
        mixed_precision=_ACCELERATE_NAMES[precision],
        # The plugin, because a plain number would give way to an environment variable.
        gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=gradient_accumulation),
    )
