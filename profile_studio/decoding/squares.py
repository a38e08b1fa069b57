"""The very pixels that are trained on, for the trainer and for the page alike."""

from PIL import Image, ImageOps

from profile_studio.domain.datasets import DatasetImage


def training_square(image: DatasetImage, resolution: int) -> Image.Image:
    """The middle of the picture as a square of `resolution` pixels a side.

    Pixel art is enlarged without inventing colours between its pixels, everything else smoothly.
    """
    is_pixel_art = image.measures is not None and image.measures.is_pixel_art
    is_enlarged = min(image.height, image.width) < resolution
    method = Image.Resampling.NEAREST if is_pixel_art and is_enlarged else Image.Resampling.LANCZOS
    with Image.open(image.path) as picture:
        return ImageOps.fit(picture.convert("RGB"), (resolution, resolution), method)
