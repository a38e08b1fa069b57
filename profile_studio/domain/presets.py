"""Starting values in words: *style* or *face*, per family of base models.

Sources: the starter's values are measured (benchmarks/style_preset.py), SD 1.5's follow the published defaults collected in
kohya-ss sd-scripts, invoke-training and diffusers.
"""

from enum import StrEnum

from profile_studio.domain import starter_size
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets


class Thoroughness(StrEnum):
    """How long to train, in words."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"


STEP_FACTOR = {Thoroughness.QUICK: 0.5, Thoroughness.BALANCED: 1.0, Thoroughness.THOROUGH: 2.0}


def with_steps(config: LoraTrainingConfig, num_train_steps: int) -> LoraTrainingConfig:
    """The same training, shorter or longer; the warm-up keeps its share."""
    warmup = config.lr_warmup_steps * num_train_steps // config.num_train_steps
    return config.model_copy(update={"num_train_steps": num_train_steps, "lr_warmup_steps": warmup})


def preset(
    kind: AdapterKind,
    base: str,
    dataset: str,
    adapter_name: str,
    n_images: int,
    thoroughness: Thoroughness = Thoroughness.BALANCED,
) -> LoraTrainingConfig:
    """The config a person gets who only says "style" or "face".

    Args:
        n_images: training pictures, held-out ones not counted; SD 1.5 steps grow with it.
    """
    if base == "starter":
        style = kind is AdapterKind.STYLE
        return LoraTrainingConfig(
            dataset=dataset,
            adapter_name=adapter_name,
            kind=kind,
            base=base,
            num_train_steps=round((300 if style else 200) * STEP_FACTOR[thoroughness]),
            rank=16,
            network_alpha=16,
            targets=Targets.ALL if style else Targets.ATTENTION,
            learning_rate=2e-3 if style else 5e-4,
            lr_warmup_steps=10,
            batch_size=8,
            resolution=starter_size.SIDE_PX,
            checkpoint_every=50,
            sample_every=50,
        )
    steps = min(max((80 if kind is AdapterKind.STYLE else 100) * n_images, 800), 3000)
    return LoraTrainingConfig(
        dataset=dataset,
        adapter_name=adapter_name,
        kind=kind,
        base=base,
        num_train_steps=round(steps * STEP_FACTOR[thoroughness]),
        rank=16,
        network_alpha=8,
        targets=Targets.ATTENTION_AND_CONV if kind is AdapterKind.STYLE else Targets.ATTENTION,
        learning_rate=2e-4 if kind is AdapterKind.STYLE else 1e-4,
        lr_warmup_steps=steps // 20,
        resolution=512,
        checkpoint_every=100,
        sample_every=200,
    )
