"""Draws the example pictures that ship with the studio: a style the base model has never seen, with true captions."""

import json
import logging
import random
import shutil
from importlib.resources import files
from pathlib import Path

from PIL import Image

from profile_studio.starter.captions import content_caption
from profile_studio.starter.portraits import choose_portrait, draw
from profile_studio.starter.workspace import Workspace, replace_folder

log = logging.getLogger(__name__)

STYLE = "pixel-art"
TRAIN_PICTURES = 32
REFERENCE_PICTURES = 64


def run(workspace: Workspace) -> None:
    """Writes ``examples/pixel-art``: pictures to train on, and others to measure against."""
    fresh = workspace.work / "example"
    shutil.rmtree(fresh, ignore_errors=True)
    for folder, count in (("train", TRAIN_PICTURES), ("reference", REFERENCE_PICTURES)):
        (fresh / folder).mkdir(parents=True)
        for index in range(count):
            _write_picture(
                fresh / folder, f"{index + 1:03d}", f"example-{folder}-{index}", with_caption=folder == "train"
            )
    (fresh / "LICENSE.txt").write_text(_licence_note())
    replace_folder(fresh, workspace.assets / "examples" / STYLE)
    log.info("wrote the %s example", STYLE)


def _write_picture(folder: Path, stem: str, seed: str, *, with_caption: bool) -> None:
    portrait = choose_portrait(STYLE, seed)
    Image.fromarray(draw(STYLE, portrait.options)).save(folder / f"{stem}.png", optimize=True)
    if with_caption:
        (folder / f"{stem}.txt").write_text(content_caption(portrait.attributes, random.Random(seed)) + "\n")


def _licence_note() -> str:
    meta = json.loads(files("dicebear_styles").joinpath(f"{STYLE}.json").read_text("utf-8"))["meta"]
    source, licence = meta["source"], meta["license"]
    return (
        f'Drawn with DiceBear from the style "{source["name"]}" ({source["url"]}) by {meta["creator"]["name"]},\n'
        f"licensed under {licence['name']} ({licence['url']}).\n"
        "The folder train holds pictures with captions; reference holds others, which are only measured against.\n"
    )
