"""Pictures for the decoder: every allowed style, in any colours, on any ground, at any size and place."""

import colorsys
import random
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from profile_studio.starter.portraits import Options, draw_svg, rasterise
from profile_studio.starter.variants import BASE, FURTHER

SIDE_PX = 256
"""What the decoder draws: twice the side that the encoder, U-Net, judge and critic work with."""

WIDE_STYLES = (
    *BASE,
    *FURTHER,
    *("notionists", "thumbs", "critters", "clay", "fun-emoji", "line-face", "gaze", "cameo", "sprouts", "blobs"),
    *("squircles", "glass", "rings", "waves", "landscape", "stripes", "weave", "planets", "icons"),
)
"""Styles whose licences allow it; only the decoder sees those beyond the base's and the examples'."""

UNSEEN_STYLES = ("avataaars", "big-smile", "miniavs")
"""Never trained on: what the decoder does with a stranger's drawings is measured on them."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")
_STROKE = re.compile(r'stroke-width="([0-9.]+)"')

Recolour = Callable[[tuple[float, float, float]], tuple[float, float, float]]
"""A colour to a colour, red, green and blue in [0, 1]."""


def random_colour(rng: random.Random) -> str:
    """A colour as ``#rrggbb``: half of them saturated, the others anywhere, a few black or white."""
    chance = rng.random()
    if chance < 0.5:
        colour = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.6, 1), rng.uniform(0.3, 1))
    elif chance < 0.9:
        colour = (rng.random(), rng.random(), rng.random())
    else:
        grey = rng.choice((0.0, 1.0, rng.random()))
        colour = (grey, grey, grey)
    return _to_hex(colour)


def draw_wide(style: str, seed: str, side_px: int = SIDE_PX) -> NDArray[np.uint8]:
    """A picture of the style as nobody ordered it, shape (side_px, side_px, 3); equal seeds give equal pictures."""
    rng = random.Random(f"wide/{style}/{seed}")
    options: Options = {"seed": seed, "size": side_px, "backgroundColor": random_colour(rng)}
    if rng.random() < 0.3:
        options |= {"flip": "horizontal"}
    if rng.random() < 0.5:
        options |= {
            "scale": round(rng.uniform(0.6, 1.3), 3),
            "translateX": rng.randint(-12, 12),
            "translateY": rng.randint(-12, 12),
            "rotate": rng.choice((0, 0, rng.randint(-20, 20))),
        }
    svg = draw_svg(style, options)
    if rng.random() < 0.75:
        svg = recolour(svg, rng.choice((_turned_hues, _any_colours, _few_colours))(rng))
    if rng.random() < 0.3:
        svg = scale_strokes(svg, rng.uniform(0.5, 2.0))
    if rng.random() < 0.25:
        svg = _with_gradient(svg, rng)
    return rasterise(svg)


def draw_unseen(style: str, seed: str, side_px: int = SIDE_PX) -> NDArray[np.uint8]:
    """A picture of a style that is never trained on, on a strong plain ground, shape (side_px, side_px, 3)."""
    rng = random.Random(f"unseen/{style}/{seed}")
    ground = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.3, 1), rng.uniform(0.4, 1))
    return rasterise(draw_svg(style, {"seed": seed, "size": side_px, "backgroundColor": _to_hex(ground)}))


def recolour(svg: str, change: Recolour) -> str:
    """The drawing with each of its colours changed, equal colours alike."""
    return _HEX.sub(lambda found: _to_hex(change(_from_hex(found[0]))), svg)


def scale_strokes(svg: str, factor: float) -> str:
    """The drawing with thicker or thinner lines, where it has lines."""
    return _STROKE.sub(lambda found: f'stroke-width="{float(found[1]) * factor:.3f}"', svg)


def _turned_hues(rng: random.Random) -> Recolour:
    turn, saturation, value = rng.random(), rng.uniform(0.3, 1.8), rng.uniform(0.5, 1.5)

    def change(colour: tuple[float, float, float]) -> tuple[float, float, float]:
        h, s, v = colorsys.rgb_to_hsv(*colour)
        return colorsys.hsv_to_rgb((h + turn) % 1.0, min(1.0, s * saturation), v**value)

    return change


