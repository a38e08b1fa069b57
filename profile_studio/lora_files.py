"""The LoRA file: its names, its alphas and what its header says, without torch.

We write the kohya layout, `lora_unet_<layer>.lora_down.weight`, `.lora_up.weight` and `.alpha`, because it carries a
network_alpha per layer and every program reads it. A file that comes in is judged by its header alone before anything
else touches it; a pickle is never opened.
"""

import hashlib
import json
import math
import re
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.crops import CropMode
from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig

MAX_HEADER_BYTES = 8 * 2**20
MAX_FILE_BYTES = 4 * 2**30
MAX_TENSORS = 20_000
STARTER = "starter"
SD15 = "sd15"
SD15_TEXT_WIDTH = 768
SD1_VERSIONS = ("sd_v1", "sd_1.5", "sd1", "sd_v1.5")
DTYPE_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
NUMBER_FORMATS = {"F64": "<d", "F32": "<f", "F16": "<e", "I64": "<q", "I32": "<i"}

_KOHYA_KEY = re.compile(r"lora_(?P<part>unet|te1|te2|te)_[a-z0-9_]+\.(lora_down\.weight|lora_up\.weight|alpha)")
_DIFFUSERS_KEY = re.compile(r"(unet|text_encoder)\.[\w.]+\.(lora_[AB]\.weight|lora\.(down|up)\.weight|alpha)")
_DOWN_SUFFIXES = (".lora_down.weight", ".lora_A.weight", ".lora.down.weight")
_UP_SUFFIXES = (".lora_up.weight", ".lora_B.weight", ".lora.up.weight")
_WORDS_WITH_UNDERSCORE = (
    "down_blocks", "up_blocks", "mid_block", "transformer_blocks", "to_q", "to_k", "to_v", "to_out", "proj_in",
    "proj_out", "conv_in", "conv_out", "conv_shortcut", "time_emb_proj", "time_embedding", "linear_1", "linear_2",
    "text_model", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj",
)  # fmt: skip
_NAME_PART = re.compile(rf"({'|'.join(_WORDS_WITH_UNDERSCORE)}|[a-z0-9]+)(?:_|$)")


@dataclass(frozen=True)
class TensorInfo:
    """Where a tensor's bytes lie, `start` and `end` counted from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class LoraHeader:
    """A checked header: every tensor belongs to a LoRA and lies inside the file."""

    tensors: dict[str, TensorInfo]
    metadata: dict[str, str]
    data_start: int


@dataclass(frozen=True)
class RawTensor:
    """A tensor as its little-endian bytes, so that no number type needs a library."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True)
class TrainingFacts:
    """What a training knows about its result beyond its config."""

    base_hash: str
    prediction_type: str
    trigger_word: str
    captions: Sequence[str]
    job_id: str
    default_weight: float = 1.0
    class_word: str = ""


def kohya_name(component: str, layer: str) -> str:
    """The file's name of a layer: `unet`, `mid_block.resnets.0.conv1` becomes `lora_unet_mid_block_resnets_0_conv1`."""
    if component == "text_encoder":
        return "lora_te_text_model_" + layer.removeprefix("text_model.").replace(".", "_")
    return f"lora_{component}_{layer.replace('.', '_')}"


def layer_name(name: str) -> tuple[str, str]:
    """Component and dotted layer of a kohya name; the inverse of `kohya_name`.

    Text encoder layers are returned with their `text_model.` prefix, as diffusers' files spell them.
    """
    part, _, underscored = name.removeprefix("lora_").partition("_")
    component = "unet" if part == "unet" else "text_encoder"
    return component, ".".join(match.group(1) for match in _NAME_PART.finditer(underscored))


