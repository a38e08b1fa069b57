"""Which base models there are and where their files lie; no tensor is read."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from profile_studio.domain.base_files import MODEL_INDEX, is_index, needed_files, shards, variant_of, weights_of
from profile_studio.domain.bases import KNOWN_BASES, STARTER, known_base
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched, NotInDemo
from profile_studio.domain.families import FAMILIES, FamilyFacts, family_facts, family_of_pipeline, told_by_denoiser
from profile_studio.domain.noise_schedulers import FLOW
from profile_studio.domain.sentences import Sentence
from profile_studio.files.model_folder import check_file, read_json
from profile_studio.hub.cache import cached_file, cached_folder, hub_id_of
from profile_studio.settings import Settings
from profile_studio.single_files import find_single_file

_COMMON_TOKENS = 40_000  # of CLIP's 49,408; the starter, which has 720, knows nothing else
_WORD_END = "</w>"
_LATENT_CHANNELS = 4  # diffusers' own, where a VAE's configuration has none
HUB_IDS = {base.name: base.hub_id for base in KNOWN_BASES if base.hub_id}


@dataclass(frozen=True)
class BaseModel:
    """A base model on this disk.

    Args:
        folder: in diffusers layout; of a single file it has the configurations only.
        native_size: side of a square picture in pixels.
        bucket_step: sides that are multiples of it pass through VAE and denoiser without a remainder.
        denoiser_files: hold the denoiser's weights; a single file holds all of them.
        variant: what diffusers must be told to find weights that are there in half precision only.
        single_file: has all weights, if it is one.
        tokenizers: of a single file, which has none: the folder of each.
    """

    name: str
    folder: Path
    family: FamilyFacts
    native_size: int
    bucket_step: int
    denoiser_files: tuple[Path, ...]
    variant: str | None = None
    single_file: Path | None = None
    tokenizers: Mapping[str, Path] = field(default_factory=dict[str, Path], compare=False)

    @property
    def place(self) -> Path:
        """What a person names to use it."""
        return self.single_file or self.folder

    @property
    def tokenizer(self) -> Path:
        """Folder of the tokenizer that captions are counted with."""
        return self.tokenizers.get("tokenizer", self.folder / "tokenizer")

    @property
    def prediction_type(self) -> str:
        """What its denoiser was taught to predict, in diffusers' words, as `families.base.Family` has it."""
        if self.family.kind == FLOW:
            return "flow_prediction"
        return str(
            read_json(self.folder, "scheduler/scheduler_config.json", self.name).get("prediction_type", "epsilon")
        )

    @property
    def hash(self) -> str:
        """sha256 of the denoiser's files, 64 hex digits: what an adapter was trained on."""
        stats = [path.stat() for path in self.denoiser_files]
        return _sha256(self.denoiser_files, tuple((stat.st_mtime_ns, stat.st_size) for stat in stats))


class BaseSize(NamedTuple):
    """What presets depend on; `native_size` is the side of a square picture in pixels."""

    family: FamilyFacts
    native_size: int


@lru_cache(maxsize=16)
def _sha256(paths: tuple[Path, ...], _changes: tuple[tuple[int, int], ...]) -> str:
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: total)
    return total.hexdigest()


def find_base_model(base: str, settings: Settings) -> BaseModel:
    """The base model of this name, hub id, folder or file; only what is on this disk, the network is not asked.

    Args:
        base: a name of `domain.bases`, a hub id (both are looked up in the local hub cache), a folder in diffusers
            layout, or a single file with all weights.
    Raises:
        BaseNotFetched: it is one of the hub's, and not, or not wholly, on this disk; or a file's vocabulary is not.
        BaseModelMissing: the folder or the file is not a whole base model.
        NotInDemo: strangers share this studio, and its disk is none of theirs.
    """
    if settings.is_demo and base != STARTER:
        raise NotInDemo("This public demo has the starter only.", "Choose {base!r}.", base=STARTER)
    if base == STARTER:
        return _read_folder(base, settings.starter_dir)
    if Path(base).is_file():
        return _read_single_file(base, settings)
    if (hub_id := hub_id_of(base)) is None:
        return _read_folder(base, Path(base))
    if (folder := cached_folder(hub_id)) is None:
        raise BaseNotFetched(
            "The base model {base!r} is not on this disk yet.",
            "Fetch it: `bases fetch {base}`, or the button Fetch on the page.",
            base=base,
        )
    if missing_files(base, folder):
        raise BaseNotFetched(
            "Only a part of the base model {base!r} is on this disk.",
            "Fetch the rest: `bases fetch {base}`, or the button Fetch on the page.",
            base=base,
        )
    return _read_folder(base, folder)


