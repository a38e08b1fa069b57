"""What a LoRA file says about itself, and what we write into ours."""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.crops import CropMode
from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.lora_files.file import LoraHeader, RawTensor, TensorInfo, numbers, read_header, read_tensors
from profile_studio.lora_files.names import layer_name

STARTER = "starter"
SD15 = "sd15"
SD15_TEXT_WIDTH = 768
SD1_VERSIONS = ("sd_v1", "sd_1.5", "sd1", "sd_v1.5")

_KOHYA_KEY = re.compile(r"lora_(?P<part>unet|te1|te2|te)_[a-z0-9_]+\.(lora_down\.weight|lora_up\.weight|alpha)")
_DIFFUSERS_KEY = re.compile(r"(unet|text_encoder)\.[\w.]+\.(lora_[AB]\.weight|lora\.(down|up)\.weight|alpha)")
_DOWN_SUFFIXES = (".lora_down.weight", ".lora_A.weight", ".lora.down.weight")
_UP_SUFFIXES = (".lora_up.weight", ".lora_B.weight", ".lora.up.weight")


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


def layer_alphas(path: Path) -> dict[tuple[str, str], float]:
    """Component and dotted layer to its stored network_alpha, for a file in kohya's layout.

    Raises:
        InvalidAdapter: as `read_header`.
    """
    return {layer_name(name): alpha for name, alpha in _alphas(path, read_header(path)).items()}


def read_adapter(path: Path, *, ships: bool = False) -> Adapter:
    """What a LoRA file says about itself; its name is the file's.

    A file of another program has no base hash: it fits the base it was named for.

    Raises:
        InvalidAdapter: as `read_header`, or it is for a base model this studio does not know.
    """
    header = read_header(path)
    _check_keys(path, header.tensors)
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
    return base if base in (STARTER, SD15) else Path(base).resolve().name


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
    keys = [key for key in header.tensors if key.endswith(".alpha")]
    return {key.removesuffix(".alpha"): _alpha(path, key, tensor) for key, tensor in read_tensors(path, keys).items()}


def _alpha(path: Path, key: str, tensor: RawTensor) -> float:
    if math.prod(tensor.shape) != 1 or not math.isfinite(alpha := float(numbers(tensor).item())):
        raise InvalidAdapter(
            f"{path.name} has an alpha that is no number ({key[:80]}), so its strength is unknown.",
            "Export it again where it was made.",
        )
    return alpha


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
