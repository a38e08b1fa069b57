"""`generate`"""

import shutil
from pathlib import Path
from typing import Annotated, get_args

import typer
from pydantic import ValidationError

from profile_studio.base_models import STARTER
from profile_studio.cli.output import Reply, invalid_settings, say
from profile_studio.cli.parts import absolute_base, open_studio, running_engine
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.noise_schedulers import NoiseSchedulerName
from profile_studio.domain.request_prompts import request_notes
from profile_studio.domain.starter_size import FORMER_SIZE_TOLD, is_former_size
from profile_studio.services.gallery import MadePicture
from profile_studio.services.generation import DoneEvent, PictureEvent
from profile_studio.services.studio import Studio
from profile_studio.ui.components.recipe import changes_since
from profile_studio.ui.texts import ENGLISH


def generate(
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    prompt: Annotated[
        str | None,
        typer.Option(
            help="What to draw. `word++`, `(some words)1.3` and `(word:1.3)` weigh words, `{red|blue}` chooses one by the seed, `<lora:NAME:0.8>` adds a LoRA."
        ),
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Draws this picture of the studio once more; other options change it."),
    ] = None,
    negative_prompt: Annotated[str | None, typer.Option(help="What to keep out.")] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="A name as `bases list` shows it, a hub id, a folder in diffusers layout, or a checkpoint; default: starter."
        ),
    ] = None,
    adapter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=WEIGHT", help="May be given several times.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="How LoRAs blend: sum, balanced, face-first, time-split or switch.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many pictures.")] = None,
    num_inference_steps: Annotated[int | None, typer.Option()] = None,
    guidance_scale: Annotated[float | None, typer.Option()] = None,
    noise_scheduler: Annotated[
        str | None, typer.Option(help=f"{', '.join(get_args(NoiseSchedulerName))}, as far as the base model allows.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Picture i uses seed + i.")] = None,
    height: Annotated[int | None, typer.Option()] = None,
    width: Annotated[int | None, typer.Option()] = None,
) -> Reply:
    """Makes pictures."""
    choices = {
        "prompt": prompt,
        "negative_prompt": negative_prompt,
        "base": absolute_base(base) if base else None,
        "adapters": [_adapter_weight(text) for text in adapter] if adapter else None,
        "method": method,
        "count": count,
        "num_inference_steps": num_inference_steps,
        "guidance_scale": guidance_scale,
        "noise_scheduler": noise_scheduler,
        "seed": seed,
        "height": height,
        "width": width,
    }
    studio = open_studio()
    chosen: dict[str, object] = {name: value for name, value in choices.items() if value is not None}
    if again is not None:
        chosen = _asked_again(studio, again, chosen)
    elif prompt is None:
        raise InvalidSettings("There is nothing to draw.", "Give --prompt WORDS, or --again PNG.")
    request = _request(**chosen)
    out.mkdir(parents=True, exist_ok=True)
    images: list[dict[str, object]] = []
    reply: Reply = {"images": images, "seconds": None, "seconds_to_first_step": None}
    reply["read_as"] = str(studio.generation.read(request))
    for note in request_notes(request):
        say(note)
    with running_engine(studio):
        for event in studio.generation.generate(request, previews=False):
            if isinstance(event, PictureEvent):
                copy = shutil.copy2(event.file, out)
                images.append({"file": str(Path(copy).resolve()), "seed": event.seed})
            elif isinstance(event, DoneEvent):
                reply |= {"seconds": event.seconds, "seconds_to_first_step": event.seconds_to_first_step}
    return reply


def _asked_again(studio: Studio, path: Path, changes: dict[str, object]) -> dict[str, object]:
    """The request of a picture with what is wanted otherwise; says what is not as it was then."""
    made = MadePicture(path, studio.gallery.recipe(path))
    remaking = studio.gallery.remaking(made, str(changes.get("base", STARTER)))
    for change in changes_since(remaking, made.recipe.request.base, (), ENGLISH.blend):
        say(change)
    return {**studio.gallery.request_again(made, remaking).model_dump(), **changes}


def _request(**values: object) -> GenerationRequest:
    if is_former_size(values, ("height", "width")):
        say(FORMER_SIZE_TOLD)
    try:
        return GenerationRequest.model_validate(values)
    except ValidationError as error:
        raise invalid_settings(error) from error


def _adapter_weight(text: str) -> dict[str, object]:
    name, separator, weight = text.partition("=")
    return {"adapter_name": name, "weight": weight} if separator else {"adapter_name": name}