def missing_files(base: str, folder: Path) -> list[str]:
    """What a base model's folder lacks, relative to it; empty if it is whole.

    Raises:
        BaseModelMissing: its family is none of the studio's, or it cannot be read.
    """
    if not (folder / MODEL_INDEX).is_file():
        return [MODEL_INDEX]
    return [file for file in needed_of(base, folder) if not (folder / file).is_file()]


def needed_of(base: str, folder: Path) -> list[str]:
    """What a base model is loaded from, relative to its folder, whether or not it is there.

    Raises:
        BaseModelMissing: its family is none of the studio's, or it cannot be read.
    """
    return list(_needed(base, folder, _family_of(base, folder), _names(folder)))


def _read_folder(base: str, folder: Path) -> BaseModel:
    if not (folder / MODEL_INDEX).is_file():
        raise _no_base(folder, base)
    family = _family_of(base, folder)
    names = _names(folder)
    for file in _needed(base, folder, family, names):
        check_file(folder, file, base)
    variant = variant_of(family, names)
    weights = weights_of(family.denoiser, names, variant)
    files = shards(weights, names) if is_index(weights) else [weights]
    found = _described(base, folder, family)
    return replace(found, denoiser_files=tuple(folder / file for file in files), variant=variant)


def _read_single_file(base: str, settings: Settings) -> BaseModel:
    found = find_single_file(base, settings)
    described = _described(base, found.configs, found.family)
    return replace(described, denoiser_files=(found.path,), single_file=found.path, tokenizers=found.tokenizers)


def _described(base: str, folder: Path, family: FamilyFacts) -> BaseModel:
    """A base model as the configurations in a folder describe it, without its weights."""
    configs = {
        part: read_json(folder, f"{part}/config.json", base)
        for part in (family.denoiser, "vae", *(part for part in family.parts if part.startswith("text_encoder")))
    }
    denoiser, vae = configs[family.denoiser], configs["vae"]
    try:
        _check_fit(configs, family.denoiser, base)
        pixels_a_latent = 2 ** (len(vae["block_out_channels"]) - 1)
        native_size = int(denoiser["sample_size"]) * pixels_a_latent
        latents_a_step = denoiser.get("patch_size") or 2 ** (len(denoiser["block_out_channels"]) - 1)
    except (KeyError, TypeError, ValueError) as error:
        raise BaseModelMissing(
            "The parts of the base model {base!r} are not described as those of {family} are.",
            "Download its folder again, or choose another base model.",
            base=base,
            family=family.title,
        ) from error
    told = told_by_denoiser(family, denoiser)
    return BaseModel(base, folder.resolve(), told, native_size, pixels_a_latent * latents_a_step, ())


def _family_of(base: str, folder: Path) -> FamilyFacts:
    pipeline_class = read_json(folder, MODEL_INDEX, base).get("_class_name", "")
    family = family_of_pipeline(pipeline_class)
    if family is None:
        raise BaseModelMissing(
            "The folder {base!r} holds {found}, which is none of the families that the studio knows: {families}.",
            "Choose a folder of one of these in diffusers layout with .safetensors weights.",
            base=base,
            found=pipeline_class or Sentence("no model"),
            families=", ".join(each.title for each in FAMILIES),
        )
    return family


