"""What becomes NaN is an error that names who brought it, never a black picture."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import InvalidAdapter, NotFinite
from profile_studio.inference.finite import why_not_finite
from profile_studio.lora_files import RawTensor, read_header, read_tensors, write_tensors
from profile_studio.settings import Settings
from tests.inference.conftest import ATTENTION, CONV, TEXT, WriteLora, small_request, weighted
from tests.tiny_base import build_contradictory_base

NAN = float("nan")


def spoil(path: Path, value: float, half: str = "lora_up.weight") -> Path:
    """Puts one value into every such half of a LoRA file."""
    tensors = read_tensors(path)
    for name, tensor in tensors.items():
        if name.endswith(half):
            values = np.full(tensor.shape, value, "<f4")
            tensors[name] = RawTensor("F32", tensor.shape, values.tobytes())
    write_tensors(path, tensors, read_header(path).metadata)
    return path


def refusal(pipeline: Any, base: BaseModel, *adapters: WeightedAdapter) -> NotFinite:
    seen: list[int] = []
    with pytest.raises(NotFinite) as caught:
        list(pipeline.draw(small_request(base), adapters, lambda step: seen.append(step.step)))
    assert seen == []
    return caught.value


@pytest.mark.parametrize("layer", [ATTENTION, CONV, TEXT])
@pytest.mark.parametrize(
    ("value", "half"), [(NAN, "lora_down.weight"), (float("inf"), "lora_up.weight"), (NAN, "alpha")]
)
def test_a_lora_that_holds_nan_is_named_and_its_neighbour_still_draws(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora, layer: str, value: float, half: str
) -> None:
    broken = spoil(write_lora("broken", layers=(layer,)), value, half)
    good = weighted(write_lora("good", 1), 0.5)

    with pytest.raises(InvalidAdapter, match=r"broken\.safetensors"):
        list(studio_pipeline.draw(small_request(base), [good, weighted(broken, 0.5)]))

    assert list(studio_pipeline.draw(small_request(base), [good]))


def test_loras_that_overflow_together_are_named_with_their_weights(studio_pipeline: Any, write_lora: WriteLora) -> None:
    adapters = [weighted(write_lora("strong"), 0.8), weighted(write_lora("good", 1), 1.0)]

    error = why_not_finite("tiny", studio_pipeline.family.pipeline.scheduler, adapters)

    assert "with the LoRA strong = 0.8 and good = 1 the latents" in error.message
    assert "lower weights" in error.fix


def test_a_base_that_predicts_noise_from_pure_noise_is_named_with_what_to_set(base: BaseModel, tmp_path: Path) -> None:
    from profile_studio.inference.studio_pipeline import StudioPipeline

    folder = build_contradictory_base(base.folder, tmp_path / "zero-snr")
    zero_snr = find_base_model(str(folder), Settings())

    error = refusal(StudioPipeline.load(zero_snr), zero_snr)

    assert "the base model 'zero-snr' predicts epsilon" in error.message
    assert "scheduler_config.json" in error.fix


@pytest.mark.parametrize("part", ["unet", "vae"])
def test_a_damaged_base_is_named(base: BaseModel, part: str) -> None:
    from profile_studio.inference.studio_pipeline import StudioPipeline

    damaged = StudioPipeline.load(base)
    layer = damaged.family.pipeline.unet.conv_out if part == "unet" else damaged.family.pipeline.vae.decoder.conv_out
    layer.bias.data.fill_(NAN)

    with pytest.raises(NotFinite, match=f"the base model '{base.folder.name}' the latents contain NaN"):
        list(damaged.draw(small_request(base), []))
