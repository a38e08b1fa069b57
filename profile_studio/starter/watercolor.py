"""A watercolour-like filter: a drawing becomes washes of pigment on paper.

Colour is handled as optical density, as real washes are: two layers add up, thin paint lets the paper shine through.

Source: Bousseau et al. 2006, "Interactive watercolor rendering with temporal coherence and abstraction" (density
modulated by turbulence, paper grain and darkened edges).
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Field = NDArray[np.float64]
"""Shape (height, width) or (height, width, 3)."""

_DARKEST = 0.09  # black ink becomes a dark wash, never a hole in the paper
_THINNING = 0.82  # washes are lighter than the colours they stand for
_WOBBLE = 0.007  # of the side: how far the brush strays from a line
_POOLING, _HUE_WOBBLE, _GRANULATION, _RIM = 0.20, 0.10, 0.13, 0.75
_PAPER = np.array([0.995, 0.985, 0.955])


def paint(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The picture as a watercolour; the same seed gives the same brush and the same paper.

    Args:
        picture: RGB, shape (side, side, 3); drawn at twice the size it is shown at, edges come out finest.
    Returns: RGB of the same shape.
    """
    rng = np.random.default_rng(seed)
    side = len(picture)
    flat = Image.fromarray(_strayed(picture, rng)).filter(ImageFilter.MedianFilter(3))
    density = -np.log(np.clip(np.asarray(flat) / 255, _DARKEST, 1)) * _THINNING
    wet = _between(_clouds(rng, side, 5), 0.2, 1.6)[..., None]
    density = density + (_blurred(density, side / 60) - density) * wet * 0.45
    density += _RIM * np.clip(density - _blurred(density, side / 40), 0, 0.6)
    density *= 1 + _POOLING * np.clip(_clouds(rng, side, 4), -2, 2)[..., None]
    density *= 1 + _HUE_WOBBLE * np.stack([_clouds(rng, side, 3) for _ in range(3)], axis=-1)
    grain = _grain(rng, side)[..., None]
    density += _GRANULATION * grain * np.minimum(density, 0.6)  # thick paint hides the paper's tooth
    density *= _painted_area(rng, side)[..., None]
    paper = _PAPER * (1 + 0.008 * grain)
    return (255 * np.clip(paper * np.exp(-np.clip(density, 0, None)), 0, 1)).round().astype(np.uint8)


def _strayed(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lines drawn by a hand: every pixel comes from a little beside its place."""
    side = len(picture)
    rows, columns = np.mgrid[:side, :side]
    down, right = (_WOBBLE * side * (0.7 * _clouds(rng, side, 9) + 0.3 * _clouds(rng, side, 28)) for _ in range(2))
    sources = [
        np.clip(np.rint(places + move), 0, side - 1).astype(int) for places, move in ((rows, down), (columns, right))
    ]
    return picture[sources[0], sources[1]]


def _painted_area(rng: np.random.Generator, side: int) -> Field:
    """1 where the brush was, 0 on the bare margin; pigment gathers where the wash ends."""
    place = np.arange(side) / (side - 1)
    from_edge = np.minimum(np.minimum(place, 1 - place)[:, None], np.minimum(place, 1 - place)[None, :])
    torn = from_edge + 0.011 * _clouds(rng, side, 8) + 0.004 * _clouds(rng, side, 30)
    rim = np.exp(-(((torn - 0.046) / 0.012) ** 2))
    return _between(torn, 0.025, 0.043) * (1 + 0.6 * rim)


def _grain(rng: np.random.Generator, side: int) -> Field:
    """The tooth of cold-pressed paper: bumps of about two pixels at the size shown, standard deviation 1."""
    bumps = 0.75 * _clouds(rng, side, side / 3.2) + 0.5 * _clouds(rng, side, side / 7)
    return bumps / bumps.std()


def _clouds(rng: np.random.Generator, side: int, cells: float) -> Field:
    """Smooth noise, about ``cells`` clouds across, standard deviation 1."""
    knots = rng.standard_normal((round(cells) + 3, round(cells) + 3)).astype(np.float32)
    smooth = np.asarray(Image.fromarray(knots).resize((side, side), Image.Resampling.BICUBIC), dtype=np.float64)
    return (smooth - smooth.mean()) / smooth.std()


def _between(field: Field, low: float, high: float) -> Field:
    """0 below ``low``, 1 above ``high``, smooth in between."""
    share = np.clip((field - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _blurred(field: Field, sigma: float) -> Field:
    """Gaussian blur; the border goes on as its last pixel."""
    reach = int(np.ceil(3 * sigma))
    offsets = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(field, [(reach, reach) if each == axis else (0, 0) for each in range(field.ndim)], mode="edge")
        count = field.shape[axis]
        blurred = np.zeros_like(field)
        for start, weight in enumerate(kernel):
            blurred += weight * padded.take(range(start, start + count), axis)
        field = blurred
    return field
