"""Reading a LoRA, whatever program wrote it: the one reader for listing, importing, exporting and attaching."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.lora_files.file import RawTensor, numbers, read_header, tensors_of
from profile_studio.lora_files.fused import unfused
from profile_studio.lora_files.lora import Lora, LoraLayer
from profile_studio.lora_files.names import LayerName, Part, layer_name, layer_part
from profile_studio.lora_files.peft_config import PeftConfig, config_from_metadata, read_config

MAX_RANK = 512
_OTHER_METHODS = (
    ("DoRA", re.compile(r"dora_scale|lora_magnitude_vector")),
    ("LoKr", re.compile(r"lokr_")),
    ("LoHa", re.compile(r"hada_")),
    ("IA3", re.compile(r"ia3_|\.on_input$")),
    ("OFT or BOFT", re.compile(r"\b(?:b?oft_|oft\b)")),
    ("VeRA", re.compile(r"vera_lambda")),
    ("LoCon with a core (lora_mid)", re.compile(r"lora_mid")),
    ("LoRA with biases", re.compile(r"lora_(?:A|B|down|up)(?:\.\w+)?\.bias$")),
    ("LoRA with whole layers", re.compile(r"modules_to_save|\.diff(?:_b)?$|\.[wb]_norm$")),
    ("LoRA with an embedding", re.compile(r"lora_embedding_|^bundle_emb|emb_params")),
)  # fmt: skip


def read_lora(path: Path) -> Lora:
    """Reads a LoRA file in any spelling.

    Raises:
        InvalidAdapter: it cannot be read, is no plain LoRA, has a layer twice or by halves, or a rank beyond the limit.
    """
    header = read_header(path)
    return _lora(path.name, tensors_of(path, header), header.metadata, None)


def read_lora_folder(path: Path) -> Lora:
    """Reads a LoRA from a folder as peft writes it.

    It holds `adapter_config.json` and `adapter_model.safetensors`, or such a folder for each part of the pipeline,
    called `unet`, `unet_lora`, `text_encoder` or `text_encoder_lora`.

    Raises:
        InvalidAdapter: it holds no such files, or as `read_lora`.
    """
    parts = [_read_part(part, component) for part, component in _parts_of(path)]
    if not parts:
        raise InvalidAdapter(
            "{file} holds no LoRA: no adapter_model.safetensors, in it or in its folders unet_lora and text_encoder_lora.",
            "Choose the folder that holds them, or a .safetensors file.",
            file=path.name,
        )
    layers: dict[LayerName, LoraLayer] = {}
    for part in parts:
        if twice := layers.keys() & part.layers.keys():
            raise _layer_twice(path.name, min(twice))
        layers |= part.layers
    return Lora(layers, {key: value for part in parts for key, value in part.metadata.items()})


def _parts_of(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Folders that hold weights, and the component that a folder's name tells."""
    for part in (folder, *sorted(each for each in folder.iterdir() if each.is_dir())):
        component = part.name.removesuffix("_lora")
        told = component if re.fullmatch(r"unet|text_encoder(?:_[23])?|transformer", component) else None
        if any(part.glob("adapter_model.*")) and (part == folder or told):
            yield part, told


def _read_part(folder: Path, component: str | None) -> Lora:
    weights = next((file for file in folder.glob("adapter_model.*") if file.suffix == ".safetensors"), None)
    if weights is None:
        raise InvalidAdapter(
            "{folder} has its weights in a pickle, a kind of file that can run programs when it is opened.",
            "Ask for the same LoRA with an adapter_model.safetensors.",
            folder=folder.name,
        )
    header = read_header(weights)
    config = read_config(folder / "adapter_config.json")
    prefix = f"{component}." if component else ""
    tensors = {f"{prefix}{key}": tensor for key, tensor in tensors_of(weights, header).items()}
    return _lora(folder.name, tensors, header.metadata, config)


