"""Portraits with a broken face: parts of the vector drawing moved, doubled or erased, or the pixels of the face spoiled.

Whatever a style draws on purpose (glasses, hats, beards, hair over an eye, no nose) is no damage.
"""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from profile_studio.starter.portraits import (
    SIDE_PX,
    canvas_side,
    choose_portrait,
    component_size,
    draw_svg,
    rasterise,
)

Picture = NDArray[np.uint8]
"""Shape (128, 128, 3), RGB."""

Face = tuple[int, int, int, int]
"""Left, top, right and bottom of what lies between brows and chin, in pixels of the drawn picture."""

FACES: Mapping[str, Face] = {
    "open-peeps": (60, 44, 108, 98),
    "lorelei": (44, 44, 98, 86),
    "personas": (40, 46, 88, 92),
    "toon-head": (40, 46, 88, 92),
    "micah": (36, 34, 92, 90),
    "pixel-art": (30, 38, 98, 96),
    "voxel-art": (20, 54, 98, 110),
    "cutouts": (36, 46, 92, 110),
}
"""The styles that have faces; the figures were read off their drawings."""

MIN_CHANGED_PX = 60
"""Fewer clearly changed pixels of the 128 x 128 are easily overlooked."""
MIN_SPOILED_PX = 150
"""Spoiled pixels are next to each other, and so less striking than a part in the wrong place."""
_CLEAR_CHANGE = 40
_TRIES = 12


@dataclass(frozen=True)
class Part:
    """A component, or the share of it between ``start`` and ``end`` along an axis, one of which is 0 or 1."""

    component: str
    axis: str = "x"
    start: float = 0.0
    end: float = 1.0


PARTS: Mapping[str, Mapping[str, Part]] = {
    style: {
        "eyes": Part("eyes"),
        "one eye": Part("eyes", "x", 0.0, 0.5),
        "other eye": Part("eyes", "x", 0.5, 1.0),
        "mouth": Part("mouth"),
    }
    for style in FACES
} | {"open-peeps": {"eyes": Part("expression", "y", 0.0, 0.4), "mouth": Part("expression", "y", 0.6, 1.0)}}


@dataclass(frozen=True)
class _Place:
    """Where a part goes, about its own centre: shift in canvas units, turn in degrees, and growth."""

    shift: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    growth: float = 1.0


@dataclass(frozen=True)
class Pair:
    """The same portrait intact and broken, and which damage broke it."""

    intact: Picture
    broken: Picture
    damage: str


def draw_pair(style: str, seed: str, damage: str | None = None) -> Pair:
    """A portrait and its broken twin; the damage is drawn by the seed unless it is named."""
    rng = random.Random(f"damage/{style}/{seed}")
    options = choose_portrait(style, seed).options
    svg = draw_svg(style, options)
    intact = rasterise(svg)
    for _ in range(_TRIES):
        name = damage or rng.choice(DAMAGES)
        if name in _PART_DAMAGES:
            broken = rasterise(_PART_DAMAGES[name](style, svg, rng))
        else:
            broken = _PIXEL_DAMAGES[name](intact, FACES[style], rng)
        if changed_px(intact, broken) >= (MIN_CHANGED_PX if name in _PART_DAMAGES else MIN_SPOILED_PX):
            return Pair(intact, broken, name)
    # What hides the part (sunglasses, a fringe) cannot hide this.
    return Pair(intact, _shift_half(intact, FACES[style], rng), "shifted")


def changed_px(first: Picture, second: Picture) -> int:
    """How many pixels differ clearly."""
    return int((np.abs(first.astype(np.int16) - second).max(axis=2) > _CLEAR_CHANGE).sum())


def _edit(style: str, svg: str, part: Part, places: tuple[_Place, ...]) -> str:
    """Draws the part at each of the places instead of where it was, and leaves the rest of its component there."""
    width, height = component_size(style, part.component)
    length = width if part.axis == "x" else height

    def replace(found: re.Match[str]) -> str:
        left, top = _translation(found[1])
        middle = (part.start + part.end) / 2 * length
        centre = (left + middle, top + height / 2) if part.axis == "x" else (left + width / 2, top + middle)
        pieces = [_clipped(found[0], part.axis, left, top, length, share) for share in _rest(part)]
        whole = not pieces
        shown = found[0] if whole else _clipped(found[0], part.axis, left, top, length, (part.start, part.end))
        for place in places:
            x, y = centre[0] + place.shift[0], centre[1] + place.shift[1]
            moves = (
                f"translate({x} {y}) rotate({place.turn}) scale({place.growth}) translate({-centre[0]} {-centre[1]})"
            )
            pieces.append(f'<g transform="{moves}">{shown}</g>')
        return "".join(pieces)

    return re.sub(rf'<use(?: transform="translate\(([^)]*)\)")? href="#{part.component}-[^"]*"/>', replace, svg)


