"""Writing a LoRA as other programs read it."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from profile_studio.lora_files.file import RawTensor, write_tensors
from profile_studio.lora_files.layers import Lora, LoraLayer
from profile_studio.lora_files.names import kohya_name
from profile_studio.lora_files.peft_config import METADATA_KEY

_OF_THE_OLD_BYTES = (METADATA_KEY, "sshs_model_hash", "sshs_legacy_hash")  # true of another layout only


def write_kohya(path: Path, lora: Lora) -> None:
    """Writes `lora_unet_<layer>.lora_down.weight`, `.lora_up.weight` and `.alpha`, the layout that we keep."""
    tensors: dict[str, RawTensor] = {}
    for (component, name), layer in lora.layers.items():
        key = kohya_name(component, name)
        tensors[f"{key}.lora_down.weight"] = layer.down
        tensors[f"{key}.lora_up.weight"] = layer.up
        tensors[f"{key}.alpha"] = RawTensor("F32", (), np.float32(layer.network_alpha).astype("<f4").tobytes())
    write_tensors(path, tensors, _metadata(lora))


def write_diffusers(path: Path, lora: Lora) -> None:
    """Writes `unet.<layer>.lora_A.weight` keys, and the config that diffusers reads ranks and alphas from."""
    tensors: dict[str, RawTensor] = {}
    config: dict[str, object] = {}
    for component, layers in _by_component(lora).items():
        tensors |= _halves(layers, f"{component}.")
        config |= {f"{component}.{key}": value for key, value in _peft_config(layers).items()}
    write_tensors(path, tensors, {**_metadata(lora), METADATA_KEY: json.dumps(config, sort_keys=True)})


def write_peft(folder: Path, lora: Lora) -> None:
    """Writes into an empty folder what `PeftModel.from_pretrained` opens.

    Two parts of a pipeline become the folders `unet_lora` and `text_encoder_lora`; a single one is the folder itself.
    """
    components = _by_component(lora)
    for component, layers in components.items():
        part = folder if len(components) == 1 else folder / f"{component}_lora"
        part.mkdir(exist_ok=True)
        write_tensors(part / "adapter_model.safetensors", _halves(layers, "base_model.model."), _metadata(lora))
        config = {"peft_type": "LORA", "bias": "none", **_peft_config(layers)}
        (part / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True), encoding="utf-8")


def _metadata(lora: Lora) -> dict[str, str]:
    return {key: value for key, value in lora.metadata.items() if key not in _OF_THE_OLD_BYTES} | {"format": "pt"}


def _by_component(lora: Lora) -> dict[str, dict[str, LoraLayer]]:
    components: dict[str, dict[str, LoraLayer]] = {}
    for (component, name), layer in lora.layers.items():
        components.setdefault(component, {})[name] = layer
    return components


def _halves(layers: Mapping[str, LoraLayer], prefix: str) -> dict[str, RawTensor]:
    halves = {f"{prefix}{name}.lora_A.weight": layer.down for name, layer in layers.items()}
    return halves | {f"{prefix}{name}.lora_B.weight": layer.up for name, layer in layers.items()}


def _peft_config(layers: Mapping[str, LoraLayer]) -> dict[str, object]:
    """peft's names for ranks and alphas: the most common ones, and a pattern for each layer that differs."""
    ranks = {name: layer.rank for name, layer in layers.items()}
    alphas = {name: layer.network_alpha for name, layer in layers.items()}
    rank = Counter(ranks.values()).most_common(1)[0][0]
    alpha = Counter(alphas.values()).most_common(1)[0][0]
    return {
        "r": rank,
        "lora_alpha": alpha,
        "rank_pattern": {name: value for name, value in ranks.items() if value != rank},
        "alpha_pattern": {name: value for name, value in alphas.items() if value != alpha},
        "target_modules": sorted(layers),
    }
