"""The very pixels that are trained on, for the trainer and for the page alike."""

from collections.abc import Sequence

from PIL import Image, ImageEnhance, ImageOps

from profile_studio.decoding.stored import read_stored
from profile_studio.domain.augmentation import Variation
from profile_studio.domain.crops import Box, Crop
from profile_studio.domain.datasets import DatasetImage


def training_pictures(image: DatasetImage, crop: Crop, variations: Sequence[Variation]) -> list[Image.Image]:
    """Each version of the part that is trained on, in the size it is trained in.

    Raises:
        InvalidPicture: the picture's file is gone or damaged.
    """
    picture = read_stored(image.path, image.original_name)
    return [_version(picture, image, crop, variation) for variation in variations]


def enlarging_method(image: DatasetImage, crop: Crop) -> Image.Resampling | None:
    """How pixels are made up, or None where none are.

    Pixel art is enlarged without inventing colours between its pixels, everything else smoothly.
    """
    if not crop.enlarges:
        return None
    is_pixel_art = image.measures is not None and image.measures.is_pixel_art
    return Image.Resampling.NEAREST if is_pixel_art else Image.Resampling.LANCZOS


def _version(picture: Image.Image, image: DatasetImage, crop: Crop, variation: Variation) -> Image.Image:
    method = enlarging_method(image, crop)
    method = Image.Resampling.LANCZOS if method is None else method
    cut = picture.resize((crop.size.width, crop.size.height), method, box=_part(crop.box, variation))
    if variation.is_mirrored:
        cut = ImageOps.mirror(cut)
    for enhance, factor in (
        (ImageEnhance.Brightness, variation.brightness),
        (ImageEnhance.Contrast, variation.contrast),
        (ImageEnhance.Color, variation.saturation),
    ):
        cut = enhance(cut).enhance(factor) if factor != 1.0 else cut
    return cut


def _part(box: Box, variation: Variation) -> Box:
    if variation.share == 1.0:
        return box
    width, height = box.right - box.left, box.bottom - box.top
    left = box.left + (1 - variation.share) * width * variation.across
    top = box.top + (1 - variation.share) * height * variation.down
    right, bottom = left + variation.share * width, top + variation.share * height
    return Box(left, top, min(right, box.right), min(bottom, box.bottom))