def read_header(path: Path) -> LoraHeader:
    """The header of a LoRA file, checked.

    Raises:
        InvalidAdapter: it is a pickle, not a whole safetensors file, or not a LoRA for Stable Diffusion 1.x.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        _refuse_pickle(path, start)
        header_bytes = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= header_bytes <= min(MAX_HEADER_BYTES, size - 8) or size > MAX_FILE_BYTES:
            raise _not_whole(path)
        raw_header = file.read(header_bytes)
    try:
        header = json.loads(raw_header)
        metadata = {str(key): str(value) for key, value in header.pop("__metadata__", {}).items()}
        tensors = {str(key): _tensor_info(value) for key, value in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _not_whole(path) from error
    _check_extents(path, tensors, size - 8 - header_bytes)
    _check_keys(path, tensors)
    return LoraHeader(tensors, metadata, 8 + header_bytes)


def read_tensors(path: Path) -> dict[str, RawTensor]:
    """All tensors of a LoRA file as bytes.

    Raises:
        InvalidAdapter: as `read_header`.
    """
    header = read_header(path)
    data = memoryview(path.read_bytes())[header.data_start :]
    return {
        name: RawTensor(info.dtype, info.shape, bytes(data[info.start : info.end]))
        for name, info in header.tensors.items()
    }


def layer_alphas(path: Path) -> dict[tuple[str, str], float]:
    """Component and dotted layer to its stored network_alpha, for a file in kohya's layout.

    Raises:
        InvalidAdapter: as `read_header`.
    """
    return {layer_name(name): alpha for name, alpha in _alphas(path, read_header(path)).items()}


def write_tensors(path: Path, tensors: Mapping[str, RawTensor], metadata: Mapping[str, str]) -> None:
    """Writes a safetensors file; the metadata gets `modelspec.hash_sha256`, the hash of the tensors' bytes."""
    names = sorted(tensors)
    digest = hashlib.sha256()
    header: dict[str, object] = {}
    offset = 0
    for name in names:
        tensor = tensors[name]
        header[name] = {
            "dtype": tensor.dtype,
            "shape": tensor.shape,
            "data_offsets": [offset, offset + len(tensor.data)],
        }
        offset += len(tensor.data)
        digest.update(tensor.data)
    header["__metadata__"] = {**metadata, "modelspec.hash_sha256": f"0x{digest.hexdigest()}"}
    encoded = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    encoded += b" " * (-len(encoded) % 8)  # readers map the file, and want the numbers aligned
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(encoded)))
        file.write(encoded)
        file.writelines(tensors[name].data for name in names)


def read_adapter(path: Path, *, ships: bool = False) -> Adapter:
    """What a LoRA file says about itself; its name is the file's.

    A file of another program has no base hash: it fits the base it was named for.

    Raises:
        InvalidAdapter: as `read_header`, or it is for a base model this studio does not know.
    """
    header = read_header(path)
    metadata = header.metadata
    ours = "profile_studio.base_hash" in metadata
    rank = max(_rank(info) for name, info in header.tensors.items() if name.endswith(_DOWN_SUFFIXES))
    try:
        return Adapter(
            name=path.stem,
            path=path,
            kind=AdapterKind(metadata.get("profile_studio.kind", AdapterKind.STYLE)),
            base=metadata.get("profile_studio.base", "") if ours else _foreign_base(path, header),
            base_hash=metadata.get("profile_studio.base_hash", ""),
            trigger_word=metadata.get("profile_studio.trigger_word", metadata.get("modelspec.trigger_phrase", "")),
            class_word=metadata.get("profile_studio.class_word", ""),
            rank=rank,
            network_alpha=_network_alpha(path, header, rank),
            num_train_steps=int(metadata.get("ss_steps", 0)),
            dataset=metadata.get("profile_studio.dataset", ""),
            dataset_version=metadata.get("profile_studio.dataset_version", ""),
            ships=ships,
            size_bytes=path.stat().st_size,
            default_weight=float(metadata.get("profile_studio.default_weight", 1.0)),
        )
    except ValueError as error:
        raise InvalidAdapter(
            f"{path.name} says something about itself that cannot be read.", "Export it again where it was trained."
        ) from error


