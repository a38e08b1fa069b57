"""Draws the example pictures that ship with the studio: styles the base model has never seen, with true captions."""

import json
import logging
import random
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from profile_studio.starter.captions import content_caption
from profile_studio.starter.looks import SIDE_PX
from profile_studio.starter.portraits import Attributes, choose_portrait, draw
from profile_studio.starter.variants import BASE
from profile_studio.starter.watercolor import paint
from profile_studio.starter.workspace import Workspace, replace_folder

log = logging.getLogger(__name__)

WATERCOLOR = "watercolor"
EXAMPLES = ("cutouts", "pixel-art", "voxel-art", WATERCOLOR)
PICTURES = {"train": 32, "reference": 64}
"""Folder of an example to how many pictures it holds."""

_MOST_COLOURS = 64  # a palette of this size looks the same at this size and takes a third of the space


def run(workspace: Workspace) -> None:
    """Writes ``examples/<name>`` for all of them: pictures to train on, and others to measure against."""
    for name in EXAMPLES:
        fresh = workspace.work / "example"
        shutil.rmtree(fresh, ignore_errors=True)
        for folder, count in PICTURES.items():
            (fresh / folder).mkdir(parents=True)
            for index in range(count):
                _write_picture(name, fresh / folder, index, with_caption=folder == "train")
        (fresh / "LICENSE.txt").write_text(_licence_note(name))
        replace_folder(fresh, workspace.assets / "examples" / name)
        log.info("wrote the %s example", name)


def draw_example(name: str, folder: str, index: int) -> tuple[Attributes, NDArray[np.uint8]]:
    """What the picture with this number shows, and the picture as RGB, shape (256, 256, 3)."""
    seed = f"example-{folder}-{index}"
    if name != WATERCOLOR:
        portrait = choose_portrait(name, seed)
        return portrait.attributes, draw(name, portrait.options, SIDE_PX)
    style = list(BASE)[index % len(BASE)]
    portrait = choose_portrait(style, seed)
    return portrait.attributes, paint(draw(style, portrait.options, SIDE_PX), index + 1000 * (folder == "train"))


def _write_picture(name: str, folder: Path, index: int, *, with_caption: bool) -> None:
    shown, picture = draw_example(name, folder.name, index)
    stem = f"{index + 1:03d}"
    image = Image.fromarray(picture)
    if image.getcolors(_MOST_COLOURS) is None:
        image = image.quantize(_MOST_COLOURS, dither=Image.Dither.NONE)
    image.save(folder / f"{stem}.png", optimize=True)
    if with_caption:
        rng = random.Random(f"example-{folder.name}-{index}")
        (folder / f"{stem}.txt").write_text(content_caption(shown, rng) + "\n")


def _licence_note(name: str) -> str:
    folders = (
        "The folder train holds pictures with captions; reference holds others, which are only measured against.\n"
    )
    if name != WATERCOLOR:
        return f"Drawn with DiceBear from the style {_credit(name)}.\n{folders}"
    credits = "".join(f"- {_credit(style)}\n" for style in BASE)
    return (
        "Drawn with DiceBear from the styles below, with changed colours and parts, and then changed by a\n"
        f"watercolour-like filter (profile_studio/starter/watercolor.py):\n{credits}{folders}"
    )


def _credit(style: str) -> str:
    meta: dict[str, Any] = json.loads(files("dicebear_styles").joinpath(f"{style}.json").read_text("utf-8"))["meta"]
    source, licence = meta["source"], meta["license"]
    by = f'"{source["name"]}" ({source["url"]}) by {meta["creator"]["name"]}'
    return f"{by},\n  licensed under {licence['name']} ({licence['url']})"