def _lora(file: str, tensors: Mapping[str, RawTensor], metadata: dict[str, str], config: PeftConfig | None) -> Lora:
    found: dict[LayerName, dict[Part, RawTensor]] = {}
    spellings: dict[LayerName, str] = {}
    unknown: list[str] = []
    for key, tensor in tensors.items():
        part = layer_part(key)
        name = layer_name(part[0]) if part else None
        if part is None or name is None:
            unknown.append(key)
            continue
        parts = found.setdefault(name, {})
        if part[1] in parts:
            raise _layer_twice(file, name)
        parts[part[1]] = tensor
        spellings[name] = part[0]
    if unknown or not found:
        raise _no_plain_lora(file, unknown)
    configs = config_from_metadata(metadata) if config is None else {component: config for component, _ in found}
    layers: dict[LayerName, LoraLayer] = {}
    for name, parts in found.items():
        layer = _layer(file, name, parts, configs.get(name.component))
        try:
            modules = unfused(spellings[name], name, layer)
        except ValueError as error:
            raise _mismatched(file, name) from error
        if twice := layers.keys() & modules.keys():
            raise _layer_twice(file, min(twice))
        layers |= modules
    if (rank := max(layer.rank for layer in layers.values())) > MAX_RANK:
        raise InvalidAdapter(
            "{file} has the rank {rank}; a LoRA may have up to {limit}.",
            "Resize it to a lower rank where it was trained.",
            file=file,
            rank=rank,
            limit=MAX_RANK,
        )
    return Lora(layers, metadata)


def _layer(file: str, name: LayerName, parts: Mapping[Part, RawTensor], config: PeftConfig | None) -> LoraLayer:
    if "down" not in parts or "up" not in parts:
        raise InvalidAdapter(
            "{file} has an incomplete layer: {layer}.",
            "Download it again, or export it again where it was made.",
            file=file,
            layer=name.layer,
        )
    down, up = parts["down"], parts["up"]
    dimensions = len(down.shape)
    if dimensions not in (2, 3, 4, 5) or len(up.shape) != dimensions or not 0 < down.shape[0] == up.shape[1]:
        raise _mismatched(file, name)
    rank = down.shape[0]
    if "alpha" in parts:
        alpha = _stored_alpha(file, name, parts["alpha"])
    else:
        alpha = config.network_alpha(file, name.layer, rank) if config else float(rank)
    return LoraLayer(down, up, alpha)


def _stored_alpha(file: str, name: LayerName, tensor: RawTensor) -> float:
    if math.prod(tensor.shape) != 1 or not math.isfinite(alpha := float(numbers(tensor).item())):
        raise InvalidAdapter(
            "{file} has an unreadable alpha ({layer}), so its strength is unknown.",
            "Export it again where it was made.",
            file=file,
            layer=name.layer,
        )
    return alpha


def _mismatched(file: str, name: LayerName) -> InvalidAdapter:
    return InvalidAdapter(
        "{file} has mismatched shapes in the layer {layer}.",
        "Download it again, or export it again where it was made.",
        file=file,
        layer=name.layer,
    )


def _layer_twice(file: str, name: LayerName) -> InvalidAdapter:
    return InvalidAdapter(
        "{file} contains the layer {layer} twice, under two key names.",
        "Export it again where it was made.",
        file=file,
        layer=name.layer,
    )


def _no_plain_lora(file: str, unknown: list[str]) -> InvalidAdapter:
    for method, marks in _OTHER_METHODS:
        if any(marks.search(key) for key in unknown):
            return InvalidAdapter(
                "{file} is a {kind}, and this studio reads plain LoRAs only.",
                "Ask for a plain LoRA, or convert it where it was made.",
                file=file,
                kind=method,
            )
    if not unknown:
        return InvalidAdapter(
            "{file} contains no LoRA layer.",
            "Use a plain LoRA for a base model of this studio, in kohya's or diffusers' layout.",
            file=file,
        )
    return InvalidAdapter(
        "{file} is not a LoRA this studio can read (unknown keys: {count}, such as {example}).",
        "Use a plain LoRA for a base model of this studio, in kohya's or diffusers' layout.",
        file=file,
        count=len(unknown),
        example=unknown[0][:80],
    )
