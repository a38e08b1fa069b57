"""`dataset ...`"""

from pathlib import Path
from typing import Annotated

import typer

from profile_studio.cli.output import Reply
from profile_studio.cli.parts import open_studio
from profile_studio.domain.datasets import Consent, Dataset, FileNote, ImportReport, ImportRequest

app = typer.Typer(help="Training sets.", no_args_is_help=False)

Name = Annotated[str, typer.Argument(help="Name of the data set.")]


@app.command("import")
def import_(
    sources: Annotated[list[Path], typer.Argument(help="Image files, folders and zips.", metavar="SOURCE...")],
    name: Annotated[str, typer.Option(help="Small letters, digits and hyphens.")],
    trigger_word: Annotated[str, typer.Option(help="The word that will call the style up.")] = "",
    class_word: Annotated[str, typer.Option(help="What is in the pictures, for example: person.")] = "",
    hold_out: Annotated[
        float | None, typer.Option(help="Fraction kept for comparing; default 0.15, 0 below 12.")
    ] = None,
    consent: Annotated[Consent | None, typer.Option(help="Who is in the pictures.")] = None,
) -> Reply:
    """Makes a data set of your pictures."""
    request = ImportRequest(sources, name, trigger_word, class_word, consent, hold_out)
    return _import_reply(open_studio().datasets.import_sources(request))


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
    return _show_reply(open_studio().datasets.get(name))


@app.command()
def edit(
    name: Name,
    trigger_word: Annotated[str | None, typer.Option(help="The word that calls the style up.")] = None,
    caption: Annotated[list[str] | None, typer.Option(help="IMAGE=TEXT; IMAGE as in `dataset show`.")] = None,
) -> Reply:
    """Changes captions and the trigger word."""
    datasets = open_studio().datasets
    for change in caption or []:
        image_id, separator, text = change.partition("=")
        if not separator:
            raise typer.BadParameter(f"{change!r} is not written as IMAGE=TEXT")
        datasets.set_caption(name, image_id, text)
    if trigger_word is not None:
        datasets.set_trigger_word(name, trigger_word)
    return _show_reply(datasets.get(name))


@app.command()
def delete(name: Name) -> Reply:
    """Removes a data set and its pictures; adapters trained on it stay."""
    open_studio().datasets.delete(name)
    return {"deleted": name}


def _import_reply(report: ImportReport) -> Reply:
    return {
        **_counts(report.dataset),
        "rejected": _notes(report.rejected),
        "warnings": _notes(report.warnings),
    }


def _show_reply(dataset: Dataset) -> Reply:
    return {
        **_counts(dataset),
        "trigger_word": dataset.trigger_word,
        "class_word": dataset.class_word,
        "consent": dataset.consent.value if dataset.consent else None,
        "pictures": [
            {
                "image": image.image_id,
                "file": str(image.path),
                "original_name": image.original_name,
                "caption": image.caption,
                "held_out": image.held_out,
                "height": image.height,
                "width": image.width,
            }
            for image in dataset.images
        ],
    }


def _counts(dataset: Dataset) -> Reply:
    return {
        "dataset": dataset.name,
        "version": dataset.version,
        "images": len(dataset.images),
        "captioned": dataset.captioned,
        "held_out": len(dataset.held_out_images),
    }


def _notes(notes: tuple[FileNote, ...]) -> list[dict[str, str]]:
    return [{"file": note.file, "reason": note.reason.value} for note in notes]