def _translation(numbers: str | None) -> tuple[float, float]:
    """The two numbers of an SVG ``translate``, either of which may be left out."""
    left, top = [*(float(number) for number in re.split(r"[ ,]+", numbers or "0")), 0.0][:2]
    return left, top


def _rest(part: Part) -> list[tuple[float, float]]:
    return [share for share in ((0.0, part.start), (part.end, 1.0)) if share[0] < share[1]]


def _clipped(use: str, axis: str, left: float, top: float, length: float, share: tuple[float, float]) -> str:
    """The share of a drawn component; what it draws beyond its box goes with the outer shares."""
    start, end = share
    first = -length if start == 0 else start * length
    last = 2 * length if end == 1 else end * length
    x, y, width, height = (
        (left + first, top - length, last - first, 3 * length)
        if axis == "x"
        else (left - length, top + first, 3 * length, last - first)
    )
    name = f"share-{axis}-{start}-{end}-{left}-{top}"
    return (
        f'<clipPath id="{name}"><rect x="{x}" y="{y}" width="{width}" height="{height}"/></clipPath>'
        f'<g clip-path="url(#{name})">{use}</g>'
    )


def _choose_part(style: str, rng: random.Random) -> Part:
    return rng.choice(list(PARTS[style].values()))


def _shift(style: str, rng: random.Random, least: float, most: float) -> tuple[float, float]:
    """A shift in a random direction by a share of the canvas."""
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(least, most) * canvas_side(style)
    return distance * float(np.cos(angle)), distance * float(np.sin(angle))


def _move(style: str, svg: str, rng: random.Random) -> str:
    return _edit(style, svg, _choose_part(style, rng), (_Place(_shift(style, rng, 0.14, 0.3), rng.uniform(-60, 60)),))


def _double(style: str, svg: str, rng: random.Random) -> str:
    again = _Place(_shift(style, rng, 0.1, 0.24), rng.uniform(-30, 30))
    return _edit(style, svg, _choose_part(style, rng), (_Place(), again))


def _erase(style: str, svg: str, rng: random.Random) -> str:
    parts = PARTS[style]
    for name in rng.choice((["eyes"], ["mouth"], ["eyes", "mouth"], ["one eye" if "one eye" in parts else "eyes"])):
        svg = _edit(style, svg, parts[name], ())
    return svg


def _swap(style: str, svg: str, rng: random.Random) -> str:
    """Eyes where the mouth is and the mouth where the eyes are."""
    _, top, _, bottom = FACES[style]
    distance = (bottom - top) / SIDE_PX * canvas_side(style) * rng.uniform(0.45, 0.6)
    svg = _edit(style, svg, PARTS[style]["eyes"], (_Place((0, distance)),))
    return _edit(style, svg, PARTS[style]["mouth"], (_Place((0, -distance)),))


def _turn(style: str, svg: str, rng: random.Random) -> str:
    turn = rng.choice((-1, 1)) * rng.uniform(45, 110)
    return _edit(style, svg, PARTS[style][rng.choice(("eyes", "mouth"))], (_Place(turn=turn),))


def _grow(style: str, svg: str, rng: random.Random) -> str:
    return _edit(style, svg, _choose_part(style, rng), (_Place(growth=rng.uniform(2.3, 3.2)),))


def _warp(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Bends the face in waves of 20 to 45 px."""
    strength = rng.uniform(6, 11)
    ys, xs = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float64)
    phases = [rng.uniform(0, 2 * np.pi) for _ in range(4)]
    lengths = [rng.uniform(20, 45) for _ in range(4)]
    inside = _soft_mask(face, grow=8)
    move_x = (
        inside * strength * (np.sin(ys / lengths[0] * 6.28 + phases[0]) + np.sin(xs / lengths[1] * 6.28 + phases[1]))
    )
    move_y = (
        inside * strength * (np.sin(xs / lengths[2] * 6.28 + phases[2]) + np.sin(ys / lengths[3] * 6.28 + phases[3]))
    )
    return _sample(picture, xs + move_x, ys + move_y)


def _melt(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Lets the columns of the face run down, each by its own length."""
    ys, xs = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float64)
    noise = np.array([rng.gauss(0, 1) for _ in range(SIDE_PX)])
    runs = np.convolve(noise, np.ones(5) / 5, mode="same")
    runs = (runs - runs.min()) / (runs.max() - runs.min()) * rng.uniform(22, 36)
    return _sample(picture, xs, ys - _soft_mask(face, grow=6) * runs[None, :])


