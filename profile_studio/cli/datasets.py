"""`dataset ...`"""

import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from profile_studio.cli.output import Reply, say
from profile_studio.cli.parts import SAY_INTERVAL_S, open_studio, wait_for_job
from profile_studio.domain.captioning import CaptionerName, uncaptioned
from profile_studio.domain.captions import CaptionEdit, tag_frequencies
from profile_studio.domain.counting import counted
from profile_studio.domain.datasets import (
    Consent,
    Dataset,
    DatasetImage,
    FileNote,
    FileReason,
    ImportProgress,
    ImportReport,
    ImportRequest,
    ReferencesRequest,
)
from profile_studio.domain.errors import ProfileStudioError, Stopped
from profile_studio.domain.jobs import Job
from profile_studio.services.datasets import DatasetService
from profile_studio.services.exporting import ExportFormat
from profile_studio.services.studio import Studio
from profile_studio.ui.caption_words import left_sentence
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.texts import ENGLISH

app = typer.Typer(help="Training sets.", no_args_is_help=False)


class ImportCaptions(StrEnum):
    """Whether an import writes captions."""

    NONE = "none"
    AUTO = "auto"


NO_CAPTIONS = ImportCaptions.NONE
Name = Annotated[str, typer.Argument(help="Name of the data set.")]


@app.command("import")
def import_(
    sources: Annotated[list[Path], typer.Argument(help="Image files, folders and zips.", metavar="SOURCE...")],
    name: Annotated[str, typer.Option(help="Small letters, digits and hyphens.")],
    trigger_word: Annotated[str, typer.Option(help="The word that will call the style up.")] = "",
    class_word: Annotated[str, typer.Option(help="What is in the pictures, for example: person.")] = "",
    caption: Annotated[ImportCaptions, typer.Option(help="auto: pictures without a caption get one.")] = NO_CAPTIONS,
    hold_out: Annotated[
        float | None, typer.Option(help="Fraction kept for comparing; default 0.15, 0 below 12.")
    ] = None,
    consent: Annotated[Consent | None, typer.Option(help="Who is in the pictures.")] = None,
) -> Reply:
    """Makes a data set of your pictures."""
    request = ImportRequest(sources, name, trigger_word, class_word, consent, hold_out)
    studio = open_studio()
    report = studio.datasets.import_sources(request, _Teller().tell)
    if caption is ImportCaptions.AUTO and uncaptioned(report.dataset, overwrite=False):
        report = _captioned(studio, report)
    return _import_reply(report)


@app.command("add-references")
def add_references(
    name: Name,
    sources: Annotated[list[Path], typer.Argument(help="Image files, folders and zips.", metavar="SOURCE...")],
) -> Reply:
    """Adds pictures that are never trained on, to compare with."""
    report = open_studio().datasets.add_references(ReferencesRequest(sources, name), _Teller().tell)
    return {**_import_reply(report), "added": report.added}


@app.command()
def example(
    name: Annotated[str, typer.Argument(help="Name of an example that ships.")],
    as_name: Annotated[str | None, typer.Option("--name", help="Name of the new data set.")] = None,
) -> Reply:
    """Makes a data set of an example that ships."""
    return _import_reply(open_studio().datasets.import_example(name, as_name))


@app.command("list")
def list_() -> Reply:
    """Names of the data sets, and of the examples that ship."""
    datasets = open_studio().datasets
    return {"datasets": sorted(dataset.name for dataset in datasets.list()), "examples": datasets.examples()}


@app.command()
def show(name: Name) -> Reply:
    """One data set with its pictures."""
    datasets = open_studio().datasets
    return _show_reply(datasets, datasets.get(name))


@app.command()
def edit(
    name: Name,
    trigger_word: Annotated[str | None, typer.Option(help="The word that calls the style up.")] = None,
    class_word: Annotated[str | None, typer.Option(help="What is in the pictures, for example: person.")] = None,
    caption: Annotated[list[str] | None, typer.Option(help="FILE=TEXT; FILE is a name or an id.")] = None,
    keep: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Takes it back into the set.")] = None,
    set_aside: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Takes it out of the set.")] = None,
    find: Annotated[str | None, typer.Option(help="Text in captions, to be replaced.")] = None,
    replace: Annotated[str, typer.Option(help="What stands there instead.")] = "",
    prefix: Annotated[str | None, typer.Option(help="Words in front of every caption, once.")] = None,
    suffix: Annotated[str | None, typer.Option(help="Words at the end of every caption, once.")] = None,
    hold_out: Annotated[float | None, typer.Option(help="Fraction kept for comparing.")] = None,
    consent: Annotated[Consent | None, typer.Option(help="Who is in the pictures.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Takes the newest change of captions back.")] = False,
) -> Reply:
    """Changes captions, the trigger and class word, and which pictures count."""
    datasets = open_studio().datasets
    if undo:
        datasets.undo_captions(name)
    for change in caption or []:
        file, separator, text = change.partition("=")
        if not separator:
            raise typer.BadParameter(f"{change!r} is not written as FILE=TEXT")
        datasets.set_caption(name, file, text)
    if find:
        datasets.edit_captions(name, CaptionEdit.REPLACE, find, replace)
    if prefix:
        datasets.edit_captions(name, CaptionEdit.PREFIX, prefix)
    if suffix:
        datasets.edit_captions(name, CaptionEdit.SUFFIX, suffix)
    for file in keep or []:
        datasets.keep(name, file)
    for file in set_aside or []:
        datasets.set_aside(name, file)
    if trigger_word is not None:
        datasets.set_trigger_word(name, trigger_word)
    if class_word is not None:
        datasets.set_class_word(name, class_word)
    if hold_out is not None:
        datasets.hold_out(name, hold_out)
    if consent is not None:
        datasets.set_consent(name, consent)
    return _show_reply(datasets, datasets.get(name))


