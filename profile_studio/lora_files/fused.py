"""Stable Diffusion 3's layers as its original names have them: queries, keys and values in one, shift before scale."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from profile_studio.lora_files.file import Codes, RawTensor, codes, numbers
from profile_studio.lora_files.lora import LoraLayer
from profile_studio.lora_files.names import LayerName
from profile_studio.lora_files.original_names import one_of_three, three_in_one, to_original_transformer

_LETTERS = "qkv"
_FUSED = ("to_qkv", "to_added_qkv")


def unfused(spelling: str, name: LayerName, layer: LoraLayer) -> dict[LayerName, LoraLayer]:
    """What one layer of a file adds to each module of diffusers.

    Args:
        spelling: the layer's name in the file, which tells whether a modulation has its shift first.
    Raises:
        ValueError: three modules in one have a number of outputs that is no multiple of three.
    """
    if name.layer.endswith(_FUSED):
        return {
            LayerName(name.component, one_of_three(name.layer, letter)): third
            for letter, third in zip(_LETTERS, _thirds(layer), strict=True)
            if third is not None
        }
    return {name: _swapped(layer) if "adaLN_modulation" in spelling and _has_two_chunks(layer) else layer}


def fused(layers: Mapping[str, LoraLayer]) -> dict[str, LoraLayer]:
    """Undoes `unfused` for all layers of a transformer, by their original names."""
    written: dict[str, LoraLayer] = {}
    threes: dict[str, dict[str, LoraLayer]] = {}
    for name, layer in layers.items():
        if three := three_in_one(name):
            threes.setdefault(three[0], {})[three[1]] = layer
            continue
        original = to_original_transformer(name)
        is_swapped = "adaLN_modulation" in original and _has_two_chunks(layer)
        written[original] = _swapped(layer) if is_swapped else layer
    return written | {to_original_transformer(name): _three_in_one(three) for name, three in threes.items()}


def _thirds(layer: LoraLayer) -> list[LoraLayer | None]:
    """Queries, keys and values; None for those that were never there.

    kohya trains them apart, with `split_qkv`, and writes the three beside each other: only the blocks on the diagonal of
    `up` are not zero. These are taken apart again, each with its own rank.
    """
    outputs, rest = divmod(layer.up.shape[0], 3)
    if rest:
        raise ValueError("no multiple of three")
    down, up = codes(layer.down), codes(layer.up)
    rank, rest = divmod(layer.rank, 3)
    blocks = up.reshape(3, outputs, 3, rank, *up.shape[2:]) if not rest else None
    # A look at one row first: most files have none of these blocks, and are read from the disk only in part.
    if blocks is None or not _are_zero(
        blocks[0, 0, 1:], *(blocks[i, :, j] for i in range(3) for j in range(3) if i != j)
    ):
        return [LoraLayer(layer.down, _raw(layer.up, part), layer.network_alpha) for part in np.split(up, 3)]
    thirds: list[LoraLayer | None] = []
    for i, part in enumerate(np.split(down, 3)):
        own = blocks[i, :, i]
        third = LoraLayer(_raw(layer.down, part), _raw(layer.up, own), layer.network_alpha / 3)
        thirds.append(None if _are_zero(part, own) else third)
    return thirds


def _three_in_one(three: Mapping[str, LoraLayer]) -> LoraLayer:
    layers = [three.get(letter) for letter in _LETTERS]
    present = [layer for layer in layers if layer is not None]
    first = present[0]
    if len(present) == 3 and all(
        layer.network_alpha == first.network_alpha
        and (layer.down.dtype, layer.down.shape, layer.up.dtype) == (first.down.dtype, first.down.shape, first.up.dtype)
        and bytes(layer.down.data) == bytes(first.down.data)
        for layer in present[1:]
    ):
        return replace(first, up=_raw(first.up, np.concatenate([codes(layer.up) for layer in present])))
    rank = max(layer.rank for layer in present)
    scaling = max((layer.network_alpha / layer.rank for layer in present), key=abs)
    is_plain = len({(layer.down.dtype, layer.up.dtype, layer.network_alpha / layer.rank) for layer in present}) == 1
    numbers_of = codes if is_plain else numbers
    down_0, up_0 = numbers_of(first.down), numbers_of(first.up)
    outputs = first.up.shape[0]
    down = np.zeros((3 * rank, *down_0.shape[1:]), down_0.dtype)
    up = np.zeros((3 * outputs, 3 * rank, *up_0.shape[2:]), up_0.dtype)
    for i, layer in enumerate(layers):
        if layer is None:
            continue
        columns = slice(i * rank, i * rank + layer.rank)
        down[columns] = numbers_of(layer.down)
        up[i * outputs : (i + 1) * outputs, columns] = numbers_of(layer.up)
        if not is_plain and scaling != 0:
            up[i * outputs : (i + 1) * outputs, columns] *= layer.network_alpha / layer.rank / scaling
    like = (first.down, first.up) if is_plain else (RawTensor("F32", (), b""), RawTensor("F32", (), b""))
    return LoraLayer(_raw(like[0], down), _raw(like[1], up), scaling * 3 * rank)


def _are_zero(*blocks: Codes) -> bool:
    """Whether all numbers are zero, whose first bit, the sign, may be set."""
    return not any((block << 1).any() for block in blocks)


def _has_two_chunks(layer: LoraLayer) -> bool:
    """Whether a modulation is that of a last layer: its scale and its shift only, each as wide as what it reads."""
    return layer.up.shape[0] == 2 * layer.down.shape[1]


def _swapped(layer: LoraLayer) -> LoraLayer:
    """Scale and shift in the other order."""
    first, second = np.split(codes(layer.up), 2)
    return replace(layer, up=_raw(layer.up, np.concatenate([second, first])))


def _raw(like: RawTensor, values: npt.NDArray[np.generic]) -> RawTensor:
    values = np.ascontiguousarray(values)
    return RawTensor(like.dtype, values.shape, values.reshape(-1).view(np.uint8).data)
