"""Fetching a base model: what it takes, whether there is room, then file by file."""

import json
from pathlib import Path

from profile_studio.base_models import BaseModel, find_base_model, needed_of
from profile_studio.domain.base_files import MODEL_INDEX, is_index, needed_files, shards, tokenizer_files
from profile_studio.domain.errors import BaseModelMissing, BaseNotFetched
from profile_studio.domain.families import FAMILIES, FamilyFacts, family_of_pipeline
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import JobContext
from profile_studio.domain.sentences import Sentence
from profile_studio.hub.cache import hub_id_of
from profile_studio.hub.client import HubModel, model_on_hub
from profile_studio.settings import Settings
from profile_studio.single_files import vocabulary_of
from profile_studio.storage.hub_token import hub_token
from profile_studio.worker.fetch_progress import FetchProgress


def fetch_base(config: FetchConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Fetches what is not on this disk yet; steps are megabytes.

    Raises:
        Interrupted: a wish was seen; what was fetched stays.
        BaseModelMissing: the hub does not give it, it is no base model of the studio's, or the disk is too small.
        HubUnreachable: the hub does not answer.
    """
    try:
        return _told(find_base_model(config.base, settings))
    except BaseNotFetched:
        pass
    hub_id = hub_id_of(config.base)
    if hub_id is None:
        return _fetch_vocabulary(config.base, context, settings)
    model = model_on_hub(config.base, hub_id, hub_token(settings))
    if MODEL_INDEX not in model.sizes:
        raise _no_base(model, MODEL_INDEX)
    progress = FetchProgress(context)
    family = _family_of(model, progress)
    names = list(model.sizes)
    wanted = needed_files(family, names)
    wanted += [shard for index in wanted if is_index(index) for shard in shards(index, names)]
    if lacking := [name for name in wanted if name not in model.sizes]:
        raise _no_base(model, lacking[0])
    there = sum(min(model.bytes_there(name), model.sizes[name]) for name in wanted)
    progress.begin(model.base, sum(model.sizes[name] for name in wanted), there, model.storage)
    for name in wanted:
        model.fetch(name, progress.add)
    model.make_newest()
    return _told(find_base_model(config.base, settings))


def _fetch_vocabulary(base: str, context: JobContext, settings: Settings) -> dict[str, object]:
    """Fetches what a single file needs besides, from the base of its family that has it."""
    known, parts = vocabulary_of(base, settings)
    hub_id = hub_id_of(known)
    assert hub_id is not None
    model = model_on_hub(known, hub_id, hub_token(settings))
    progress = FetchProgress(context)
    wanted = [file for part in parts for file in tokenizer_files(part, list(model.sizes))]
    if lacking := [name for name in wanted if name not in model.sizes]:
        raise _no_base(model, lacking[0])
    there = sum(min(model.bytes_there(name), model.sizes[name]) for name in wanted)
    progress.begin(base, sum(model.sizes[name] for name in wanted), there, model.storage)
    for name in wanted:
        model.fetch(name, progress.add)
    model.make_newest()
    return _told(find_base_model(base, settings))


def _family_of(model: HubModel, progress: FetchProgress) -> FamilyFacts:
    index = json.loads(model.fetch(MODEL_INDEX, progress.add).read_text(encoding="utf-8"))
    pipeline_class = str(index.get("_class_name", ""))
    family = family_of_pipeline(pipeline_class)
    if family is None:
        raise BaseModelMissing(
            "{hub!r} on the hub holds {found}, which is none of the families that the studio knows: {families}.",
            "Choose a base model of one of these.",
            hub=model.hub_id,
            found=pipeline_class or Sentence("no model"),
            families=", ".join(each.title for each in FAMILIES),
        )
    return family


def _no_base(model: HubModel, file: str) -> BaseModelMissing:
    return BaseModelMissing(
        "{hub!r} on the hub is no base model in diffusers layout with .safetensors weights: it has no {file}.",
        "Choose another; many models are there in this layout too, under another name.",
        hub=model.hub_id,
        file=file,
    )


def _told(base: BaseModel) -> dict[str, object]:
    needed = needed_of(base.name, base.folder) if base.single_file is None else []
    files: list[Path] = [base.single_file] if base.single_file else [base.folder / name for name in needed]
    return {
        "base": base.name,
        "family": base.family.name,
        "folder": str(base.place),
        "commit": None if base.single_file else base.folder.name,
        "bytes": sum(path.stat().st_size for path in files),
    }
