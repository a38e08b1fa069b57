"""Twenty steps whose pictures, captions, noise, timesteps and first weights are the same for every trainer, for good.

All of it comes from numpy's legacy generator, the base's weights included: what diffusers' script makes of it was recorded
once (benchmarks/script_parity.py) and does not change with torch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from profile_studio.domain.training import AdapterKind, Targets
from tests.conformance.families import PICTURES, SCRATCH, STARTER, TINY, Case, FamilyUnderTest, FixedBatch
from tests.tiny_base import build_tiny_base

STEPS, BATCH_SIZE, RANK, LEARNING_RATE = 20, 2, 4, 3e-3
WEIGHT_DECAY = 0.1  # so much that the losses show it
_RECORDED = Path(__file__).with_name("script_losses.json")


@dataclass(frozen=True)
class ScriptRun:
    """One run of the script that was recorded; `snr_gamma` None weights all noise levels equally."""

    family: FamilyUnderTest
    snr_gamma: float | None

    def __str__(self) -> str:
        return f"{self.family.name}, gamma {self.snr_gamma}"

    @property
    def case(self) -> Case:
        return Case(self.family, AdapterKind.STYLE, Targets.ATTENTION)


def fixed_batches(latent_shape: tuple[int, ...], noise_levels: int) -> list[FixedBatch]:
    """The twenty batches.

    Args:
        latent_shape: (channels, height, width).
    """
    random = np.random.RandomState(0)
    return [
        FixedBatch(
            tuple(random.randint(0, PICTURES, BATCH_SIZE).tolist()),
            torch.from_numpy(random.randint(0, noise_levels, BATCH_SIZE)),
            torch.from_numpy(random.standard_normal((BATCH_SIZE, *latent_shape)).astype(np.float32)),
        )
        for _ in range(STEPS)
    ]


def first_weights(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """What each half starts from, in the order of the layers: down is random, up is zero.

    Args:
        shapes: of the down halves, by whatever name.
    """
    random = np.random.RandomState(1)
    return {
        name: torch.from_numpy(random.standard_normal(shape).astype(np.float32) / RANK)
        for name, shape in shapes.items()
    }


def recorded_losses() -> dict[str, list[float]]:
    """The script's losses by run."""
    return json.loads(_RECORDED.read_text())


def record_losses(losses: Mapping[str, list[float]]) -> None:
    _RECORDED.write_text(json.dumps(losses, indent=1) + "\n")


@cache
def _tiny_base_of_numpy() -> str:
    folder = build_tiny_base(SCRATCH / "tiny-sd15-of-numpy")
    random = np.random.RandomState(2)
    for path in sorted(folder.glob("*/*.safetensors")):
        save_file({name: _filled(name, value, random) for name, value in sorted(load_file(path).items())}, path)
    return str(folder)


def _filled(name: str, value: Tensor, random: np.random.RandomState) -> Tensor:
    """As large as a fresh layer's: matrices by their inputs, gains near 1, biases near 0."""
    if not value.is_floating_point():
        return value
    drawn = torch.from_numpy(random.standard_normal(value.shape).astype(np.float32))
    if value.ndim > 1:
        return drawn / value[0].numel() ** 0.5
    return 0.1 * drawn + (1 if name.endswith("weight") else 0)


RUNS = (
    ScriptRun(replace(TINY, name="sd15", base=_tiny_base_of_numpy), None),
    ScriptRun(replace(TINY, name="sd15", base=_tiny_base_of_numpy), 5.0),
    ScriptRun(STARTER, None),
)
