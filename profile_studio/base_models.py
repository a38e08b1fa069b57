"""Which base models there are and where their files lie; no tensor is read."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from profile_studio.domain.bases import KNOWN_BASES, STARTER, known_base
from profile_studio.domain.errors import BaseModelMissing, NotInDemo
from profile_studio.domain.families import FAMILIES, FamilyFacts, family_facts, family_of_pipeline, told_by_denoiser
from profile_studio.domain.sentences import Sentence
from profile_studio.settings import Settings

_COMMON_TOKENS = 40_000  # of CLIP's 49,408; the starter, which has 720, knows nothing else
_WORD_END = "</w>"
_LFS_POINTER = b"version https://git-lfs"
_DIFFUSERS_WEIGHTS = "diffusion_pytorch_model.safetensors"
_TRANSFORMERS_WEIGHTS = "model.safetensors"
HUB_IDS = {base.name: base.hub_id for base in KNOWN_BASES if base.hub_id}


@dataclass(frozen=True)
class BaseModel:
    """A base model on this disk, in diffusers layout.

    `native_size` is the side of a square picture in pixels; sides that are multiples of `bucket_step` pass through VAE
    and denoiser without a remainder; `denoiser_file` holds the denoiser's weights.
    """

    name: str
    folder: Path
    family: FamilyFacts
    native_size: int
    bucket_step: int
    denoiser_file: Path

    @property
    def hash(self) -> str:
        """sha256 of the denoiser's file, 64 hex digits: what an adapter was trained on."""
        stat = self.denoiser_file.stat()
        return _sha256(self.denoiser_file, stat.st_mtime_ns, stat.st_size)


class BaseSize(NamedTuple):
    """What presets depend on; `native_size` is the side of a square picture in pixels."""

    family: FamilyFacts
    native_size: int


@lru_cache(maxsize=16)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_base_model(base: str, settings: Settings) -> BaseModel:
    """The base model of this name or folder.

    Args:
        base: a name of `domain.bases` (looked up in the local hub cache), or a folder in diffusers layout.
    Raises:
        BaseModelMissing: it is not on this disk, or the folder is not a whole base model in diffusers layout.
        NotInDemo: strangers share this studio, and its disk is none of theirs.
    """
    if settings.is_demo and base != STARTER:
        raise NotInDemo("This public demo has the starter only.", "Choose {base!r}.", base=STARTER)
    folder = settings.starter_dir if base == STARTER else _hub_folder(base) if base in HUB_IDS else Path(base)
    index = folder / "model_index.json"
    if not index.is_file():
        raise BaseModelMissing(
            "The base model {base!r} is not on this disk.",
            "Give a folder in diffusers layout, or one of: {names}.",
            base=base,
            names=", ".join([STARTER, *HUB_IDS]),
        )
    pipeline_class = _read_json(folder, "model_index.json", base).get("_class_name", "")
    family = family_of_pipeline(pipeline_class)
    if family is None:
        raise BaseModelMissing(
            "The folder {base!r} holds {found}, which is none of the families that the studio knows: {families}.",
            "Choose a folder of one of these in diffusers layout with .safetensors weights.",
            base=base,
            found=pipeline_class or Sentence("no model"),
            families=", ".join(each.title for each in FAMILIES),
        )
    for part in (family.denoiser, *family.parts):
        for file in _files_of(folder, part):
            _check_file(folder, file, base)
    denoiser = _read_json(folder, f"{family.denoiser}/config.json", base)
    vae = _read_json(folder, "vae/config.json", base)
    pixels_a_latent = 2 ** (len(vae["block_out_channels"]) - 1)
    native_size = int(denoiser["sample_size"]) * pixels_a_latent
    latents_a_step = denoiser.get("patch_size") or 2 ** (len(denoiser["block_out_channels"]) - 1)
    denoiser_file = folder / family.denoiser / _DIFFUSERS_WEIGHTS
    family = told_by_denoiser(family, denoiser)
    return BaseModel(base, folder.resolve(), family, native_size, pixels_a_latent * latents_a_step, denoiser_file)


def base_size(base: str, settings: Settings) -> BaseSize:
    """Of which family a base model is, and how large it draws; a named one need not be on the disk.

    Raises:
        BaseModelMissing: a folder is not a whole base model.
        NotInDemo: strangers share this studio, and its disk is none of theirs.
    """
    if known := known_base(base):
        return BaseSize(family_facts(known.family), known.native_size)
    found = find_base_model(base, settings)
    return BaseSize(found.family, found.native_size)


