"""The very pixels that are trained on, for the trainer and for the page alike."""

from PIL import Image

from profile_studio.domain.crops import Crop
from profile_studio.domain.datasets import DatasetImage


def training_picture(image: DatasetImage, crop: Crop) -> Image.Image:
    """The part of the picture that is trained on, in the size it is trained in.

    Pixel art is enlarged without inventing colours between its pixels, everything else smoothly.
    """
    with Image.open(image.path) as picture:
        return picture.convert("RGB").resize((crop.size.width, crop.size.height), _method(image, crop), box=crop.box)


def _method(image: DatasetImage, crop: Crop) -> Image.Resampling:
    is_pixel_art = image.measures is not None and image.measures.is_pixel_art
    return Image.Resampling.NEAREST if is_pixel_art and crop.enlarges else Image.Resampling.LANCZOS
