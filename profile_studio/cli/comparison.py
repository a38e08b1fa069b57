"""`compare`"""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from profile_studio.cli.output import Reply, invalid_settings, say
from profile_studio.cli.parts import absolute_base, open_studio, wait_for_job
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidPrompt, InvalidSettings
from profile_studio.domain.suites import SUITES, read_suite
from profile_studio.services.studies import STUDIES, study, told_of_study


def compare(
    out: Annotated[Path, typer.Option(help="Folder for the table, the report and the pictures.")],
    models: Annotated[
        str | None, typer.Option(metavar="SPEC,SPEC,...", help="base, NAME, NAME=0.6+NAME=0.4, NAME@STEP.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help=f"A whole study: {', '.join(STUDIES)}.")] = None,
    checkpoints: Annotated[
        str | None, typer.Option(metavar="JOB", help="The kept steps of a training: which one to keep.")
    ] = None,
    base: Annotated[
        str,
        typer.Option(help="A name as `bases list` shows it, a hub id, a folder in diffusers layout, or a checkpoint."),
    ] = "starter",
    prompts: Annotated[
        Path | None, typer.Option(help="A text file, one prompt a line, # for comments; default: ours.")
    ] = None,
    suite: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"Prompts of ours ({', '.join(SUITES)}), or a text file.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="Its pictures are the style's reference.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Seeds per prompt.")] = None,
    metrics: Annotated[str | None, typer.Option(metavar="A,B,...")] = None,
    num_inference_steps: Annotated[int | None, typer.Option()] = None,
    guidance_scale: Annotated[float | None, typer.Option()] = None,
) -> Reply:
    """Draws the same prompts and seeds with each model and measures what changed."""
    studio = open_studio()
    choices = {
        "dataset": dataset,
        "seeds": seeds,
        "metrics": metrics.split(",") if metrics else None,
        "num_inference_steps": num_inference_steps,
        "guidance_scale": guidance_scale,
    }
    chosen: dict[str, object] = {name: value for name, value in choices.items() if value is not None}
    if prompts and suite:
        raise InvalidSettings("--suite and --prompts both name prompts.", "Give one of them.")
    if prompts:
        chosen["prompts"] = _read_prompts(prompts)
    if suite:
        chosen |= _suite(suite)
    if sum(each is not None for each in (models, preset, checkpoints)) != 1:
        raise InvalidSettings(
            "A comparison is of models, of a training's steps, or it is a study.",
            "Give one of --models, --checkpoints and --preset.",
        )
    if preset is not None:
        config = _config(**study(preset, absolute_base(base)).model_dump() | chosen)
        if told := told_of_study(preset, base):
            say(told)
    elif checkpoints is not None:
        config = _config(**studio.checkpoints.comparison(checkpoints).model_dump() | chosen)
    else:
        words = (models or "").split(",")
        config = _config(
            **{"models": words, "base": absolute_base(base), "prompts": studio.comparison.default_prompts()} | chosen
        )
    if told := studio.comparison.foresight(config):
        typer.echo(told, err=True)
    job = wait_for_job(studio, studio.comparison.submit(config).id)
    report = studio.comparison.report(job.id)
    folder = studio.settings.job_folder(job.id)
    left_out = shutil.ignore_patterns(".*", *(paper.name for paper in folder.own_papers))
    shutil.copytree(folder.path, out, dirs_exist_ok=True, ignore=left_out)
    return {
        "rows": [
            {"model": row.model, "metrics": {name: asdict(row.metrics[name]) for name in row.metrics}}
            for row in report.rows
        ],
        "recommended": report.recommended,
        "verdict": report.verdict,
        "reason": report.reason,
        "failed": [{"model": model, "reason": reason} for model, reason in report.failed.items()],
        "fingerprint": report.fingerprint,
        "files": sorted(str((out / file).resolve()) for file in report.files),
    }


def _config(**values: object) -> ComparisonConfig:
    try:
        return ComparisonConfig.model_validate(values)
    except ValidationError as error:
        raise invalid_settings(error) from error


def _read_prompts(file: Path) -> tuple[str, ...]:
    try:
        return read_suite(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidPrompt(
            "{file} cannot be read as text.", "Give a text file with one prompt a line.", file=str(file)
        ) from error


def _suite(name: str) -> dict[str, object]:
    if (ours := SUITES.get(name)) is not None:
        return {"prompts": ours.prompts, "is_trigger_free": ours.is_trigger_free}
    if Path(name).is_file():
        return {"prompts": _read_prompts(Path(name))}
    raise InvalidPrompt(
        "There is no suite {name!r}, and no file of that name.", "There are: {names}.", name=name, names=list(SUITES)
    )
