"""Several LoRAs as one file: exactly, one half below the other, or at a smaller rank by singular values."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from profile_studio.lora_files.file import RawTensor, numbers
from profile_studio.lora_files.lora import Lora, LoraLayer
from profile_studio.lora_files.low_rank import Halves
from profile_studio.lora_files.names import LayerName


def blended(loras: Sequence[tuple[Lora, float]], metadata: dict[str, str], rank: int | None) -> tuple[Lora, float]:
    """One LoRA that changes every module as the sum of these does, each times its weight.

    Args:
        metadata: of the new file.
        rank: the largest that a layer may have; None keeps the sum of the ranks, which is exact.
    Returns: it, and how far it is from the sum: |sum - it| / |sum| over all modules together.
    """
    names: dict[tuple[str, str], LayerName] = {}
    parts: dict[tuple[str, str], list[tuple[LoraLayer, float]]] = {}
    for lora, weight in loras:
        for name, layer in lora.layers.items():
            place = name.component, name.layer.replace(".", "_")  # as spellings agree on it: kohya writes no dots
            names.setdefault(place, name)
            parts.setdefault(place, []).append((layer, weight))
    layers: dict[LayerName, LoraLayer] = {}
    lost = whole = 0.0
    for place, weighted in parts.items():
        halves = _joined(weighted)
        if rank is not None and halves[0].shape[0] > rank:
            halves, sizes = _cut(halves, rank)
            lost += float(np.sum(sizes[rank:] ** 2))
            whole += float(np.sum(sizes**2))
        elif rank is not None:
            whole += float(np.sum((halves[1].T @ halves[1]) * (halves[0] @ halves[0].T), dtype=np.float64))
        layers[names[place]] = _layer(halves, weighted)
    return Lora(layers, metadata), math.sqrt(lost / whole) if whole else 0.0


def _joined(weighted: Sequence[tuple[LoraLayer, float]]) -> Halves:
    downs = [weight * layer.network_alpha / layer.rank * _flat(layer.down) for layer, weight in weighted]
    return np.concatenate(downs), np.concatenate([_flat(layer.up) for layer, _ in weighted], axis=1)


def _flat(half: RawTensor) -> npt.NDArray[np.float32]:
    values = numbers(half).astype(np.float32)
    return values.reshape(values.shape[0], -1)


def _cut(halves: Halves, rank: int) -> tuple[Halves, npt.NDArray[np.float32]]:
    """The nearest update of this rank (Eckart and Young 1936), and all singular values."""
    down, up = halves
    inputs, small_down = np.linalg.qr(down.T)
    outputs, small_up = np.linalg.qr(up)
    left, sizes, right = np.linalg.svd(small_up @ small_down.T, full_matrices=False)
    roots = np.sqrt(sizes[:rank])
    return (roots[:, None] * (right[:rank] @ inputs.T), outputs @ left[:, :rank] * roots), sizes


def _layer(halves: Halves, weighted: Sequence[tuple[LoraLayer, float]]) -> LoraLayer:
    like = max((layer for layer, _ in weighted), key=lambda layer: len(layer.down.shape))  # some drop a kernel of 1 x 1
    down, up = halves
    rank = down.shape[0]
    shapes = (rank, *like.down.shape[1:]), (up.shape[0], rank, *like.up.shape[2:])
    raw = [
        RawTensor("F32", shape, np.ascontiguousarray(half, "<f4").tobytes())
        for half, shape in zip((down, up), shapes, strict=True)
    ]
    return LoraLayer(raw[0], raw[1], float(rank))
