"""How pictures are cut to what a training sees: numbers only, for the trainer and the page alike."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from profile_studio.domain.datasets import DatasetImage, FaceBox

FACE_SHARE = 0.5  # of the square's side: hair, chin and some shoulder stay in the picture


class CropMode(StrEnum):
    """What is cut away."""

    BUCKETS = "buckets"
    CENTER = "center"
    FACE = "face"


class Resolution(NamedTuple):
    """Height and width in pixels."""

    height: int
    width: int


class Box(NamedTuple):
    """A part of a picture in its pixels, in Pillow's order."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Crop:
    """`box` of the stored picture becomes a picture of `size`."""

    box: Box
    size: Resolution

    @property
    def enlarges(self) -> bool:
        """Whether pixels are made up."""
        return self.box.right - self.box.left < self.size.width or self.box.bottom - self.box.top < self.size.height


def crop_of(image: DatasetImage, mode: CropMode, resolution: int, bucket_step: int) -> Crop:
    """How a training cuts this picture.

    Args:
        resolution: side of the square in pixels; no bucket has a larger area.
        bucket_step: what the sides of the other buckets are multiples of.
    """
    square = Resolution(resolution, resolution)
    if mode is CropMode.FACE and image.face_box is not None:
        return Crop(_face_square(image, image.face_box), square)
    size = _nearest_bucket(image, resolution, bucket_step) if mode is CropMode.BUCKETS else square
    return Crop(_middle(image, size), size)


def buckets(resolution: int, bucket_step: int) -> tuple[Resolution, ...]:
    """The sizes that pictures are sorted into: the square, and rectangles of about its area.

    Source: NovelAI's aspect ratio bucketing (2022), with the bounds of kohya-ss/sd-scripts: sides from half to
    twice the square's.
    """
    area, longest = resolution**2, 2 * resolution
    shortest = math.ceil(resolution / 2 / bucket_step) * bucket_step
    found = {Resolution(resolution, resolution)}
    for side in range(shortest, resolution, bucket_step):
        other = min(longest, area // side) // bucket_step * bucket_step
        found |= {Resolution(side, other), Resolution(other, side)}
    return tuple(sorted(found))


def _nearest_bucket(image: DatasetImage, resolution: int, bucket_step: int) -> Resolution:
    aspect = math.log(image.width / image.height)
    return min(
        buckets(resolution, bucket_step),
        key=lambda size: (abs(math.log(size.width / size.height) - aspect), -size.height * size.width),
    )


def _middle(image: DatasetImage, size: Resolution) -> Box:
    """The largest part in the middle that has the shape of `size`; the arithmetic is that of Pillow's `fit`."""
    wanted, actual = size.width / size.height, image.width / image.height
    width, height = float(image.width), float(image.height)
    if actual > wanted:
        width = wanted * image.height
    elif actual < wanted:
        height = image.width / wanted
    left, top = (image.width - width) * 0.5, (image.height - height) * 0.5
    return Box(left, top, left + width, top + height)


def _face_square(image: DatasetImage, face: FaceBox) -> Box:
    """A square around the face, moved into the picture where it would reach out of it."""
    side = min(max(face.height, face.width) / FACE_SHARE, image.height, image.width)
    left = _within(face.left + face.width / 2 - side / 2, image.width - side)
    top = _within(face.top + face.height / 2 - side / 2, image.height - side)
    return Box(left, top, left + side, top + side)


def _within(start: float, last: float) -> float:
    return min(max(start, 0.0), last)