def check_base(adapter: Adapter, base: str, base_hash: str) -> None:
    """Makes sure that an adapter was trained on this base model.

    Raises:
        InvalidAdapter: it was not; the fix offers to train it again.
    """
    if adapter.base_hash == base_hash or (not adapter.base_hash and base != STARTER):
        return
    if adapter.base == base:
        raise InvalidAdapter(
            f"{adapter.name} was trained on an older version of {base!r} and no longer fits it.",
            "Train it again from its pictures.",
        )
    raise InvalidAdapter(
        f"{adapter.name} was trained for the base model {adapter.base!r}, not for {base!r}.",
        f"Choose {adapter.base!r} as the base model, or train it again on {base!r}.",
    )


def base_label(base: str) -> str:
    """How a base is named inside a file: never by its path, which would tell where a person keeps their files."""
    return base if base in (STARTER, SD15) else Path(base).name


def adapter_metadata(config: LoraTrainingConfig, facts: TrainingFacts, step: int, now: float) -> dict[str, str]:
    """The header of a trained adapter: the keys other programs look for, and ours.

    Source: kohya-ss/sd-scripts train_network.py (`ss_*`), Stability-AI/ModelSpec 1.0.1 (`modelspec.*`).
    """
    portable_config = config.model_copy(update={"base": base_label(config.base)})
    tags = Counter(tag.strip() for caption in facts.captions for tag in caption.split(",") if tag.strip())
    size = f"{config.resolution}x{config.resolution}"
    return {
        "format": "pt",
        "ss_base_model_version": "sd_v1",
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(config.rank),
        "ss_network_alpha": str(config.network_alpha),
        "ss_network_args": json.dumps({"targets": config.targets}),
        "ss_output_name": config.adapter_name,
        "ss_steps": str(step),
        "ss_max_train_steps": str(config.num_train_steps),
        "ss_seed": str(config.seed),
        "ss_learning_rate": str(config.learning_rate),
        "ss_num_train_images": str(len(facts.captions)),
        "ss_resolution": f"({config.resolution}, {config.resolution})",
        "ss_enable_bucket": str(config.crop is CropMode.BUCKETS),
        "ss_flip_aug": str(config.flip),
        "ss_color_aug": str(config.color_jitter),
        "ss_random_crop": str(config.crop_jitter),
        "ss_tag_frequency": json.dumps({config.dataset: dict(tags)}, ensure_ascii=False),
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": "stable-diffusion-v1/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.title": config.adapter_name,
        "modelspec.resolution": size,
        "modelspec.date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "modelspec.trigger_phrase": facts.trigger_word,
        "modelspec.prediction_type": "v" if facts.prediction_type == "v_prediction" else "epsilon",
        "profile_studio.kind": config.kind,
        "profile_studio.base": base_label(config.base),
        "profile_studio.base_hash": facts.base_hash,
        "profile_studio.dataset": config.dataset,
        "profile_studio.dataset_version": config.dataset_version,
        "profile_studio.config": portable_config.model_dump_json(),
        "profile_studio.trigger_word": facts.trigger_word,
        "profile_studio.class_word": facts.class_word,
        "profile_studio.default_weight": str(facts.default_weight),
        "profile_studio.job": facts.job_id,
    }


def _refuse_pickle(path: Path, start: bytes) -> None:
    is_pickle = start[:1] == b"\x80" or start[:2] == b"PK"
    if is_pickle or path.suffix.lower() in (".pt", ".pth", ".ckpt", ".bin", ".pkl"):
        raise InvalidAdapter(
            f"{path.name} is a pickle, a kind of file that can run programs when it is opened.",
            "Ask for the same LoRA as a .safetensors file.",
        )


def _not_whole(path: Path) -> InvalidAdapter:
    return InvalidAdapter(f"{path.name} is not a whole .safetensors file.", "Download or export it again.")


