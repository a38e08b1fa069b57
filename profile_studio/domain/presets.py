"""Starting values in words: *style* or *face*, per family of base models.

Sources: the starter's values come from trials on styles it never saw, judged by eye (ARCHITECTURE.md); the others follow what kohya-ss sd-scripts, diffusers,
invoke-training, ai-toolkit and the LoRA Ease space publish for each base. None of the large bases was trained here.
"""

from dataclasses import dataclass
from enum import StrEnum

from profile_studio.domain import starter_size
from profile_studio.domain.bases import STARTER
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, LrScheduler, Targets


class Thoroughness(StrEnum):
    """How long to train, in words."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"


STEP_FACTOR = {Thoroughness.QUICK: 0.5, Thoroughness.BALANCED: 1.0, Thoroughness.THOROUGH: 2.0}
STARTER_STYLE_STEPS = {Thoroughness.QUICK: 600, Thoroughness.BALANCED: 1200, Thoroughness.THOROUGH: 4800}
"""Of two pictures each. *Balanced* is reckoned at three minutes on two idle cores (costs of a step: benchmarks/style_preset.py)."""


def with_steps(config: LoraTrainingConfig, num_train_steps: int) -> LoraTrainingConfig:
    """The same training, shorter or longer; the warm-up keeps its share."""
    warmup = config.lr_warmup_steps * num_train_steps // config.num_train_steps
    return config.model_copy(update={"num_train_steps": num_train_steps, "lr_warmup_steps": warmup})


@dataclass(frozen=True)
class _Numbers:
    """What a preset sets for a base that a person brings.

    `steps_a_picture` grows the training with its pictures, within `step_bounds`.
    """

    steps_a_picture: int
    step_bounds: tuple[int, int]
    rank: int
    network_alpha: float
    learning_rate: float
    targets: Targets = Targets.ATTENTION
    lr_scheduler: LrScheduler = "cosine"
    min_snr_gamma: float | None = 5.0
    max_grad_norm: float = 1.0


_SD1 = {
    AdapterKind.STYLE: _Numbers(80, (800, 3000), 16, 8, 2e-4, Targets.ATTENTION_AND_CONV),
    AdapterKind.FACE: _Numbers(100, (800, 3000), 16, 8, 1e-4),
}
_SDXL = {
    AdapterKind.STYLE: _Numbers(80, (1500, 3500), 32, 16, 1e-4),
    AdapterKind.FACE: _Numbers(120, (1000, 2500), 32, 16, 1e-4, lr_scheduler="constant"),
}
# Small gradients: SD 3's losses have been seen to explode.
_SD3 = {
    AdapterKind.STYLE: _Numbers(
        80, (1500, 3000), 32, 32, 1e-4, lr_scheduler="constant", min_snr_gamma=None, max_grad_norm=0.1
    ),
    AdapterKind.FACE: _Numbers(
        120, (1500, 3000), 32, 32, 1e-4, lr_scheduler="constant", min_snr_gamma=None, max_grad_norm=0.1
    ),
}
_NUMBERS = {"sd1": _SD1, "sd2": _SD1, "sdxl": _SDXL, "sd3": _SD3}


def preset(
    kind: AdapterKind,
    base: str,
    dataset: str,
    adapter_name: str,
    n_images: int,
    thoroughness: Thoroughness = Thoroughness.BALANCED,
    *,
    family: str = "sd1",
    native_size: int = 512,
) -> LoraTrainingConfig:
    """The config a person gets who only says "style" or "face".

    Args:
        n_images: training pictures, held-out ones not counted; the steps of all bases but the starter grow with it.
        family, native_size: of the base, see `domain.families`; a preset trains at the size the base draws at.
    """
    if base == STARTER:
        return _starter_preset(kind, dataset, adapter_name, thoroughness)
    numbers = _NUMBERS[family][kind]
    fewest, most = numbers.step_bounds
    steps = min(max(numbers.steps_a_picture * n_images, fewest), most)
    return LoraTrainingConfig(
        dataset=dataset,
        adapter_name=adapter_name,
        kind=kind,
        base=base,
        num_train_steps=round(steps * STEP_FACTOR[thoroughness]),
        rank=numbers.rank,
        network_alpha=numbers.network_alpha,
        targets=numbers.targets,
        learning_rate=numbers.learning_rate,
        lr_scheduler=numbers.lr_scheduler,
        lr_warmup_steps=steps // 20,
        resolution=native_size,
        min_snr_gamma=numbers.min_snr_gamma,
        max_grad_norm=numbers.max_grad_norm,
        checkpoint_every=100,
        sample_every=200,
    )


def _starter_preset(
    kind: AdapterKind, dataset: str, adapter_name: str, thoroughness: Thoroughness
) -> LoraTrainingConfig:
    style = kind is AdapterKind.STYLE
    rhythm = 200 if style else 50  # a sample takes as long as twenty steps of a style
    return LoraTrainingConfig(
        dataset=dataset,
        adapter_name=adapter_name,
        kind=kind,
        base=STARTER,
        num_train_steps=STARTER_STYLE_STEPS[thoroughness] if style else round(200 * STEP_FACTOR[thoroughness]),
        rank=16,
        network_alpha=16,
        targets=Targets.ALL if style else Targets.ATTENTION,
        learning_rate=2e-3 if style else 5e-4,
        lr_warmup_steps=10,
        batch_size=2 if style else 8,
        resolution=starter_size.SIDE_PX,
        checkpoint_every=rhythm,
        sample_every=rhythm,
    )