def _names(folder: Path) -> frozenset[str]:
    """The files of a base model's folder and of its parts; a link to nothing is none."""
    return frozenset(path.relative_to(folder).as_posix() for path in folder.glob("*/*") if path.is_file()) | {
        path.name for path in folder.glob("*") if path.is_file()
    }


def _needed(base: str, folder: Path, family: FamilyFacts, names: frozenset[str]) -> Iterator[str]:
    for file in needed_files(family, names):
        yield file
        if is_index(file):
            shards: dict[str, str] = read_json(folder, file, base).get("weight_map", {})
            yield from sorted({f"{file.partition('/')[0]}/{shard}" for shard in shards.values()})


def _no_base(path: Path, base: str) -> BaseModelMissing:
    if path.is_dir():
        return BaseModelMissing(
            "The folder {base!r} has no model_index.json, so it is no base model in diffusers layout.",
            "Choose the folder that holds model_index.json, or download the base model again.",
            base=base,
        )
    return BaseModelMissing(
        "The base model {base!r} is not on this disk.",
        "Give a folder in diffusers layout, a .safetensors checkpoint, or one of: {names}.",
        base=base,
        names=", ".join([STARTER, *HUB_IDS]),
    )


def _check_fit(configs: Mapping[str, Mapping[str, Any]], denoiser: str, base: str) -> None:
    """Makes sure that the parts of a base model are one another's: numbers of channels, and of words' vectors.

    Raises:
        BaseModelMissing: they are not.
        KeyError: a part's configuration lacks what its family has.
    """
    made, read = configs["vae"].get("latent_channels", _LATENT_CHANNELS), configs[denoiser]["in_channels"]
    if made != read:
        raise BaseModelMissing(
            "The VAE of the base model {base!r} makes {made} channels, but its {denoiser} reads {read}.",
            "Put the VAE that belongs to it into its folder; a base for inpainting cannot be used.",
            base=base,
            made=made,
            denoiser=denoiser,
            read=read,
        )
    given = sum(config["hidden_size"] for part, config in configs.items() if part.startswith("text_encoder"))
    wanted = configs[denoiser].get("cross_attention_dim", given)  # Stable Diffusion 3 pads what it is given
    if wanted != given:
        raise BaseModelMissing(
            "The text encoders of the base model {base!r} give {given} numbers for a word, but its {denoiser} reads {wanted}.",
            "Put the text encoders that belong to it into its folder, or download it again.",
            base=base,
            given=given,
            denoiser=denoiser,
            wanted=wanted,
        )


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


def tokenizer_folder(base: str, settings: Settings) -> Path | None:
    """Where the tokenizer of a base model lies; None if it is not on this disk. Never reaches the network."""
    if base == STARTER:
        return settings.starter_dir / "tokenizer"
    if settings.is_demo:
        return None
    if hub_id := hub_id_of(base):
        config = cached_file(hub_id, "tokenizer/tokenizer_config.json")
        return config.parent if config else None
    if Path(base).is_file():
        try:
            return find_base_model(base, settings).tokenizer
        except BaseModelMissing:
            return None
    folder = Path(base) / "tokenizer"
    return folder if (folder / "tokenizer_config.json").is_file() else None


def known_words(settings: Settings) -> frozenset[str]:
    """Words that the tokenizer of a base model on this disk has a common token of its own for, in small letters."""
    vocabularies = [settings.starter_dir / "tokenizer" / "vocab.json", *_hub_vocabularies()]
    return frozenset().union(*(_common_words(path) for path in vocabularies if path.is_file()))


def _hub_vocabularies() -> list[Path]:
    found = (cached_file(hub_id, "tokenizer/vocab.json") for hub_id in HUB_IDS.values())
    return [path for path in found if path]


@lru_cache(maxsize=4)
def _common_words(vocabulary: Path) -> frozenset[str]:
    """Whole words among the first tokens: byte-pair encoding merges the commonest first."""
    tokens: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))
    return frozenset(
        token.removesuffix(_WORD_END)
        for token, index in tokens.items()
        if index < _COMMON_TOKENS and token.endswith(_WORD_END)
    )