@app.command()
def caption(
    name: Name,
    captioner: Annotated[CaptionerName | None, typer.Option(help="Default: what fits each picture.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replaces captions, those by hand too; --undo takes it back.")
    ] = False,
) -> Reply:
    """Writes captions for the pictures that have none."""
    studio = open_studio()
    job = _wait_for_captions(studio, studio.captioning.submit(name, captioner, overwrite=overwrite))
    left = (job.result or {}).get("left", 0)
    return {**_counts(studio.datasets.get(name)), "job": job.id, "captioner": job.spec["captioner"], "left": left}


@app.command()
def export(
    name: Name,
    export_format: Annotated[ExportFormat, typer.Option("--format", help="How the zip is laid out.")],
    out: Annotated[Path, typer.Option(help="The zip, or a folder for it.")],
) -> Reply:
    """Writes the kept pictures and their captions as a zip."""
    path = open_studio().datasets.export(name, export_format, out.resolve())
    return {"dataset": name, "format": export_format.value, "file": str(path)}


@app.command()
def delete(
    name: Name,
    with_adapters: Annotated[
        bool, typer.Option("--with-adapters", help="Also your LoRAs trained on it, their comparisons and jobs.")
    ] = False,
) -> Reply:
    """Removes a data set, its pictures and every copy that trainings keep of them."""
    deleted = open_studio().datasets.delete(name, with_adapters=with_adapters)
    return {"deleted": deleted.name, "removed": list(deleted.removed), "left": list(deleted.left)}


def _captioned(studio: Studio, report: ImportReport) -> ImportReport:
    """The report after captions were written; the pictures are there whether or not that can be done."""
    name = report.dataset.name
    try:
        _wait_for_captions(studio, studio.captioning.submit(name))
    except Stopped:
        raise
    except ProfileStudioError as error:
        say(f"The pictures of {name!r} are there, but nobody has described them. {error}")
        return report
    warnings = [note for note in report.warnings if note.reason is not FileReason.IMAGE_WITHOUT_CAPTION]
    return ImportReport(studio.datasets.get(name), report.rejected, tuple(warnings))


def _wait_for_captions(studio: Studio, job: Job) -> Job:
    job = wait_for_job(studio, job.id)
    if left := left_sentence(job.result, ENGLISH):
        say(left)
    return job


class _Teller:
    """Says how far an import is, every two seconds."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def tell(self, progress: ImportProgress) -> None:
        if time.monotonic() - self._said_at > SAY_INTERVAL_S:
            self._said_at = time.monotonic()
            left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
            say(f"{progress.done} of {counted(progress.total, 'picture')}{left}")


def _import_reply(report: ImportReport) -> Reply:
    return {
        **_counts(report.dataset),
        "rejected": _notes(report.rejected),
        "warnings": _notes(report.warnings),
        "report": import_sentences(report, ENGLISH.pictures),
    }


def _show_reply(datasets: DatasetService, dataset: Dataset) -> Reply:
    return {
        **_counts(dataset),
        "trigger_word": dataset.trigger_word,
        "class_word": dataset.class_word,
        "consent": dataset.consent.value if dataset.consent else None,
        "face_detectors": [detector.value for detector in dataset.face_detectors],
        "set_aside": len(dataset.set_aside_images),
        "pictures": [_picture_reply(image) for image in dataset.every_image],
        "tags": tag_frequencies([image.caption for image in dataset.images]),
        "advice": list(datasets.advice(dataset.name, is_face=dataset.is_face_set)),
        "versions": [asdict(change) for change in datasets.changes(dataset.name)],
    }


def _picture_reply(image: DatasetImage) -> Reply:
    return {
        "image": image.image_id,
        "file": str(image.path),
        "original_name": image.original_name,
        "caption": image.caption,
        "caption_source": image.caption_source.value or None,
        "held_out": image.held_out,
        "is_reference": image.is_reference,
        "height": image.height,
        "width": image.width,
        "repeats": image.repeats,
        "kept": image.is_kept,
        "reason": image.reason.value if image.reason else None,
        "measure": image.measure,
        "like": image.other or None,
        "faces": image.face_count,
        "face_box": image.face_box._asdict() if image.face_box else None,
        "drawn_face": image.drawn_face,
        "measures": asdict(image.measures) if image.measures else None,
    }


def _counts(dataset: Dataset) -> Reply:
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "images": len(dataset.images),
        "captioned": dataset.captioned,
        "held_out": len(dataset.held_out_images),
        "references": len(dataset.reference_images),
    }


def _notes(notes: tuple[FileNote, ...]) -> list[Reply]:
    return [
        {
            "file": note.file,
            "reason": note.reason.value,
            "measure": note.measure,
            "like": note.other or None,
            "line": note.line,
            "detail": note.detail or None,
        }
        for note in notes
    ]
