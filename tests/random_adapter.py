"""Writes a LoRA file for the tiny base without training it."""

from pathlib import Path

import numpy as np

from profile_studio.base_models import find_base_model
from profile_studio.lora_files import RawTensor, write_tensors
from profile_studio.settings import Settings

_LAYER = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_v"
_WIDTH = 64


def write_random_adapter(
    path: Path,
    base: Path,
    settings: Settings,
    trigger_word: str = "",
    dataset: str = "",
    class_word: str = "",
    seed: int = 0,
) -> Path:
    """A random LoRA of one layer, strong enough to be seen."""
    generator = np.random.default_rng(seed)
    down, up = (generator.normal(size=shape).astype("<f4") for shape in ((2, _WIDTH), (_WIDTH, 2)))
    tensors = {
        f"{_LAYER}.lora_down.weight": RawTensor("F32", down.shape, down.tobytes()),
        f"{_LAYER}.lora_up.weight": RawTensor("F32", up.shape, up.tobytes()),
        f"{_LAYER}.alpha": RawTensor("F32", (), np.float32(2).tobytes()),
    }
    metadata = {
        "profile_studio.kind": "style",
        "profile_studio.base": base.name,
        "profile_studio.base_hash": find_base_model(str(base), settings).hash,
        "profile_studio.trigger_word": trigger_word,
        "profile_studio.class_word": class_word,
        "profile_studio.dataset": dataset,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(path, tensors, metadata)
    return path
