"""What can be said of a picture's pixels: how sharp, how bright, how alike. Nothing here decides anything."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from profile_studio.domain.datasets import DRAWING_FLATNESS, ImageMeasures

LONG_SIDE_PX = 512  # sharpness is judged at about the size that is trained on, not at a camera's
TILES_A_SIDE = 8
SMALLEST_TILE_PX = 16
SHARPEST_PERCENTILE = 90  # a sharp face before a soft background is a sharp picture
COMMON_COLOURS = 16
LOOK_SIDE_PX = 32
_HASH_SIDE = 8
_EVEN_WITHIN, _BAR_TOLERANCE = 4.0, 12.0  # inside a bar only JPEG makes a difference; what follows is told from it
_JPEG_BLOCK_PX = 16  # as far as JPEG mixes a bar with what is beside it, colours at half size
_STRAIGHT_SHARE, _STRAIGHT_IN_A_DRAWING = 0.5, 0.9  # of the width; a drawing has plain backgrounds on purpose
_GRID_SIDES_PX = (16, 24, 32, 48, 64, 96, 128)
_LEAST_ENLARGED_PX = 256
_LIKE_ITS_GRID = 4.0  # mean difference, 0 to 255, between a picture and its grid made large again
SHARP_ENOUGH = 100.0  # variance of the Laplacian, the usual threshold
_PIXEL_ART_SIDE_PX = 64  # a picture of few colours and this size is drawn pixel by pixel
_BLOCKS_PX = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32)
_PIXEL_ART_COLOURS = 64
_SAME, _ALIKE = 0.02, 0.08  # of the contrast of the whole
_BACKGROUND_TOLERANCE = 6
_LEAST_SUBJECT = 0.1  # of the pixels; less than that is a mark on a page
_PHOTOGRAPHED_BELOW = 0.25  # flatness: shaded drawings have more
_ROUNDING = 20 / 12  # what rounding to whole numbers adds to the variance of a Laplacian

Gray = np.ndarray[tuple[int, int], np.dtype[np.float32]]
Codes = np.ndarray[tuple[int, ...], np.dtype[np.uint32]]
Counts = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True)
class PictureMeasures(ImageMeasures):
    """Measures of one picture; brightness and contrast are of luma, 0 to 255.

    `sharpness` is the variance of the Laplacian in the sharpest tenth of the tiles; of enlarged pixel art, between its own
    pixels. `flatness` is the share of what is neither bar nor plain background that has one of the sixteen commonest
    colours. `bars` is the share of the height and width that even bars take. `darkest` and `brightest` are the 1st and
    99th percentile.
    """

    fine_detail: float
    """How much of the sharpness a mean over 3 x 3 pixels takes away, 0 to 1: of a blurred picture little.

    The variance of the Laplacian is small where there is little contrast, too; this tells the two apart. It is 1
    where the sharpness is enough anyway.
    """

    look: bytes
    """The picture in 32 x 32 RGB, to tell a copy from a likeness."""


def measure(image: Image.Image) -> PictureMeasures:
    """Measures an RGB picture."""
    small = image.copy()
    small.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.BOX, reducing_gap=2.0)
    gray: Gray = np.asarray(small.convert("L"), dtype=np.float32)
    colours = _colours(image)
    is_pixel_art = _is_pixel_art(image, len(colours[0]))
    sharpness, fine_detail = _sharpness(gray)
    if sharpness < SHARP_ENOUGH and not is_pixel_art and (grid := _enlarged_grid(small)) is not None:
        is_pixel_art, (sharpness, fine_detail) = True, _sharpness(np.asarray(grid.convert("L"), dtype=np.float32))
    bars = _bars(gray, _STRAIGHT_SHARE)
    flatness = _flatness(*(_colours(_inside(image, bars, gray.shape)) if any(bars) else colours))
    if flatness >= DRAWING_FLATNESS:
        bars = _bars(gray, _STRAIGHT_IN_A_DRAWING)
    darkest, brightest = np.percentile(gray, (1, 99))
    look = image.resize((LOOK_SIDE_PX, LOOK_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=3.0)
    return PictureMeasures(
        sharpness=sharpness,
        brightness=float(gray.mean()),
        contrast=float(gray.std()),
        darkest=float(darkest),
        brightest=float(brightest),
        flatness=flatness,
        bars=sum(bars[:2]) / gray.shape[0] + sum(bars[2:]) / gray.shape[1],
        is_pixel_art=is_pixel_art,
        fine_detail=fine_detail,
        perceptual_hash=perceptual_hash(look.convert("L")),
        look=look.tobytes(),
    )


def _colours(image: Image.Image) -> tuple[Codes, Counts]:
    """The colours as 0xRRGGBB, and how often each is there; of a large picture every n-th pixel is looked at."""
    step = max(1, max(image.size) // LONG_SIDE_PX)
    pixels = np.asarray(image)[::step, ::step].astype(np.uint32)
    codes, counts = np.unique((pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2], return_counts=True)
    return codes.astype(np.uint32), counts.astype(np.int64)


def _flatness(codes: Codes, counts: Counts) -> float:
    """The share of the commonest colours; a subject as rich as a photograph is judged without its plain background."""
    whole = _share_of_commonest(counts)
    if whole < DRAWING_FLATNESS:
        return whole
    parts = np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.int16)
    is_background = (np.abs(parts - parts[counts.argmax()]) <= _BACKGROUND_TOLERANCE).all(axis=1)
    subject = counts[~is_background]
    of_subject = _share_of_commonest(subject)
    is_photographed = subject.sum() >= _LEAST_SUBJECT * counts.sum() and of_subject < _PHOTOGRAPHED_BELOW
    return of_subject if is_photographed else whole


def _share_of_commonest(counts: Counts) -> float:
    return float(np.sort(counts)[-COMMON_COLOURS:].sum() / max(counts.sum(), 1))


def _is_pixel_art(image: Image.Image, colours: int) -> bool:
    return colours <= min(_PIXEL_ART_COLOURS, image.width * image.height // 4) and _is_of_blocks(image)


def _enlarged_grid(image: Image.Image) -> Image.Image | None:
    """The pixel art that this picture is a smooth enlargement of, if it is one.

    A blurred photograph can be made of a small one, too; but in pixel art neighbours are the same or far apart.
    """
    if max(image.size) < _LEAST_ENLARGED_PX:
        return None
    for side in _GRID_SIDES_PX:
        size = tuple(round(length * side / max(image.size)) for length in image.size)
        if min(size) < 8 or 3 * side > max(image.size):
            continue
        grid = image.resize((size[0], size[1]), Image.Resampling.NEAREST)
        if _is_drawn_by_pixel(grid) and _is_enlargement_of(grid, image):
            return grid
    return None


def _is_enlargement_of(grid: Image.Image, image: Image.Image) -> bool:
    again = np.asarray(grid.resize(image.size, Image.Resampling.LANCZOS), dtype=np.int16)
    return bool(np.abs(again - np.asarray(image, dtype=np.int16)).mean() <= _LIKE_ITS_GRID)


def _is_drawn_by_pixel(grid: Image.Image) -> bool:
    """Whether most neighbours are the same and few are merely alike, whatever the contrast of the whole."""
    gray = np.asarray(grid.convert("L"), dtype=np.float32)
    darkest, brightest = np.percentile(gray, (1, 99))
    steps = np.abs(np.diff(gray, axis=1)) / max(brightest - darkest, 1.0)
    return bool((steps < _SAME).mean() > 0.5 and ((steps > _SAME) & (steps < _ALIKE)).mean() < 0.15)


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


def _sharpness(gray: Gray) -> tuple[float, float]:
    """Variance of the Laplacian in the tiles at the 90th percentile, and how much of it a mean of 3 x 3 takes away.

    Source: Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548 (the measure; the tiles are ours). Crete et al. 2007,
    doi:10.1117/12.702790 (blurring once more to see whether it was blurred).
    """
    variances = _laplacian_variances(gray)
    sharpness = float(np.percentile(variances, SHARPEST_PERCENTILE))
    if sharpness >= SHARP_ENOUGH:
        return sharpness, 1.0
    sharpest = variances >= sharpness
    before = float(variances[sharpest].mean()) - _ROUNDING  # below as much again, nothing can be told from rounding
    after = float(_laplacian_variances(_mean_of_neighbours(gray))[sharpest].mean())
    return sharpness, max(1 - after / before, 0.0) if before >= _ROUNDING else 0.0


def _laplacian_variances(gray: Gray) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    laplacian = gray[:-2, 1:-1] + gray[2:, 1:-1] + gray[1:-1, :-2] + gray[1:-1, 2:] - 4 * gray[1:-1, 1:-1]
    return np.array(
        [
            tile.var()
            for row in np.array_split(laplacian, _tiles(laplacian.shape[0]), axis=0)
            for tile in np.array_split(row, _tiles(laplacian.shape[1]), axis=1)
        ],
        np.float32,
    )


def _mean_of_neighbours(gray: Gray) -> Gray:
    padded = np.pad(gray, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return ((rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9).astype(np.float32)


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


def _bars(gray: Gray, straight_share: float) -> tuple[int, int, int, int]:
    """Rows and columns that bars take: above, below, left, right. All 0 unless two bars face each other."""
    horizontal, vertical = _pair_of_bars(gray, straight_share), _pair_of_bars(gray.T, straight_share)
    if sum(horizontal) * gray.shape[1] >= sum(vertical) * gray.shape[0]:
        return (*horizontal, 0, 0)
    return (0, 0, *vertical)


def _pair_of_bars(gray: Gray, straight_share: float) -> tuple[int, int]:
    """The rows that two black or two white bars of about one height take."""
    top, bottom = _bar(gray, straight_share), _bar(gray[::-1], straight_share)
    edges = np.median(gray[[0, -1]], axis=1)
    is_black_or_white = bool((edges <= _BAR_TOLERANCE).all() or (edges >= 255 - _BAR_TOLERANCE).all())
    is_pair = is_black_or_white and min(top, bottom) * 1.5 >= max(top, bottom) > 0
    return (top, bottom) if is_pair else (0, 0)


def _bar(gray: Gray, straight_share: float) -> int:
    """How many rows a bar takes: perfectly even ones that end in one straight line.

    A dark sky is never so even, and an even background behind something round ends at another row in each column.
    """
    off = np.abs(gray - np.median(gray[0]))
    even = (off <= _EVEN_WITHIN).all(axis=1)
    rows = int(np.argmin(even))
    differs = off[: rows + _JPEG_BLOCK_PX] > _BAR_TOLERANCE
    if rows == 0 or not differs.any():
        return 0
    ends = np.bincount(differs.argmax(axis=0)[differs.any(axis=0)], minlength=len(differs))
    # The row of the edge may be half bar: JPEG and resizing blend the two.
    at_once = np.convolve(ends, np.ones(3, int), mode="same")
    return int(at_once.argmax()) if at_once.max() >= straight_share * gray.shape[1] else 0


def _inside(image: Image.Image, bars: tuple[int, int, int, int], shape: tuple[int, ...]) -> Image.Image:
    """The picture without its bars, which were found on a copy of this shape."""
    above, below, left, right = bars
    scale_y, scale_x = image.height / shape[0], image.width / shape[1]
    box = (left * scale_x, above * scale_y, image.width - right * scale_x, image.height - below * scale_y)
    left_px, top_px, right_px, bottom_px = (round(edge) for edge in box)
    return image.crop((left_px, top_px, right_px, bottom_px))
