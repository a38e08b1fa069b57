"""A warm tiny pipeline and random LoRA files for it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.lora_files import RawTensor, kohya_name, read_adapter, write_tensors
from profile_studio.settings import Settings

WriteLora = Callable[..., Path]
ATTENTION = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
CONV = "mid_block.resnets.0.conv1"
TEXT = "encoder.layers.0.self_attn.out_proj"
SHAPES = {ATTENTION: ((2, 32), (32, 2)), CONV: ((2, 64, 3, 3), (64, 2, 1, 1)), TEXT: ((2, 32), (32, 2))}


@pytest.fixture(scope="session")
def base(tiny_base: Path) -> BaseModel:
    return find_base_model(str(tiny_base), Settings())


@pytest.fixture(scope="session")
def studio_pipeline(base: BaseModel) -> Any:
    """A `StudioPipeline` that all tests of a session share, as the requests of an engine do."""
    from profile_studio.inference.studio_pipeline import StudioPipeline

    return StudioPipeline.load(base)


@pytest.fixture
def write_lora(tmp_path: Path, base: BaseModel) -> WriteLora:
    """Writes a random LoRA whose alpha differs from its rank."""

    def write(name: str, seed: int = 0, layers: tuple[str, ...] = (ATTENTION, CONV), **metadata: str) -> Path:
        return write_random_lora(tmp_path / f"{name}.safetensors", base, seed, layers, metadata)

    return write


def write_random_lora(
    path: Path, base: BaseModel, seed: int, layers: tuple[str, ...], metadata: Mapping[str, str]
) -> Path:
    generator = np.random.default_rng(seed)
    tensors: dict[str, RawTensor] = {}
    for layer in layers:
        stem = kohya_name("text_encoder" if layer == TEXT else "unet", layer)
        for half, shape in zip(("lora_down", "lora_up"), SHAPES[layer], strict=True):
            values = generator.normal(size=shape, scale=0.5).astype("<f4")
            tensors[f"{stem}.{half}.weight"] = RawTensor("F32", shape, values.tobytes())
        tensors[f"{stem}.alpha"] = RawTensor("F32", (), np.float32(1).tobytes())
    facts = {
        "profile_studio.kind": "style",
        "profile_studio.base": base.folder.name,
        "profile_studio.base_hash": base.hash,
    }
    write_tensors(path, tensors, {**facts, **metadata})
    return path


def small_request(base: BaseModel, **changes: object) -> GenerationRequest:
    """Three steps on the tiny base."""
    values: dict[str, object] = {"prompt": "red hair", "base": str(base.folder), "num_inference_steps": 3, "seed": 7}
    return GenerationRequest.model_validate({**values, **changes})


def weights(**by_name: float) -> tuple[AdapterWeight, ...]:
    return tuple(AdapterWeight(adapter_name=name, weight=weight) for name, weight in by_name.items())


def weighted(path: Path, weight: float) -> WeightedAdapter:
    """What draws with the LoRA of this file."""
    return WeightedAdapter(read_adapter(path), weight)
