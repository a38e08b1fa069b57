"""`train`"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from profile_studio.cli.output import Reply, invalid_settings, say
from profile_studio.cli.parts import absolute_base, open_studio, wait_for_job
from profile_studio.domain.bases import STARTER
from profile_studio.domain.datasets import Consent
from profile_studio.domain.errors import InvalidSettings, ProfileStudioError
from profile_studio.domain.jobs import Job
from profile_studio.domain.names import numbered
from profile_studio.domain.presets import with_steps
from profile_studio.domain.starter_size import FORMER_SIZE_TOLD, is_former_size
from profile_studio.domain.training import TUNABLE_KEYS, AdapterKind, LoraTrainingConfig, Targets
from profile_studio.domain.training_studies import SEED_FACE, SEED_MULTI_CONCEPT, SEED_SD35, TRAINING_STUDIES
from profile_studio.services.studio import Studio
from profile_studio.services.training_configs import read_config_file
from profile_studio.services.training_groups import read_varied, varied_name
from profile_studio.ui.caption_words import cut_sentences
from profile_studio.ui.texts import ENGLISH


class Preset(StrEnum):
    """What a training starts from."""

    STYLE = AdapterKind.STYLE.value
    FACE = AdapterKind.FACE.value
    MULTI_CONCEPT = SEED_MULTI_CONCEPT
    SEED_FACE = SEED_FACE
    SD35 = SEED_SD35


def train(
    dataset: Annotated[str, typer.Argument(help="Name of the data set.")],
    base: Annotated[
        str | None,
        typer.Option(
            help="A name as `bases list` shows it, a hub id, a folder in diffusers layout, or a checkpoint; default: starter."
        ),
    ] = None,
    preset: Annotated[
        Preset | None, typer.Option(help="What the LoRA is for, or a whole study; default: style.")
    ] = None,
    config_file: Annotated[
        Path | None, typer.Option("--config", help="Every number from a file that `jobs config` wrote.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the LoRA; default: from the data set's.")] = None,
    steps: Annotated[int | None, typer.Option(help="Optimizer steps.")] = None,
    epochs: Annotated[int | None, typer.Option(help="How often each picture is shown; --steps wins.")] = None,
    rank: Annotated[int | None, typer.Option()] = None,
    network_alpha: Annotated[float | None, typer.Option(help="scaling = network_alpha / rank")] = None,
    targets: Annotated[Targets | None, typer.Option(help="Which layers get a LoRA.")] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=", ".join(TUNABLE_KEYS))] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary", metavar="KEY=A,B,C", help="A training for each value, and a comparison; of two keys each pair."
        ),
    ] = None,
    consent: Annotated[Consent | None, typer.Option(help="Who is in the pictures; remembered with the set.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when the LoRA is there.")] = False,
) -> Reply:
    """Trains a LoRA on a data set."""
    tuned = _read_set(set_ or [])
    given = {
        "rank": rank,
        "network_alpha": network_alpha,
        "targets": targets,
        "seed": seed,
    }
    studio = open_studio()
    adapter_name = name or _free_name(studio, dataset)
    if config_file is None:
        start = _start(studio, preset or Preset.STYLE, absolute_base(base or STARTER), dataset, adapter_name)
    elif preset is None:
        read = read_config_file(config_file) | ({"base": absolute_base(base)} if base else {})
        start = LoraTrainingConfig.model_validate({**read, "dataset": dataset, "adapter_name": adapter_name})
    else:
        raise InvalidSettings("A training starts from a preset or from a file.", "Give either --preset or --config.")
    changes = {key: value for key, value in given.items() if value is not None} | tuned
    if consent is not None:
        studio.datasets.set_consent(dataset, consent)
    elif start.kind is AdapterKind.FACE and studio.datasets.get(dataset).consent is None:
        choices = "|".join(Consent)
        say(f"Nobody has said yet who is in the pictures of {dataset!r}: --consent {choices} remembers it.")
    if epochs is None and preset in TRAINING_STUDIES:
        epochs = TRAINING_STUDIES[preset].epochs

    def config_with(varied: Mapping[str, object]) -> LoraTrainingConfig:
        asked = {**changes, **varied}
        many = steps
        if many is None and epochs is not None:
            many = studio.training.with_epochs(_with(start, asked), epochs).num_train_steps
        return _with(start if many is None else with_steps(start, many), asked)

    if vary:
        configs = [
            config_with({**_values(each), "adapter_name": varied_name(adapter_name, each)})
            for each in read_varied(vary)
        ]
        return _train_group(studio, configs, wait=wait)
    config = config_with({})
    if advice := studio.training.base_advice(config):
        say(advice)
    job = studio.training.submit(config)
    with suppress(ProfileStudioError):  # what an engine cannot look at is trained on all the same
        if (fit := studio.base_fit.look(config.base, dataset)) is not None:
            say(fit.sentence)
    if cut := cut_sentences(studio.training.cut_captions(config), ENGLISH.train):
        say(cut)
    if wait:
        return _reply(studio, wait_for_job(studio, job.id))
    _say_if_it_waits(studio, job)
    return _reply(studio, job)


def _train_group(studio: Studio, configs: Sequence[LoraTrainingConfig], *, wait: bool) -> Reply:
    """The jobs of a group; the comparison behind them is over when they are."""
    group = studio.training_groups.submit(configs)
    if wait:
        wait_for_job(studio, group.comparison.id)
    else:
        _say_if_it_waits(studio, group.comparison)
    jobs = [studio.jobs.get(job.id) for job in group.trainings]
    comparison = studio.jobs.get(group.comparison.id)
    return {
        "group": comparison.id,
        "jobs": [job.id for job in jobs],
        "adapters": [job.adapter_name for job in jobs],
        "comparison": comparison.status.value,
        "recommended": (comparison.result or {}).get("recommended"),
    }


def _say_if_it_waits(studio: Studio, job: Job) -> None:
    if not studio.jobs.worker_is_running():
        say(
            f"The job {job.id} is queued, but no worker runs: start `python app.py` or `python -m profile_studio worker`."
        )


def _start(studio: Studio, preset: Preset, base: str, dataset: str, name: str) -> LoraTrainingConfig:
    if preset in TRAINING_STUDIES:
        return studio.training.study(preset, base, dataset, name)
    return studio.training.preset(AdapterKind(preset), base, dataset, name)


def _read_set(settings: list[str]) -> dict[str, object]:
    values: dict[str, str] = {}
    for setting in settings:
        key, separator, value = setting.partition("=")
        if not separator or key not in TUNABLE_KEYS:
            raise InvalidSettings(
                "--set {setting!r} is not one of the settings there are.",
                "Write --set KEY=VALUE with KEY one of: {names}.",
                setting=setting,
                names=list(TUNABLE_KEYS),
            )
        values[key] = value
    return _values(values)


def _values(texts: Mapping[str, str]) -> dict[str, object]:
    return {key: None if text == "none" else text for key, text in texts.items()}


def _with(start: LoraTrainingConfig, changes: dict[str, object]) -> LoraTrainingConfig:
    values = {**start.model_dump(), **changes}
    if is_former_size(values, ("resolution",)):
        say(FORMER_SIZE_TOLD)
    try:
        return LoraTrainingConfig.model_validate(values)
    except ValidationError as error:
        raise invalid_settings(error) from error


def _free_name(studio: Studio, dataset: str) -> str:
    trained = {job.adapter_name for job in studio.jobs.list() if not job.status.is_finished}
    taken = trained | {adapter.name for adapter in studio.adapters.list()}
    names = [dataset, *(numbered(dataset, number) for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _reply(studio: Studio, job: Job) -> Reply:
    result = job.result or {}
    return {
        "job": job.id,
        "status": job.status.value,
        "adapter": job.adapter_name,
        "file": studio.jobs.file_of(job),
        "steps": job.steps,
        "resumed_at_step": result.get("resumed_at_step"),
        "seconds": job.finished_at - job.created_at if job.finished_at else None,
        "steps_per_second": result.get("steps_per_second"),
        "cut_captions": result.get("cut_captions"),
        "precision": result.get("precision"),
        "remarks": result.get("remarks") or [],
        "changes": result.get("changes") or [],
        "loss": result.get("loss") or {"first": None, "last": None},
    }
