"""What a LoRA file says about itself, and what we write into ours."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.bases import STARTER
from profile_studio.domain.crops import CropMode
from profile_studio.domain.errors import BaseNotTold, InvalidAdapter
from profile_studio.domain.families import family_facts
from profile_studio.domain.generation import WEIGHT_LIMIT
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.domain.trigger_words import word_of_header
from profile_studio.lora_files.families import (
    FAMILY_KEY,
    NAMED_BASES,
    check_family,
    told_base,
    told_family,
)
from profile_studio.lora_files.layers import read_lora
from profile_studio.lora_files.lora import Lora


@dataclass(frozen=True)
class _Told:
    """What other programs call a family, and the module of kohya's that trains it."""

    version: str
    architecture: str
    module: str = "networks.lora"


_TOLD = {
    "sd1": _Told("sd_v1", "stable-diffusion-v1"),
    "sd2": _Told("sd_v2", "stable-diffusion-v2-512"),
    "sdxl": _Told("sdxl_base_v1-0", "stable-diffusion-xl-v1-base"),
    "sd2-v": _Told("sd_v2", "stable-diffusion-v2-768-v"),
    "sd3": _Told("3-5-medium", "stable-diffusion-v3.5-medium", "networks.lora_sd3"),
}
_PREDICTION_TYPES = {"epsilon": "epsilon", "v_prediction": "v"}  # ModelSpec has no word for flow matching


@dataclass(frozen=True)
class TrainingFacts:
    """What a training knows about its result beyond its config; `family` is that of its base.

    `changes` are the steps after which it went on with other numbers than it was asked for, and these numbers.
    """

    base_hash: str
    family: str
    prediction_type: str
    trigger_word: str
    captions: Sequence[str]
    job_id: str
    default_weight: float = 1.0
    class_word: str = ""
    changes: Sequence[Mapping[str, object]] = ()


def read_adapter(path: Path, *, ships: bool = False) -> Adapter:
    """What a LoRA file says about itself; its name is the file's.

    A file of another program has no base hash: it fits the base it was named for.

    Raises:
        InvalidAdapter: as `read_lora`, or it is for a base model this studio does not know.
    """
    return described(read_lora(path), path, ships=ships)


def described(lora: Lora, path: Path, *, ships: bool = False) -> Adapter:
    """What a LoRA that was read from this path says about itself.

    Foreign metadata may be anything: what cannot be read of it counts as absent.

    Raises:
        InvalidAdapter: it is for a base model this studio does not know.
        BaseNotTold: it does not tell for which.
    """
    metadata = lora.metadata
    strongest = max(lora.layers.values(), key=lambda layer: layer.rank)
    family = told_family(lora, path.name)
    base = metadata.get("profile_studio.base") or told_base(lora, path.name)
    if base is None and family is not None:
        raise BaseNotTold(
            "{file} is a LoRA for {kind}, but does not tell for which base model.",
            "Name it when you import the file: `adapters import FILE --base BASE`.",
            file=path.name,
            kind=family_facts(family).title,
        )
    if base is None:
        raise BaseNotTold(
            "{file} does not tell which base model it is for.",
            "Name it when you import the file: `adapters import FILE --base BASE`.",
            file=path.name,
        )
    trigger_word = metadata.get("profile_studio.trigger_word", metadata.get("modelspec.trigger_phrase", ""))
    return Adapter(
        name=path.stem,
        path=path,
        kind=_kind(metadata.get("profile_studio.kind", "")),
        base=base,
        base_hash=metadata.get("profile_studio.base_hash", ""),
        family=family or "",
        trigger_word=word_of_header(trigger_word),
        class_word=word_of_header(metadata.get("profile_studio.class_word", "")),
        rank=strongest.rank,
        network_alpha=strongest.network_alpha,
        num_train_steps=_whole_number(metadata.get("ss_steps", "")),
        dataset=metadata.get("profile_studio.dataset", ""),
        dataset_version=metadata.get("profile_studio.dataset_version", ""),
        ships=ships,
        size_bytes=path.stat().st_size,
        default_weight=_default_weight(metadata.get("profile_studio.default_weight", "")),
    )


def check_base(adapter: Adapter, base: str, base_hash: str, family: str) -> None:
    """Makes sure that an adapter was trained on this base model, or a foreign one at least on its family.

    Raises:
        InvalidAdapter: it was not; the fix offers to train it again.
    """
    if adapter.base_hash and adapter.base_hash == base_hash:
        return
    check_family(adapter.name, adapter.family, base, family)
    if not adapter.base_hash and base != STARTER:
        return
    if adapter.base == base:
        raise InvalidAdapter(
            "{name} was trained on an older version of {base!r} and no longer fits it.",
            "Train it again from its pictures.",
            name=adapter.name,
            base=base,
        )
    raise InvalidAdapter(
        "{name} was trained for the base model {own_base!r}, not for {base!r}.",
        "Choose {own_base!r} as the base model, or train it again on {base!r}.",
        name=adapter.name,
        own_base=adapter.base,
        base=base,
    )


def base_label(base: str) -> str:
    """How a base is named inside a file: never by its path, which would tell where a person keeps their files."""
    return base if base in (STARTER, *NAMED_BASES) else Path(base).resolve().name


def adapter_metadata(config: LoraTrainingConfig, facts: TrainingFacts, step: int, now: float) -> dict[str, str]:
    """The header of a trained adapter: the keys other programs look for, and ours.

    Source: kohya-ss/sd-scripts train_network.py (`ss_*`), Stability-AI/ModelSpec 1.0.1 (`modelspec.*`), whose names of
    architectures are those of SwarmUI.
    """
    portable_config = config.model_copy(update={"base": base_label(config.base)})
    tags = Counter(tag.strip() for caption in facts.captions for tag in caption.split(",") if tag.strip())
    size = f"{config.resolution}x{config.resolution}"
    is_v = facts.family == "sd2" and facts.prediction_type == "v_prediction"
    told = _TOLD["sd2-v" if is_v else facts.family]
    prediction_type = _PREDICTION_TYPES.get(facts.prediction_type)
    return {
        "format": "pt",
        "ss_base_model_version": told.version,
        "ss_v2": str(facts.family == "sd2"),
        "ss_network_module": told.module,
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
        "modelspec.architecture": f"{told.architecture}/lora",
        "modelspec.implementation": "diffusers",
        "modelspec.title": config.adapter_name,
        "modelspec.resolution": size,
        "modelspec.date": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "modelspec.trigger_phrase": facts.trigger_word,
        **({"modelspec.prediction_type": prediction_type} if prediction_type else {}),
        "profile_studio.kind": config.kind,
        "profile_studio.base": base_label(config.base),
        FAMILY_KEY: facts.family,
        "profile_studio.base_hash": facts.base_hash,
        "profile_studio.dataset": config.dataset,
        "profile_studio.dataset_version": config.dataset_version,
        "profile_studio.config": portable_config.model_dump_json(),
        "profile_studio.trigger_word": facts.trigger_word,
        "profile_studio.class_word": facts.class_word,
        "profile_studio.default_weight": str(facts.default_weight),
        "profile_studio.job": facts.job_id,
        **({"profile_studio.changes": json.dumps(facts.changes)} if facts.changes else {}),
    }


def _kind(text: str) -> AdapterKind:
    return AdapterKind(text) if text in tuple(AdapterKind) else AdapterKind.STYLE


def _whole_number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _default_weight(text: str) -> float:
    is_weight = re.fullmatch(r"[01]\.[0-9]{1,9}", text) and float(text) <= WEIGHT_LIMIT
    return float(text) if is_weight else 1.0