def _files_of(folder: Path, part: str) -> Iterator[str]:
    """What a part of a base model cannot be loaded without, relative to the base's folder."""
    if part == "scheduler":
        yield "scheduler/scheduler_config.json"
    elif part.startswith("tokenizer"):
        yield f"{part}/tokenizer_config.json"
        yield _tokenizer_file(folder, part)
    else:
        yield f"{part}/config.json"
        yield f"{part}/{_TRANSFORMERS_WEIGHTS if part.startswith('text_encoder') else _DIFFUSERS_WEIGHTS}"


def _check_file(folder: Path, file: str, base: str) -> None:
    path = folder / file
    if path.is_file():
        with path.open("rb") as opened:
            is_pointer = opened.read(len(_LFS_POINTER)) == _LFS_POINTER
        if is_pointer:
            raise BaseModelMissing(
                "{file} of the base model {base!r} is a git-LFS pointer instead of the file itself.",
                "Run `git lfs pull` in its folder, or download it again.",
                file=file,
                base=base,
            )
        return
    stem, suffix = path.stem, path.suffix
    if variants := sorted(found.name for found in path.parent.glob(f"{stem}.*{suffix}")):
        raise BaseModelMissing(
            "The base model {base!r} has {folder}/{variant} but no {file}.",
            "Download it in full precision, without a variant such as fp16.",
            base=base,
            folder=path.parent.name,
            variant=variants[0],
            file=file,
        )
    raise BaseModelMissing(
        "The base model {base!r} has no {file}.",
        "Download its folder again, whole and with .safetensors weights.",
        base=base,
        file=file,
    )


def _tokenizer_file(folder: Path, part: str) -> str:
    """What a tokenizer is read from: one file, or, of older folders, the vocabulary whose merges stand beside it."""
    if (folder / part / "tokenizer.json").is_file():
        return f"{part}/tokenizer.json"
    has_vocabulary = (folder / part / "vocab.json").is_file()
    return f"{part}/merges.txt" if has_vocabulary else f"{part}/vocab.json"


def _read_json(folder: Path, file: str, base: str) -> dict[str, Any]:
    try:
        return json.loads((folder / file).read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise BaseModelMissing(
            "{file} of the base model {base!r} cannot be read.", "Download its folder again.", file=file, base=base
        ) from error


def tokenizer_folder(base: str, settings: Settings) -> Path | None:
    """Where the tokenizer of a base model lies; None if it is not on this disk. Never reaches the network."""
    if base == STARTER:
        return settings.starter_dir / "tokenizer"
    if settings.is_demo:
        return None
    if base not in HUB_IDS:
        folder = Path(base) / "tokenizer"
        return folder if (folder / "tokenizer_config.json").is_file() else None
    from huggingface_hub import try_to_load_from_cache  # imported here, as below

    config = try_to_load_from_cache(HUB_IDS[base], "tokenizer/tokenizer_config.json")
    return Path(config).parent if isinstance(config, str) else None


def known_words(settings: Settings) -> frozenset[str]:
    """Words that the tokenizer of a base model on this disk has a common token of its own for, in small letters."""
    vocabularies = [settings.starter_dir / "tokenizer" / "vocab.json", *_hub_vocabularies()]
    return frozenset().union(*(_common_words(path) for path in vocabularies if path.is_file()))


def _hub_vocabularies() -> list[Path]:
    # Imported here: the command line starts without the hub client. This looks into its cache and never at the network.
    from huggingface_hub import try_to_load_from_cache

    found = (try_to_load_from_cache(hub_id, "tokenizer/vocab.json") for hub_id in HUB_IDS.values())
    return [Path(path) for path in found if isinstance(path, str)]


@lru_cache(maxsize=4)
def _common_words(vocabulary: Path) -> frozenset[str]:
    """Whole words among the first tokens: byte-pair encoding merges the commonest first."""
    tokens: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))
    return frozenset(
        token.removesuffix(_WORD_END)
        for token, index in tokens.items()
        if index < _COMMON_TOKENS and token.endswith(_WORD_END)
    )


def _hub_folder(base: str) -> Path:
    # Imported here: the web process starts without the hub client.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    known = known_base(base)
    assert known is not None, "only named bases are on the hub"
    family = family_facts(known.family)
    weights = [f"{part}/*.safetensors*" for part in (family.denoiser, *family.parts, *family.optional_parts)]
    wanted = ["*.json", "*.txt", "*/*.json", "*/*.txt", "*/*.model", *weights]
    try:
        return Path(snapshot_download(known.hub_id, allow_patterns=wanted, ignore_patterns=["*.fp16.*", "*non_ema*"]))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise BaseModelMissing(
            "The base model {base!r} ({hub}) is neither on this disk nor reachable on the hub.",
            "Connect to the network once, or pass a local folder in diffusers layout.",
            base=base,
            hub=HUB_IDS[base],
        ) from error
