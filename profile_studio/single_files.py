"""Base models that are one file of weights: what else they need, which no such file has, and where that lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from profile_studio.domain.base_files import MODEL_INDEX, needed_files
from profile_studio.domain.bases import KNOWN_BASES
from profile_studio.domain.checkpoint_keys import Shapes, family_of_checkpoint, fits_configs
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched
from profile_studio.domain.families import FamilyFacts, family_facts
from profile_studio.files.model_folder import is_pickle, read_json
from profile_studio.hub.cache import cached_file
from profile_studio.settings import Settings

_VOCABULARY_FROM = {"sd1": "sd15", "sdxl": "sdxl"}


@dataclass(frozen=True)
class SingleFile:
    """A checkpoint, and what else a pipeline is made of.

    Args:
        configs: folder with the configurations of its parts, in diffusers layout.
        tokenizers: folder of each tokenizer; the file's own family has as many as it has text encoders.
    """

    path: Path
    family: FamilyFacts
    configs: Path
    tokenizers: Mapping[str, Path]


def find_single_file(base: str, settings: Settings) -> SingleFile:
    """The checkpoint at this path.

    Raises:
        BaseModelMissing: it is no checkpoint of a family that is known as one.
        BaseNotFetched: the vocabulary that it needs is not on this disk.
    """
    path = Path(base).resolve()
    family, configs = _told(path, settings)
    words = read_json(configs, "text_encoder/config.json", base)["vocab_size"]
    tokenizers = {part: _tokenizer(part, words) for part in _tokenizers_of(family)}
    if not all(tokenizers.values()):
        raise BaseNotFetched(
            "{file} has no vocabulary in it, as no single file has, and none is on this disk.",
            "Fetch it (3 MB): `bases fetch {base}`, or the button Fetch on the page.",
            file=path.name,
            base=base,
        )
    return SingleFile(path, family, configs, {part: folder for part, folder in tokenizers.items() if folder})


def vocabulary_of(base: str, settings: Settings) -> tuple[str, tuple[str, ...]]:
    """From which known base a checkpoint's vocabulary is fetched, and the folders that it lies in there.

    Raises:
        BaseModelMissing: it is no checkpoint of a family that is known as one.
    """
    family, _ = _told(Path(base).resolve(), settings)
    return _VOCABULARY_FROM[family.name], _tokenizers_of(family)


def _told(path: Path, settings: Settings) -> tuple[FamilyFacts, Path]:
    """The family of a checkpoint, and the configurations that fit it."""
    shapes = _shapes(path)
    family = family_facts(family_of_checkpoint(shapes, path.name))
    for folder in _config_folders(family, settings):
        parts = (family.denoiser, "vae", *(part for part in family.parts if part.startswith("text_encoder")))
        if fits_configs(shapes, family.name, {part: _config(folder, part) for part in parts}):
            return family, folder
    raise BaseModelMissing(
        "{file} has layers of other sizes than {family} has.",
        "Choose the folder in diffusers layout that was made of it.",
        file=path.name,
        family=family.title,
    )


def _config(folder: Path, part: str) -> dict[str, Any]:
    return read_json(folder, f"{part}/config.json", folder.name)


def _config_folders(family: FamilyFacts, settings: Settings) -> list[Path]:
    """Those that ship, and those of fetched bases of the same family."""
    folders = [settings.configs_dir / family.name]
    for known in KNOWN_BASES:
        if known.hub_id and known.family == family.name and (index := cached_file(known.hub_id, MODEL_INDEX)):
            there = index.parent
            names = {path.relative_to(there).as_posix() for path in there.glob("*/*")}
            wanted = {
                file for file in needed_files(family, names) if file.endswith(("/config.json", "scheduler_config.json"))
            }
            if wanted <= names:
                folders.append(there)
    return folders


def _tokenizers_of(family: FamilyFacts) -> tuple[str, ...]:
    return tuple(part for part in family.parts if part.startswith("tokenizer"))


def _tokenizer(part: str, words: int) -> Path | None:
    """The folder of a tokenizer with so many words, from any fetched base: all of ours read with one vocabulary."""
    for known in KNOWN_BASES:
        if known.hub_id and (config := cached_file(known.hub_id, f"{part}/tokenizer_config.json")):
            folder = config.parent
            there = frozenset(path.name for path in folder.glob("*") if path.is_file())
            if _count_words(folder, there) == words:
                return folder
    return None


@lru_cache(maxsize=16)
def _count_words(folder: Path, files: frozenset[str]) -> int:
    """How many words the tokenizer of a snapshot's folder has, whose files never change; 0 if it is not whole."""
    if {"vocab.json", "merges.txt"} <= files:
        return len(read_json(folder, "vocab.json", folder.name))
    if "tokenizer.json" in files:
        whole = read_json(folder, "tokenizer.json", folder.name)
        added = {str(token.get("content")) for token in whole.get("added_tokens", [])}
        return len(added | set(whole.get("model", {}).get("vocab", {})))
    return 0


def _shapes(path: Path) -> Shapes:
    if is_pickle(path):
        raise BaseModelMissing(
            "{file} is a pickle, a kind of file that can run programs when it is opened.",
            "Ask for the same base model as .safetensors.",
            file=path.name,
        )
    stat = path.stat()
    return _read_shapes(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _read_shapes(path: Path, _mtime_ns: int, _size: int) -> Shapes:
    try:
        with safe_open(path, framework="np") as opened:
            return {name: tuple(opened.get_slice(name).get_shape()) for name in opened.offset_keys()}
    except (SafetensorError, OSError) as error:
        raise BaseModelMissing(
            "{file} is truncated, damaged or not a .safetensors file.",
            "Download it again.",
            file=path.name,
        ) from error
