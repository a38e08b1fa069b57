"""Of which files a base model in diffusers layout consists, by their names alone: in a folder and on the hub alike."""

import re
from collections.abc import Collection

from profile_studio.domain.families import FamilyFacts

MODEL_INDEX = "model_index.json"
HALF_PRECISION = "fp16"


def parts_of(family: FamilyFacts, names: Collection[str]) -> list[str]:
    """The folders of a base model: those that each of its family has, and of the others those that it has."""
    there = {name.partition("/")[0] for name in names}
    return [family.denoiser, *family.parts, *(part for part in family.optional_parts if part in there)]


def variant_of(family: FamilyFacts, names: Collection[str]) -> str | None:
    """What diffusers must be told of the weights: `HALF_PRECISION` where a part has no others, else None."""
    for part in parts_of(family, names):
        if _has_weights(part) and not _found(part, names, None) and _found(part, names, HALF_PRECISION):
            return HALF_PRECISION
    return None


def needed_files(family: FamilyFacts, names: Collection[str]) -> list[str]:
    """What a base model is loaded from, and nothing that would be there twice.

    Args:
        names: the files that there are, relative to the model's folder. What should be among them and is not, is given
            by its usual name. Of weights in shards the index stands for all; `shards` has them.
    """
    variant = variant_of(family, names)
    files = [MODEL_INDEX]
    for part in parts_of(family, names):
        files += _files_of(part, names, variant)
    return files


def weights_of(part: str, names: Collection[str], variant: str | None) -> str:
    """The file with a part's weights, or the index of its shards; its usual name if there is none."""
    preferred = _found(part, names, variant) or _found(part, names, None)
    return preferred or f"{part}/{_stem(part)}.safetensors"


def is_index(file: str) -> bool:
    """Whether a file only says in which shards the weights are."""
    return ".safetensors.index." in file


def shards(index: str, names: Collection[str]) -> list[str]:
    """Those of an index's shards that there are, in their order."""
    stem, _, ending = index.partition(".safetensors.index.")
    variant = ending.removesuffix("json").rstrip(".")
    pattern = re.compile(re.escape(stem + (f".{variant}" if variant else "")) + r"-\d{5}-of-\d{5}\.safetensors")
    return sorted(name for name in names if pattern.fullmatch(name))


def _has_weights(part: str) -> bool:
    return part != "scheduler" and not part.startswith("tokenizer")


def _stem(part: str) -> str:
    return "model" if part.startswith("text_encoder") else "diffusion_pytorch_model"


def _found(part: str, names: Collection[str], variant: str | None) -> str | None:
    dotted = f".{variant}" if variant else ""
    stem = f"{part}/{_stem(part)}"
    spellings = (f"{stem}{dotted}.safetensors", f"{stem}.safetensors.index{dotted}.json")
    return next((name for name in spellings if name in names), None)


def _files_of(part: str, names: Collection[str], variant: str | None) -> list[str]:
    if part == "scheduler":
        return ["scheduler/scheduler_config.json"]
    if part.startswith("tokenizer"):
        return tokenizer_files(part, names)
    return [f"{part}/config.json", weights_of(part, names, variant)]


def tokenizer_files(part: str, names: Collection[str]) -> list[str]:
    """What the tokenizer in a folder is read from."""
    beside = {f"{part}/{name}" for name in ("special_tokens_map.json", "added_tokens.json")} & set(names)
    return [f"{part}/tokenizer_config.json", *_vocabulary(part, names), *sorted(beside)]


def _vocabulary(part: str, names: Collection[str]) -> list[str]:
    """What a tokenizer is read from: one file, and of older folders the vocabulary beside its merges, or T5's own."""
    known = ("tokenizer.json", "vocab.json", "merges.txt", "spiece.model")
    there = [f"{part}/{name}" for name in known if f"{part}/{name}" in names]
    if f"{part}/tokenizer.json" in there or f"{part}/spiece.model" in there:
        return there
    return [f"{part}/vocab.json", f"{part}/merges.txt"]
