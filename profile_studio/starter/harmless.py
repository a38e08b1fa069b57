"""Changes that leave a face as intact, or as broken, as it was: other techniques, cameras and files.

The critic sees them on intact and broken faces alike, so that neither sharp edges nor noise tell it the answer.
"""

import io
import random

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageFilter
from torch import Tensor, nn

from profile_studio.starter.latents import PatchBasis
from profile_studio.starter.portraits import SIDE_PX

Picture = NDArray[np.uint8]

_UNCHANGED_SHARE = 0.3
_SPECK_SHARE = 0.15


def redraw(picture: Picture, rng: random.Random) -> Picture:
    """The picture as another technique would show it; shape (128, 128, 3)."""
    image = Image.fromarray(picture)
    if rng.random() < _SPECK_SHARE:
        _add_speck(image, rng)
    if rng.random() < _UNCHANGED_SHARE:
        return np.asarray(image)
    technique = rng.choice((_pixelate, _posterise, _blur, _compress, _paint, _fade, _drain, _sharpen, _grain))
    return np.asarray(technique(image, rng))


def _add_speck(image: Image.Image, rng: random.Random) -> None:
    """A blot in a corner: damage that is not in the face."""
    width, height = rng.randint(8, 26), rng.randint(8, 26)
    colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
    left, top = rng.choice((0, SIDE_PX - width)), rng.choice((0, SIDE_PX - height))
    image.paste(colour, (left, top, left + width, top + height))


def _pixelate(image: Image.Image, rng: random.Random) -> Image.Image:
    side = SIDE_PX // rng.choice((2, 3, 4))
    small = image.resize((side, side), rng.choice((Image.Resampling.BOX, Image.Resampling.BICUBIC)))
    return small.resize(image.size, rng.choice((Image.Resampling.NEAREST, Image.Resampling.BICUBIC)))


def _posterise(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.quantize(
        rng.randint(6, 24), dither=rng.choice((Image.Dither.NONE, Image.Dither.FLOYDSTEINBERG))
    ).convert("RGB")


def _blur(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))


def _compress(image: Image.Image, rng: random.Random) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=rng.randint(15, 70))
    return Image.open(buffer).convert("RGB")


def _paint(image: Image.Image, rng: random.Random) -> Image.Image:
    """Flat strokes and soft edges, as in watercolours."""
    strokes = image.filter(
        rng.choice((ImageFilter.MedianFilter(3), ImageFilter.MedianFilter(5), ImageFilter.ModeFilter(5)))
    )
    return ImageEnhance.Color(strokes.filter(ImageFilter.SMOOTH)).enhance(rng.uniform(0.5, 1.0))


def _fade(image: Image.Image, rng: random.Random) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(rng.uniform(0.5, 1.6))


def _drain(image: Image.Image, rng: random.Random) -> Image.Image:
    return ImageEnhance.Color(image).enhance(rng.choice((0.0, 0.0, 0.3, 2.0)))


def _sharpen(image: Image.Image, rng: random.Random) -> Image.Image:
    return image.filter(rng.choice((ImageFilter.EDGE_ENHANCE, ImageFilter.SHARPEN, ImageFilter.EDGE_ENHANCE_MORE)))


def _grain(image: Image.Image, rng: random.Random) -> Image.Image:
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(4, 22), (SIDE_PX, SIDE_PX, 1))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def view(pixels: Tensor, patch_basis: PatchBasis, picks: np.random.Generator) -> Tensor:
    """The pictures mirrored, turned, moved and in other light, a third of them as latents hold them.

    Args:
        pixels: shape (n, 3, 128, 128) in [-1, 1].
    """
    n = len(pixels)

    def uniform(low: float, high: float, shape: tuple[int, ...]) -> Tensor:
        return torch.from_numpy(picks.uniform(low, high, shape).astype(np.float32)).to(pixels.device)

    angle, scale, mirror = uniform(-0.2, 0.2, (n,)), uniform(0.82, 1.15, (n,)), uniform(-1, 1, (n,)).sign()
    shift = uniform(-0.12, 0.12, (n, 2))
    turned = torch.stack(
        [
            torch.stack([angle.cos() * scale * mirror, -angle.sin() * scale, shift[:, 0]], dim=1),
            torch.stack([angle.sin() * scale * mirror, angle.cos() * scale, shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    grid = nn.functional.affine_grid(turned, list(pixels.shape), align_corners=False)
    seen = nn.functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    third = n // 3
    seen[:third] = patch_basis.decode(patch_basis.encode(seen[:third]))
    lit = seen * uniform(0.8, 1.15, (n, 3, 1, 1)) + uniform(-0.15, 0.15, (n, 3, 1, 1))
    return lit.clamp(-1, 1)
