"""Writing a LoRA as other programs read it."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from profile_studio.lora_files.families import told_family
from profile_studio.lora_files.file import RawTensor, write_tensors
from profile_studio.lora_files.fused import fused
from profile_studio.lora_files.lora import Lora, LoraLayer
from profile_studio.lora_files.names import is_in_text_model, kohya_name
from profile_studio.lora_files.peft_config import METADATA_KEY

_OF_THE_OLD_BYTES = (METADATA_KEY, "sshs_model_hash", "sshs_legacy_hash")  # true of another layout only


def write_kohya(path: Path, lora: Lora) -> None:
    """Writes `lora_unet_<layer>.lora_down.weight`, `.lora_up.weight` and `.alpha`, the layout that we keep.

    Layers of Stable Diffusion 3 are written as kohya and ComfyUI have them: by their original names, three in one.
    """
    family = _family(lora)
    named = {
        kohya_name(component, name, family): layer
        for component, layers in _by_component(lora).items()
        if component != "transformer"
        for name, layer in layers.items()
    }
    transformer = fused(_by_component(lora).get("transformer", {}))
    named |= {f"lora_unet_{name.replace('.', '_')}": layer for name, layer in transformer.items()}
    tensors: dict[str, RawTensor] = {}
    for key, layer in named.items():
        tensors[f"{key}.lora_down.weight"] = layer.down
        tensors[f"{key}.lora_up.weight"] = layer.up
        tensors[f"{key}.alpha"] = RawTensor("F32", (), np.float32(layer.network_alpha).astype("<f4").tobytes())
    write_tensors(path, tensors, _metadata(lora))


def write_diffusers(path: Path, lora: Lora) -> None:
    """Writes `unet.<layer>.lora_A.weight` keys, and the config that diffusers reads ranks and alphas from."""
    tensors: dict[str, RawTensor] = {}
    config: dict[str, object] = {}
    for component, layers in _by_component(lora).items():
        # Those of diffusers and transformers that have no `text_model.` take it away.
        named = {f"text_model.{name}" if is_in_text_model(name) else name: layer for name, layer in layers.items()}
        tensors |= _halves(named, f"{component}.")
        config |= {f"{component}.{key}": value for key, value in _peft_config(layers).items()}
    write_tensors(path, tensors, {**_metadata(lora), METADATA_KEY: json.dumps(config, sort_keys=True)})


def write_peft(folder: Path, lora: Lora) -> None:
    """Writes into an empty folder what `PeftModel.from_pretrained` opens.

    Two parts of a pipeline become the folders `unet_lora` and `text_encoder_lora`; a single one is the folder itself.
    """
    family = _family(lora)
    components = _by_component(lora)
    for component, plain in components.items():
        has_text_model = component == "text_encoder_2" or family == "sd3"  # CLIP with a projection, in transformers 5
        layers = {
            f"text_model.{name}" if has_text_model and is_in_text_model(name) else name: layer
            for name, layer in plain.items()
        }
        part = folder if len(components) == 1 else folder / f"{component}_lora"
        part.mkdir(exist_ok=True)
        write_tensors(part / "adapter_model.safetensors", _halves(layers, "base_model.model."), _metadata(lora))
        config = {"peft_type": "LORA", "bias": "none", **_peft_config(layers)}
        (part / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True), encoding="utf-8")


def _family(lora: Lora) -> str:
    """What decides the names of text encoders, and of SDXL's U-Net."""
    components = {component for component, _ in lora.layers}
    guess = "sd3" if "transformer" in components else "sdxl" if "text_encoder_2" in components else "sd1"
    return told_family(lora, "") or guess


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