def _tensor_info(value: dict[str, Any]) -> TensorInfo:
    shape = tuple(int(side) for side in value["shape"])
    start, end = (int(offset) for offset in value["data_offsets"])
    if min((*shape, start), default=0) < 0 or math.prod(shape) * DTYPE_BYTES[value["dtype"]] != end - start:
        raise ValueError("shape and bytes disagree")
    return TensorInfo(value["dtype"], shape, start, end)


def _check_extents(path: Path, tensors: dict[str, TensorInfo], data_bytes: int) -> None:
    offset = 0
    for info in sorted(tensors.values(), key=lambda info: (info.start, info.end)):
        if info.start != offset:
            raise _not_whole(path)
        offset = info.end
    if offset != data_bytes or len(tensors) > MAX_TENSORS:
        raise _not_whole(path)


def _check_keys(path: Path, tensors: dict[str, TensorInfo]) -> None:
    if any(name.startswith(("lora_te1_", "lora_te2_", "text_encoder_2.", "transformer.")) for name in tensors):
        raise InvalidAdapter(
            f"{path.name} is a LoRA for SDXL or SD 3.", "Use a LoRA for Stable Diffusion 1.x, or train one here."
        )
    strange = [name for name in tensors if not (_KOHYA_KEY.fullmatch(name) or _DIFFUSERS_KEY.fullmatch(name))]
    downs = {_stem(name, _DOWN_SUFFIXES) for name in tensors if name.endswith(_DOWN_SUFFIXES)}
    ups = {_stem(name, _UP_SUFFIXES) for name in tensors if name.endswith(_UP_SUFFIXES)}
    if strange or not downs or downs != ups:
        example = strange[0] if strange else "none that belong together"
        raise InvalidAdapter(
            f"{path.name} is not a LoRA this studio can read ({len(strange)} unknown parts, such as {example[:80]}).",
            "Use a plain LoRA for Stable Diffusion 1.x in kohya's or diffusers' layout.",
        )


def _stem(name: str, suffixes: tuple[str, ...]) -> str:
    return next(name.removesuffix(suffix) for suffix in suffixes if name.endswith(suffix))


def _rank(down: TensorInfo) -> int:
    return down.shape[0] if down.shape else 0


def _network_alpha(path: Path, header: LoraHeader, rank: int) -> float:
    """The alpha of the first layer that has one, or the stated one; a file without any means alpha = rank."""
    stated = header.metadata.get("ss_network_alpha", "")
    default = float(stated) if re.fullmatch(r"[0-9.]+", stated) else float(rank)
    return next(iter(_alphas(path, header).values()), default)


def _alphas(path: Path, header: LoraHeader) -> dict[str, float]:
    alphas: dict[str, float] = {}
    with path.open("rb") as file:
        for key, info in header.tensors.items():
            if key.endswith(".alpha") and info.dtype in NUMBER_FORMATS and math.prod(info.shape) == 1:
                file.seek(header.data_start + info.start)
                data = file.read(info.end - info.start)
                alphas[key.removesuffix(".alpha")] = float(struct.unpack(NUMBER_FORMATS[info.dtype], data)[0])
    return alphas


def _foreign_base(path: Path, header: LoraHeader) -> str:
    widths = {
        info.shape[1]
        for name, info in header.tensors.items()
        if name.endswith(_DOWN_SUFFIXES) and re.search(r"attn2[._](processor\.)?to_[kv]", name) and len(info.shape) > 1
    }
    stated = header.metadata.get("ss_base_model_version", "")
    if widths == {SD15_TEXT_WIDTH} or (not widths and stated in SD1_VERSIONS):
        return SD15
    raise InvalidAdapter(
        f"{path.name} is for another base model{f' ({stated})' if stated else ''}.",
        "Use a LoRA for Stable Diffusion 1.5, or train one here from pictures.",
    )
