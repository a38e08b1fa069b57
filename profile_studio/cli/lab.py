"""`lab ...`"""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from profile_studio.cli.output import Reply, invalid_settings, say
from profile_studio.cli.parts import absolute_base, open_studio, running_engine
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.laboratory import LabelsQuestion, ProbeQuestion
from profile_studio.services.generation import PictureEvent

app = typer.Typer(help="What pictures are of: labels, classes, a probe.")


@app.command()
def labels(
    file: Annotated[Path, typer.Argument(help="A picture.")],
    words: Annotated[str, typer.Option(metavar="A,B,C", help="What it may be of.")],
) -> Reply:
    """The probability of each word, by the judge."""
    try:
        question = LabelsQuestion(file=str(file.resolve()), words=tuple(words.split(",")))
    except ValidationError as error:
        raise invalid_settings(error) from error
    return open_studio().laboratory.labels(question)


@app.command()
def classes(
    out: Annotated[Path, typer.Option(help="Folder that gets train/CLASS and test/CLASS.")],
    class_: Annotated[list[str], typer.Option("--class", metavar="NAME=PROMPT", help="May be given more than once.")],
    base: Annotated[str, typer.Option(help="starter, sd15, or a folder in diffusers layout.")] = "starter",
    count: Annotated[int, typer.Option(help="Pictures a prompt; every second one is to test on.")] = 2,
) -> Reply:
    """Makes pictures of classes, half to learn from and half to test on."""
    studio = open_studio()
    requests = studio.laboratory.class_requests(_prompts(class_), absolute_base(base), count)
    folders: dict[str, None] = {}
    with running_engine(studio):
        for name, asked in requests.items():
            index = 0
            for request in asked:
                for event in studio.generation.generate(request, previews=False):
                    if isinstance(event, PictureEvent):
                        folder = studio.laboratory.place(out, name, index)
                        folder.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(event.file, folder / f"{index:03d}.png")
                        folders[str(folder.resolve())] = None
                        index += 1
            say(f"{name}: {index} pictures")
    return {"folders": sorted(folders)}


@app.command()
def probe(
    folder: Annotated[Path, typer.Argument(help="With train/CLASS and test/CLASS.")],
    epochs: Annotated[int, typer.Option()] = 25,
    seed: Annotated[int, typer.Option()] = 0,
) -> Reply:
    """Trains a last layer on the judge's frozen picture tower and tests it."""
    try:
        question = ProbeQuestion(folder=str(folder.resolve()), epochs=epochs, seed=seed)
    except ValidationError as error:
        raise invalid_settings(error) from error
    return open_studio().laboratory.probe(question)


def _prompts(classes: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in classes:
        name, separator, prompt = text.partition("=")
        if not separator or not prompt.strip():
            raise InvalidSettings("--class {text!r} has no prompt.", "Write --class NAME=PROMPT.", text=text)
        found.setdefault(name.strip(), []).append(prompt.strip())
    return found
