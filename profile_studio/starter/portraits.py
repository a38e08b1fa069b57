"""Draws portraits whose attributes are known: chooses words first, then the options that show them."""

import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import resvg_py
from dicebear import Avatar, Style
from numpy.typing import NDArray
from PIL import Image

from profile_studio.domain.starter_words import BACKGROUNDS, HAIR_COLOURS, SHIRT_COLOURS, SKIN_TONES
from profile_studio.starter.variants import BASE, FURTHER, UNDYED_WORDS, Vocabulary

SIDE_PX = 128
VOXEL_LEFT, VOXEL_SIDE = 15, 98
"""The square of voxel art's 128 x 128 canvas that holds the head with every hair and the shoulders."""

Options = dict[str, str | int | float]


@dataclass(frozen=True)
class Attributes:
    """What can truly be said of a picture; ``None`` where the style cannot show the attribute."""

    style: str
    background: str
    hair: str | None = None
    hair_colour: str | None = None
    glasses: str | None = None
    facial_hair: str | None = None
    mood: str | None = None
    shirt: str | None = None
    skin: str | None = None


@dataclass(frozen=True)
class Portrait:
    """A picture to draw: what it shows, and the options that make the style show it."""

    attributes: Attributes
    options: Options


def vocabulary(style: str) -> Vocabulary:
    return BASE[style] if style in BASE else FURTHER[style]


def choose_portrait(style: str, seed: str) -> Portrait:
    """The portrait that belongs to a seed; the same seed gives the same portrait on every machine."""
    rng = random.Random(f"{style}/{seed}")
    words = vocabulary(style)
    background = rng.choice(list(BACKGROUNDS))
    options: Options = {"seed": seed, "size": SIDE_PX, "backgroundColor": BACKGROUNDS[background], **words.fixed}
    mood = _choose_mood(words, rng, options)
    glasses = _choose_glasses(words, rng, options)
    hair, hair_colour = _choose_hair(words, rng, options)
    facial_hair = _choose_facial_hair(words, rng, options)
    shirt = skin = None
    if words.shirt_option:
        shirt = rng.choice(list(SHIRT_COLOURS))
        options[words.shirt_option] = SHIRT_COLOURS[shirt]
    if words.skin_option:
        skin = rng.choice(list(SKIN_TONES))
        options[words.skin_option] = rng.choice(SKIN_TONES[skin])
    return Portrait(Attributes(style, background, hair, hair_colour, glasses, facial_hair, mood, shirt, skin), options)


def _choose_mood(words: Vocabulary, rng: random.Random, options: Options) -> str | None:
    if not words.moods:
        return None
    mood = rng.choice(list(words.moods))
    for component, variants in words.moods[mood].items():
        options[f"{component}Variant"] = rng.choice(variants)
    return mood


def _choose_glasses(words: Vocabulary, rng: random.Random, options: Options) -> str | None:
    if not words.glasses:
        return None
    for shown in words.glasses.values():
        for component in shown.keys() - {"eyes"}:
            options[f"{component}Probability"] = 0
    if rng.random() < 0.5:
        return "no glasses"
    word = "sunglasses" if "sunglasses" in words.glasses and rng.random() < 0.25 else "glasses"
    for component, variants in words.glasses[word].items():
        options[f"{component}Variant"] = rng.choice(variants)
        if component != "eyes":
            options[f"{component}Probability"] = 100
    return word


def _choose_hair(words: Vocabulary, rng: random.Random, options: Options) -> tuple[str | None, str | None]:
    if not words.hair:
        return None, None
    word = rng.choice(list(words.hair))
    variant, _, rear = rng.choice(words.hair[word]).partition("+")
    options[f"{words.hair_component}Variant"] = variant
    if words is not vocabulary("open-peeps"):
        options[f"{words.hair_component}Probability"] = 100
    if words is vocabulary("toon-head"):
        options["rearHairProbability"] = 100 if rear else 0
        if rear:
            options["rearHairVariant"] = rear
    colour = None
    if words.hair_colour_option:
        colour = rng.choice(list(HAIR_COLOURS))
        shade = rng.choice(HAIR_COLOURS[colour])
        options[words.hair_colour_option] = shade
        if words.facial_hair_colour_option:
            options[words.facial_hair_colour_option] = shade
    if word in UNDYED_WORDS:
        return word, None
    if words.dyeable is not None and variant not in words.dyeable:
        return word, "black" if words.ink_hair else None
    return word, colour


def _choose_facial_hair(words: Vocabulary, rng: random.Random, options: Options) -> str | None:
    if not words.facial_hair:
        return None
    options[f"{words.facial_hair_component}Probability"] = 0
    if rng.random() < 0.75:
        return "no beard"
    word = rng.choice(list(words.facial_hair))
    options[f"{words.facial_hair_component}Probability"] = 100
    options[f"{words.facial_hair_component}Variant"] = rng.choice(words.facial_hair[word])
    return word


@cache
def _style(name: str) -> Style:
    definition: dict[str, Any] = json.loads(files("dicebear_styles").joinpath(f"{name}.json").read_text("utf-8"))
    canvas = definition["canvas"]
    if name == "personas":
        # A masked white overlay lies over the face and turns every dark skin gray; without it the face has its skin's colour.
        canvas["elements"] = [element for element in canvas["elements"] if element["name"] not in ("mask", "g")]
    if name == "voxel-art":
        # The figure stands on its feet; a profile picture is head and shoulders. The vectors move, so edges stay sharp.
        move = {"transform": f"translate(-{VOXEL_LEFT} 0)"}
        canvas["elements"] = [{"name": "g", "type": "element", "attributes": move, "children": canvas["elements"]}]
        canvas["width"] = canvas["height"] = VOXEL_SIDE
    return Style(definition)


def draw_svg(style: str, options: Options) -> str:
    """The picture as SVG, of the size in its options; components appear as ``<use ... href="#component-..."/>``."""
    return Avatar(_style(style), dict(options)).to_string()


def rasterise(svg: str) -> NDArray[np.uint8]:
    """The SVG as RGB, in the size it states."""
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg))
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def draw(style: str, options: Options, side_px: int = SIDE_PX) -> NDArray[np.uint8]:
    """The picture as RGB, shape (side_px, side_px, 3)."""
    return rasterise(draw_svg(style, {**options, "size": side_px}))


def component_size(style: str, component: str) -> tuple[float, float]:
    """Width and height of a component in the units of the style's canvas."""
    found = _style(style).components()[component]
    return found.width(), found.height()


def canvas_side(style: str) -> float:
    """The side of the style's square canvas in its own units."""
    return _style(style).canvas().width()


def contact_sheet(pictures: Sequence[NDArray[np.uint8]], columns: int) -> Image.Image:
    """The pictures, squares of one size, side by side, row by row."""
    rows, side = -(-len(pictures) // columns), len(pictures[0])
    sheet = Image.new("RGB", (columns * side, rows * side), "white")
    for index, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), (index % columns * side, index // columns * side))
    return sheet