def _shift_half(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Cuts the head through the face and shifts one side along the cut."""
    left, top, right, bottom = face
    shift = rng.choice((-1, 1)) * rng.randint(11, 20)
    ys, xs = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float64)
    if rng.random() < 0.5:
        cut = rng.randint(left + (right - left) // 3, right - (right - left) // 3)
        return _sample(picture, xs, ys + shift * (xs > cut))
    cut = rng.randint(top + (bottom - top) // 4, bottom - (bottom - top) // 4)
    return _sample(picture, xs + shift * (ys > cut), ys)


def _cover(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Erases a patch over the eyes or the mouth with the colour that surrounds it."""
    left, top, right, bottom = face
    width, height = (right - left) * rng.uniform(0.5, 0.9), (bottom - top) * rng.uniform(0.38, 0.6)
    x = rng.uniform(left, right - width)
    y = rng.choice((top, bottom - height)) + rng.uniform(-3, 3)
    box = (int(x), int(y), int(x + width), int(y + height))
    patch = picture[max(0, box[1]) : box[3], max(0, box[0]) : box[2]].reshape(-1, 3)
    colours, counts = np.unique(patch // 8, axis=0, return_counts=True)
    colour = np.median(patch[(patch // 8 == colours[counts.argmax()]).all(axis=1)], axis=0)
    mask = Image.new("L", (SIDE_PX, SIDE_PX), 0)
    draw = ImageDraw.Draw(mask)
    (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=255)
    share = np.asarray(mask.filter(ImageFilter.GaussianBlur(rng.choice((0, 1.5, 3)))))[..., None] / 255
    return (picture * (1 - share) + colour * share).round().astype(np.uint8)


def _copy(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Repeats a patch of the face elsewhere on the face."""
    left, top, right, bottom = face
    side = int(min(right - left, bottom - top) * rng.uniform(0.4, 0.6))
    from_x, from_y = rng.randint(left, right - side), rng.choice((top, bottom - side))
    angle, distance = rng.uniform(0, 6.28), rng.uniform(0.7, 1.1) * side
    to_x = int(np.clip(from_x + distance * np.cos(angle), 0, SIDE_PX - side))
    to_y = int(np.clip(from_y + distance * np.sin(angle), 16, SIDE_PX - side))
    spoiled = picture.copy()
    spoiled[to_y : to_y + side, to_x : to_x + side] = picture[from_y : from_y + side, from_x : from_x + side]
    return spoiled


def _shuffle(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Exchanges the 16 px cells of the face: neighbouring cells of a latent that do not agree."""
    left, top, right, bottom = face
    first_x, first_y = left // 16 * 16, top // 16 * 16
    cells = [(x, y) for y in range(first_y, bottom, 16) for x in range(first_x, right, 16)]
    chosen = rng.sample(cells, max(4, len(cells) // 2))
    spoiled = picture.copy()
    for (x, y), (other_x, other_y) in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        spoiled[y : y + 16, x : x + 16] = picture[other_y : other_y + 16, other_x : other_x + 16]
    return spoiled


def _mix(picture: Picture, face: Face, rng: random.Random) -> Picture:
    """Lays the face over itself, shifted and mirrored: two drawings that the model could not decide between."""
    shift = rng.choice((-1, 1)) * rng.randint(9, 18), rng.choice((-1, 1)) * rng.randint(8, 16)
    other = np.roll(picture[:, ::-1] if rng.random() < 0.5 else picture, shift, axis=(1, 0))
    share = _soft_mask(face, grow=10)[..., None] * rng.uniform(0.45, 0.75)
    return (picture * (1 - share) + other * share).round().astype(np.uint8)


def _soft_mask(face: Face, grow: int) -> NDArray[np.float64]:
    """1 on the face, falling to 0 around it; shape (128, 128)."""
    left, top, right, bottom = face
    mask = Image.new("L", (SIDE_PX, SIDE_PX), 0)
    ImageDraw.Draw(mask).ellipse((left - grow, top - grow, right + grow, bottom + grow), fill=255)
    return np.asarray(mask.filter(ImageFilter.GaussianBlur(4))) / 255


def _sample(picture: Picture, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> Picture:
    """The picture read at these places, with edges repeated."""
    xs, ys = np.clip(xs, 0, SIDE_PX - 1), np.clip(ys, 0, SIDE_PX - 1)
    left, top = np.minimum(xs.astype(int), SIDE_PX - 2), np.minimum(ys.astype(int), SIDE_PX - 2)
    right_share, bottom_share = (xs - left)[..., None], (ys - top)[..., None]
    upper = picture[top, left] * (1 - right_share) + picture[top, left + 1] * right_share
    lower = picture[top + 1, left] * (1 - right_share) + picture[top + 1, left + 1] * right_share
    return (upper * (1 - bottom_share) + lower * bottom_share).round().astype(np.uint8)


_PART_DAMAGES: Mapping[str, Callable[[str, str, random.Random], str]] = {
    "moved": _move,
    "doubled": _double,
    "erased": _erase,
    "swapped": _swap,
    "turned": _turn,
    "grown": _grow,
}
_PIXEL_DAMAGES: Mapping[str, Callable[[Picture, Face, random.Random], Picture]] = {
    "warped": _warp,
    "melted": _melt,
    "shifted": _shift_half,
    "covered": _cover,
    "copied": _copy,
    "shuffled": _shuffle,
    "mixed": _mix,
}
DAMAGES: tuple[str, ...] = (*_PART_DAMAGES, *_PIXEL_DAMAGES)
