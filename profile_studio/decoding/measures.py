"""What can be said of a picture's pixels: how sharp, how bright, how alike. Nothing here decides anything."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from profile_studio.domain.datasets import ImageMeasures

LONG_SIDE_PX = 512  # sharpness is judged at about the size that is trained on, not at a camera's
TILES_A_SIDE = 8
SMALLEST_TILE_PX = 16
SHARPEST_PERCENTILE = 90  # a sharp face before a soft background is a sharp picture
COMMON_COLOURS = 16
LOOK_SIDE_PX = 32
_HASH_SIDE = 8
_BAR_TOLERANCE = 12.0
_PIXEL_ART_SIDE_PX = 64  # a picture of few colours and this size is drawn pixel by pixel
_BLOCKS_PX = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32)
_PIXEL_ART_COLOURS = 64

Gray = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True)
class PictureMeasures(ImageMeasures):
    """Measures of one picture; brightness and contrast are of luma, 0 to 255.

    `sharpness` is the variance of the Laplacian in the sharpest tenth of the tiles. `flatness` is the share of the
    pixels that have one of the sixteen commonest colours. `bars` is the share of the height and width that even
    bars take. `darkest` and `brightest` are the 1st and 99th percentile.
    """

    look: bytes
    """The picture in 32 x 32 RGB, to tell a copy from a likeness."""


def measure(image: Image.Image) -> PictureMeasures:
    """Measures an RGB picture."""
    small = image.copy()
    small.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.BOX, reducing_gap=2.0)
    gray: Gray = np.asarray(small.convert("L"), dtype=np.float32)
    colours, counts = _colours(image)
    darkest, brightest = np.percentile(gray, (1, 99))
    look = image.resize((LOOK_SIDE_PX, LOOK_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return PictureMeasures(
        sharpness=_sharpness(gray),
        brightness=float(gray.mean()),
        contrast=float(gray.std()),
        darkest=float(darkest),
        brightest=float(brightest),
        flatness=float(np.sort(counts)[-COMMON_COLOURS:].sum() / counts.sum()),
        bars=_bars(gray),
        is_pixel_art=colours <= min(_PIXEL_ART_COLOURS, image.width * image.height // 4) and _is_of_blocks(image),
        perceptual_hash=perceptual_hash(look.convert("L")),
        look=look.tobytes(),
    )


def _colours(image: Image.Image) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """How many colours there are, and how often each; of a large picture every n-th pixel is looked at."""
    step = max(1, max(image.size) // LONG_SIDE_PX)
    pixels = np.asarray(image)[::step, ::step].astype(np.uint32)
    codes = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    _, counts = np.unique(codes, return_counts=True)
    return len(counts), counts


def _is_of_blocks(image: Image.Image) -> bool:
    """Whether the picture is small, or is a small one whose pixels were made into blocks."""
    if max(image.size) <= _PIXEL_ART_SIDE_PX:
        return True
    pixels = np.asarray(image)
    height, width = pixels.shape[:2]
    return any(
        np.array_equal(pixels, pixels[::side, ::side].repeat(side, axis=0).repeat(side, axis=1))
        for side in _BLOCKS_PX
        if height % side == 0 and width % side == 0
    )


def _sharpness(gray: Gray) -> float:
    """Variance of the Laplacian in the tiles at the 90th percentile.

    Source: Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548 (the measure; the tiles are ours).
    """
    laplacian = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:] - 4 * gray[1:-1, 1:-1]
    variances = [
        float(tile.var())
        for row in np.array_split(laplacian, _tiles(laplacian.shape[0]), axis=0)
        for tile in np.array_split(row, _tiles(laplacian.shape[1]), axis=1)
    ]
    return float(np.percentile(variances, SHARPEST_PERCENTILE))


def _tiles(length: int) -> int:
    return max(1, min(TILES_A_SIDE, length // SMALLEST_TILE_PX))


def perceptual_hash(gray: Image.Image) -> str:
    """The signs of a picture's lowest frequencies against their median, as 16 hex digits.

    Source: Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions".
    """
    pixels = np.asarray(gray, dtype=np.float64)
    steps = np.arange(LOOK_SIDE_PX)
    cosines = np.cos(np.pi * (2 * steps[None, :] + 1) * np.arange(_HASH_SIDE)[:, None] / (2 * LOOK_SIDE_PX))
    low = (cosines @ pixels @ cosines.T).ravel()
    bits = low > np.median(low[1:])
    return np.packbits(bits).tobytes().hex()


def _bars(gray: Gray) -> float:
    return max(_pair_of_bars(gray), _pair_of_bars(gray.T))


def _pair_of_bars(gray: Gray) -> float:
    """The share of the rows that two black or two white bars of about one height take; 0 unless both are there.

    A bar ends along the whole width at once. An even background behind something round does not.
    """
    top, bottom = _bar(gray), _bar(gray[::-1])
    edges = np.median(gray[[0, -1]], axis=1)
    is_black_or_white = bool((edges <= _BAR_TOLERANCE).all() or (edges >= 255 - _BAR_TOLERANCE).all())
    is_pair = is_black_or_white and min(top, bottom) * 1.5 >= max(top, bottom) > 0
    return (top + bottom) / gray.shape[0] if is_pair else 0.0


def _bar(gray: Gray) -> int:
    differs = np.abs(gray - np.median(gray[0])) > _BAR_TOLERANCE
    share = differs.mean(axis=1)
    even = share < 0.02
    rows = int(np.argmin(even)) if not even.all() else 0
    # The row of the edge may be half bar: JPEG and resizing blend the two.
    ends_at_once = rows > 0 and share[min(rows + 2, len(share) - 1)] > 0.6
    return rows if ends_at_once else 0