def _any_colours(rng: random.Random) -> Recolour:
    key = rng.random()
    return lambda colour: _from_hex(random_colour(random.Random(f"{key}/{colour}")))


def _few_colours(rng: random.Random) -> Recolour:
    palette = [_from_hex(random_colour(rng)) for _ in range(rng.randint(2, 5))]
    palette.sort(key=sum)

    def change(colour: tuple[float, float, float]) -> tuple[float, float, float]:
        return palette[min(len(palette) - 1, int(sum(colour) / 3 * len(palette)))]

    return change


def _with_gradient(svg: str, rng: random.Random) -> str:
    """The drawing with one of its colours running into another one."""
    head, _, body = svg.partition("</metadata>")
    colours = sorted(set(_HEX.findall(body)))
    if not colours:
        return svg
    turned = rng.choice(colours)
    shape = rng.choice(("linearGradient x2='1' y2='1'", "linearGradient x2='0' y2='1'", "radialGradient"))
    stops = f"<stop offset='0' stop-color='{turned}'/><stop offset='1' stop-color='{random_colour(rng)}'/>"
    gradient = f"<defs><{shape} id='run'>{stops}</{shape.split()[0]}></defs>"
    return f"{head}</metadata>{gradient}" + body.replace(f'fill="{turned}"', 'fill="url(#run)"')


def _from_hex(text: str) -> tuple[float, float, float]:
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return red, green, blue


def _to_hex(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in colour)


def plain_and_soft(rng: np.random.Generator, count: int, side_px: int = SIDE_PX) -> NDArray[np.float32]:
    """Plain colours, soft gradients, and coarse and fine noise, which no drawing teaches.

    Returns: shape (count, 3, side_px, side_px) in [-1, 1].
    """
    pictures = np.empty((count, 3, side_px, side_px), np.float32)
    across = np.linspace(-1, 1, side_px, dtype=np.float32)
    y, x = np.meshgrid(across, across, indexing="ij")
    for picture in pictures:
        first, second = rng.uniform(-1, 1, (2, 3, 1, 1)).astype(np.float32)
        if rng.random() < 0.5:  # nearer to the corners of the cube: saturated
            first, second = (np.sign(colour) * np.abs(colour) ** 0.3 for colour in (first, second))
        angle = rng.uniform(0, 2 * np.pi)
        along = x * np.cos(angle) + y * np.sin(angle)
        kind = rng.random()
        if kind < 0.45:
            picture[:] = first
            continue
        if kind < 0.65:
            share = np.clip(0.5 + 0.5 * along * rng.uniform(0.5, 1.5), 0, 1)
        elif kind < 0.75:
            cx, cy = rng.uniform(-0.7, 0.7, 2)
            share = np.clip(np.hypot(x - cx, y - cy) * rng.uniform(0.5, 1.2), 0, 1)
        else:
            cells = int(rng.choice((3, 5, 9, 17, 33)))
            share = _enlarge(rng.random((cells, cells), dtype=np.float32), side_px)
            if rng.random() < 0.4:
                share = (share > 0.5).astype(np.float32)
        picture[:] = first + (second - first) * share
        if rng.random() < 0.2:
            picture += rng.normal(0, rng.uniform(0.02, 0.2), picture.shape).astype(np.float32)
    return pictures.clip(-1, 1)


def _enlarge(grid: NDArray[np.float32], side_px: int) -> NDArray[np.float32]:
    """The grid as a smooth square, between its own smallest and largest value."""
    places = np.linspace(0, len(grid) - 1, side_px)
    below = np.minimum(places.astype(int), len(grid) - 2)
    share = (places - below).astype(np.float32)
    share = share * share * (3 - 2 * share)
    rows = grid[below] * (1 - share)[:, None] + grid[below + 1] * share[:, None]
    return (rows[:, below] * (1 - share) + rows[:, below + 1] * share).astype(np.float32)
