"""A LoRA in memory: what it adds to which modules, and whether its numbers are sound."""

from dataclasses import dataclass

import numpy as np

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.lora_files.file import RawTensor, numbers
from profile_studio.lora_files.names import LayerName

LARGEST_FP16 = 65504.0


@dataclass(frozen=True)
class LoraLayer:
    """What a LoRA adds to one module: `network_alpha / rank * up @ down`.

    `down` has the shape (rank, inputs, ...), `up` (outputs, rank, ...); the rest are the sides of a convolution's kernel.
    """

    down: RawTensor
    up: RawTensor
    network_alpha: float

    @property
    def rank(self) -> int:
        return self.down.shape[0]


@dataclass(frozen=True)
class Lora:
    """A whole LoRA, its layers by the names of the modules they change."""

    layers: dict[LayerName, LoraLayer]
    metadata: dict[str, str]


def check_numbers(lora: Lora, file: str) -> None:
    """Refuses a LoRA that would draw black pictures, or change nothing.

    Raises:
        InvalidAdapter: see `has_sound_numbers` and `changes_nothing`.
    """
    if not has_sound_numbers(lora):
        raise InvalidAdapter(
            "{file} contains NaN, infinite or overflowed values, which give black pictures.",
            "Use an earlier checkpoint of it, or train it again with a lower learning rate or in fp32.",
            file=file,
        )
    if changes_nothing(lora):
        raise InvalidAdapter(
            "{file} changes nothing: everything it adds is zero.",
            "Use a later checkpoint, or train it for longer.",
            file=file,
        )


def has_sound_numbers(lora: Lora) -> bool:
    """Whether all numbers are finite and below the largest of fp16, and so is whatever they can add to a weight."""
    return all(_is_sound(layer) for layer in lora.layers.values())


def changes_nothing(lora: Lora) -> bool:
    """Whether what a LoRA adds is zero in every layer, as after no training at all."""
    return all(
        layer.network_alpha == 0 or _largest(layer.down) == 0 or _largest(layer.up) == 0
        for layer in lora.layers.values()
    )


def _is_sound(layer: LoraLayer) -> bool:
    down, up = _largest(layer.down), _largest(layer.up)
    return all(size < LARGEST_FP16 for size in (down, up, abs(layer.network_alpha) * down * up))  # a NaN is not below


def _largest(half: RawTensor) -> float:
    """The largest size of a number; NaN if there is one."""
    return float(np.abs(numbers(half)).max(initial=0))
