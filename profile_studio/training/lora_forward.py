"""LoRA layers in fewer operations while they are trained; peft goes on owning, naming and saving their weights.

Every operation is torch's own, so that its autograd keeps only what the gradients of the LoRA need. An `autograd.Function`
saves a few additions more, but its Python costs more than they do on the starter's small layers (benchmarks/lora_step.py).
"""

from typing import Any, cast

import torch
from peft.tuners import lora
from torch import Tensor, nn
from torch.nn import functional

from profile_studio.training.rank_mask import RankMask


def use_lean_forward(model: nn.Module, adapter_name: str, mask: RankMask | None = None) -> None:
    """Gives every layer that fits a lean forward; the others keep peft's.

    A lean layer still answers as peft does whenever it is not trained in the precision of its weights: without
    gradients, under autocast, merged, switched off, or beside another adapter.

    Args:
        model: has the adapter and is frozen but for it.
        mask: of the ranks of all its layers.
    """
    for layer in [each for each in model.modules() if isinstance(each, (lora.Linear, lora.Conv2d))]:
        if mask:
            mask.watch(layer.lora_A[adapter_name])  # peft's forward goes through the module, ours does not
        if _fits(layer, adapter_name):
            layer.forward = _LeanForward(layer, adapter_name, mask)


class _LeanForward:
    """What a layer is called with instead of its class' `forward`."""

    def __init__(self, layer: lora.Linear | lora.Conv2d, adapter_name: str, mask: RankMask | None) -> None:
        self._layer = layer
        self._name = adapter_name
        self._mask = mask
        self._plain = layer.forward
        # Looked up once: every step asks every layer.
        self._base = cast(nn.Linear | nn.Conv2d, layer.base_layer)
        self._down = cast(nn.Linear, layer.lora_A[adapter_name])
        self._up = cast(nn.Linear, layer.lora_B[adapter_name])

    def __call__(self, x: Tensor, *arguments: Any, **options: Any) -> Tensor:
        layer, base = self._layer, self._base
        weight, down, up = base.weight, self._down.weight, self._up.weight
        if (
            arguments
            or options
            or not torch.is_grad_enabled()
            or torch.is_autocast_enabled(x.device.type)
            or not x.dtype == weight.dtype == down.dtype
            or layer.disable_adapters
            or layer.merged
            or layer.active_adapters != [self._name]
        ):
            return self._plain(x, *arguments, **options)
        scaling, kept = layer.scaling[self._name], self._mask.kept if self._mask else None
        if weight.ndim == 2:
            return _linear(x, weight, base.bias, down, up, scaling, kept)
        if weight.shape[-1] == 1:
            weight, down, up = weight.flatten(1), down.flatten(1), up.flatten(1)
            return _linear(x.permute(0, 2, 3, 1), weight, base.bias, down, up, scaling, kept).permute(0, 3, 1, 2)
        return _convolution(x, weight, base.bias, down, up.flatten(1), scaling, kept)


def _fits(layer: lora.Linear | lora.Conv2d, name: str) -> bool:
    base = layer.base_layer
    is_plain_lora = (
        name in layer.lora_A
        and name not in layer.lora_variant
        and isinstance(layer.lora_dropout[name], nn.Identity)
        and not layer.lora_bias[name]
        and not any(parameter.requires_grad for parameter in base.parameters())
    )
    if type(base) is nn.Conv2d:
        side = base.kernel_size[0]
        keeps_size = (base.stride, base.dilation, base.padding) == ((1, 1), (1, 1), (side // 2, side // 2))
        is_square = base.kernel_size == (side, side) and side % 2 == 1
        return is_plain_lora and keeps_size and is_square and base.groups == 1 and base.padding_mode == "zeros"
    return is_plain_lora and type(base) is nn.Linear and not layer.fan_in_fan_out


def _linear(
    x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scaling: float, kept: Tensor | None
) -> Tensor:
    """`(weight + scaling up down) x + bias`.

    Shapes: x (..., in), weight (out, in), down (rank, in), up (out, rank), kept (len(x), rank).
    """
    rows = x.flatten(0, -2)
    low = _masked(functional.linear(rows, down), kept)
    result = functional.linear(rows, weight, bias).addmm_(low, up.t(), alpha=scaling)
    return result.view(*x.shape[:-1], -1)


def _convolution(
    x: Tensor, weight: Tensor, bias: Tensor | None, down: Tensor, up: Tensor, scaling: float, kept: Tensor | None
) -> Tensor:
    """As `_linear`, where convolutions by `weight` and `down` keep height and width.

    `down` is a product that makes columns, which are then folded (col2im): what is copied are the few channels of the rank,
    where a convolution unfolds those of `x` (im2col).

    Shapes: x (batch, in, height, width), weight (out, in, k, k), down (rank, in, k, k), up (out, rank).
    """
    batch, _, height, width = x.shape
    rank, _, side, _ = down.shape
    flipped = down.flip(2, 3).permute(1, 0, 2, 3).flatten(1)  # folding adds to the other side of where a kernel reads
    columns = (x.permute(0, 2, 3, 1).flatten(0, 2) @ flipped).view(batch, height * width, -1).transpose(1, 2)
    low = functional.fold(columns, (height, width), side, padding=side // 2).permute(0, 2, 3, 1).reshape(-1, rank)
    low = _masked(low, kept)
    result = functional.conv2d(x, weight, bias, padding=side // 2).permute(0, 2, 3, 1).flatten(0, 2)
    return torch.addmm(result, low, up.t(), alpha=scaling).view(batch, height, width, -1).permute(0, 3, 1, 2)


def _masked(low: Tensor, kept: Tensor | None) -> Tensor:
    """The low-rank product, shape (rows, rank), where the rows of one sample lie one after the other."""
    if kept is None:
        return low
    return (low.view(len(kept), -1, low.shape[-1]) * kept.to(low.dtype)[:, None]).view_as(low)
