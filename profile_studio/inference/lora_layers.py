"""Gives the layers of a LoRA to the modules of a base model."""

from collections.abc import Mapping
from typing import Any

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer as PeftLayer
from torch import Tensor, nn

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.lora_files import Lora, LoraLayer, RawTensor, numbers

Halves = tuple[Tensor, Tensor]


def attach_lora(parts: Mapping[str, nn.Module], lora: Lora, peft_id: str, file: str, base: str) -> frozenset[str]:
    """Attaches every layer of a LoRA by peft, or none.

    Args:
        parts: the models of a pipeline that a LoRA may change, by diffusers' names.
        peft_id: what peft calls it; no other adapter on them may have it.
        file, base: how the file and the base model are called where one does not fit the other.
    Returns: the names of the parts that it changes.
    Raises:
        InvalidAdapter: the base model has no such modules, or their shapes differ.
    """
    components = sorted({component for component, _ in lora.layers})
    places = {component: _modules_by_name(parts.get(component)) for component in components}
    found: dict[str, dict[str, tuple[LoraLayer, Halves]]] = {component: {} for component in components}
    for (component, name), layer in lora.layers.items():
        if place := places[component].get(_plain(name)):
            module_name, weight = place
            if (halves := _fitting_halves(layer, weight)) is not None:
                found[component][module_name] = layer, halves
    fitting = sum(map(len, found.values()))
    if fitting == 0:
        raise InvalidAdapter(
            "{file} does not fit the base model {base!r}.",
            "Choose the base model it was trained on, or train it again on this one.",
            file=file,
            base=base,
        )
    if fitting < len(lora.layers):
        raise InvalidAdapter(
            "Only {attached} of {all} layers of {file} fit the base model {base!r}.",
            "Choose the base model it was trained on, or train it again on this one.",
            attached=fitting,
            all=len(lora.layers),
            file=file,
            base=base,
        )
    for component, layers in found.items():
        _inject(parts[component], layers, peft_id)
    return frozenset(components)


def _modules_by_name(model: Any) -> dict[str, tuple[str, Tensor]]:
    """Plain name to the module's own name and the weight it has without any adapter."""
    modules: dict[str, tuple[str, Tensor]] = {}
    for name, module in model.named_modules() if model else ():
        base: Any = module.get_base_layer() if isinstance(module, PeftLayer) else module
        if isinstance(base, nn.Linear | nn.Conv2d):
            modules[_plain(name)] = name, base.weight
    return modules


def _plain(name: str) -> str:
    """A module's name as all versions of transformers and all file layouts agree on it: kohya writes no dots."""
    return name.removeprefix("text_model.").replace(".", "_")


def _fitting_halves(layer: LoraLayer, weight: Tensor) -> Halves | None:
    """Down and up for a module with this weight; a 1 x 1 convolution and a linear layer are the same to a LoRA."""
    kernel = weight.shape[2:]
    down = _shaped(layer.down, (layer.rank, weight.shape[1], *kernel), weight)
    up = _shaped(layer.up, (weight.shape[0], layer.rank, *(1 for _ in kernel)), weight)
    return None if down is None or up is None else (down, up)


def _shaped(half: RawTensor, shape: tuple[int, ...], like: Tensor) -> Tensor | None:
    if [side for side in half.shape[2:] if side > 1] != [side for side in shape[2:] if side > 1]:
        return None
    if half.shape[:2] != shape[:2]:
        return None
    return torch.from_numpy(numbers(half)).reshape(shape).to(like.device, like.dtype)


def _inject(model: Any, layers: Mapping[str, tuple[LoraLayer, Halves]], peft_id: str) -> None:
    ranks = {name: layer.rank for name, (layer, _) in layers.items()}
    config = LoraConfig(
        r=max(ranks.values()),
        rank_pattern=ranks,
        alpha_pattern={name: layer.network_alpha for name, (layer, _) in layers.items()},
        target_modules=list(layers),
    )
    # Without memory for the new layers, which would be filled with random numbers first.
    inject_adapter_in_model(config, model, peft_id, low_cpu_mem_usage=True)
    model._hf_peft_config_loaded = True  # what diffusers and transformers ask before they set or delete an adapter
    for name, (_, (down, up)) in layers.items():
        module: Any = model.get_submodule(name)
        module.lora_A[peft_id].weight = nn.Parameter(down, requires_grad=False)
        module.lora_B[peft_id].weight = nn.Parameter(up, requires_grad=False)
