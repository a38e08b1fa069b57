"""What makes a bar a bar, and a blurred picture blurred: one rule, one picture."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from profile_studio.decoding.measures import measure
from profile_studio.domain.datasets import FileReason
from profile_studio.services.cleaning import judge
from profile_studio.services.importing import FoundPicture
from profile_studio.settings import REPOSITORY_ROOT
from tests.services.test_cleaning import photographs

PHOTOGRAPH = next(image for name, image in photographs() if name == "lion-1-1")


def reason(image: Image.Image) -> FileReason | None:
    """Why an import of this picture alone would set it aside."""
    measures = measure(image)
    picture = FoundPicture("a.png", "0" * 64, "", image.height, image.width, 1, "PNG", "", measures, None, None)
    return judge([picture])[0].reason


def with_luma(image: Image.Image, darkest: int, share: float) -> Image.Image:
    """The same picture in other light."""
    return Image.fromarray((darkest + share * np.asarray(image, np.float32)).astype(np.uint8))


def as_jpeg(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as opened:
        return opened.convert("RGB")


def example(style: str, number: int = 1) -> Image.Image:
    with Image.open(REPOSITORY_ROOT / "assets" / "examples" / style / "train" / f"{number:03d}.png") as image:
        return image.convert("RGB")


@pytest.mark.parametrize("quality", [60, 92])
def test_black_bars_beside_a_dark_picture_are_found_in_a_jpeg(quality: int) -> None:
    dark = with_luma(PHOTOGRAPH, 0, 0.25)
    assert reason(dark) is None
    assert reason(as_jpeg(ImageOps.expand(dark, (0, 24), "black"), quality)) is FileReason.LETTERBOX_BARS
    assert reason(as_jpeg(ImageOps.expand(dark, (24, 0), "black"), quality)) is FileReason.LETTERBOX_BARS


def test_bars_at_a_drawing_are_found_too() -> None:
    drawn = example("cutouts")
    assert reason(drawn) is None
    assert reason(ImageOps.expand(drawn, (0, 16), "black")) is FileReason.LETTERBOX_BARS


def test_white_paper_around_something_round_is_no_bar() -> None:
    mask = Image.new("L", PHOTOGRAPH.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 24, 199, 175), fill=255)
    on_paper = Image.composite(PHOTOGRAPH, Image.new("RGB", PHOTOGRAPH.size, "white"), mask)
    assert measure(on_paper).bars == 0
    assert reason(on_paper) is None


def test_little_contrast_is_not_blur() -> None:
    pale = with_luma(PHOTOGRAPH, 100, 0.17)
    assert measure(pale).sharpness < 100
    assert reason(pale) is None
    assert reason(pale.filter(ImageFilter.GaussianBlur(4))) is FileReason.BLURRED


def test_pixel_art_that_was_enlarged_smoothly_is_pixel_art_and_a_blurred_photograph_is_not() -> None:
    for number in range(1, 5):
        small = example("pixel-art", number).resize((128, 128), Image.Resampling.NEAREST)
        enlarged = small.resize((512, 512), Image.Resampling.LANCZOS)
        assert measure(enlarged).is_pixel_art
        assert reason(enlarged) is None
    large = PHOTOGRAPH.resize((512, 512), Image.Resampling.LANCZOS)
    for radius in (4, 8, 16):
        blurred = large.filter(ImageFilter.GaussianBlur(radius))
        assert not measure(blurred).is_pixel_art
        assert reason(blurred) is FileReason.BLURRED
        assert reason(with_luma(ImageOps.grayscale(blurred).convert("RGB"), 100, 0.12)) is FileReason.BLURRED


def test_a_photograph_on_plain_paper_is_no_drawing_and_a_drawing_is() -> None:
    on_paper = Image.new("RGB", (400, 400), "white")
    on_paper.paste(PHOTOGRAPH, (100, 100))
    assert not measure(on_paper).is_drawing
    assert reason(on_paper) is None
    assert all(measure(example("cutouts", number)).is_drawing for number in range(1, 9))
    assert not measure(Image.fromarray(np.asarray(on_paper)[::2, ::2])).is_drawing
