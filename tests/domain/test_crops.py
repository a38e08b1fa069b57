"""Which sizes there are and which one a picture goes to."""

from pathlib import Path

import pytest

from profile_studio.domain.crops import CropMode, Resolution, buckets, crop_of
from profile_studio.domain.datasets import DatasetImage


def test_stable_diffusion_has_the_sizes_that_kohya_has() -> None:
    found = {(size.width, size.height) for size in buckets(512, 64)}
    upright = {(256, 1024), (320, 768), (384, 640), (448, 576)}
    assert found == {(512, 512)} | upright | {(height, width) for width, height in upright}


@pytest.mark.parametrize(("resolution", "step"), [(128, 32), (512, 64), (768, 64), (1024, 64), (96, 32)])
def test_no_bucket_is_larger_than_the_square_and_every_other_side_is_a_multiple(resolution: int, step: int) -> None:
    for height, width in buckets(resolution, step):
        assert height * width <= resolution**2
        assert height == width == resolution or (height % step, width % step) == (0, 0)


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(512, 512, (512, 512)), (1600, 1200, (576, 448)), (1080, 1920, (384, 640)), (3000, 800, (1024, 256))],
)
def test_a_picture_goes_to_the_bucket_of_its_shape(height: int, width: int, size: tuple[int, int]) -> None:
    image = DatasetImage("a", Path("a.png"), "a.png", "", False, height, width)
    assert crop_of(image, CropMode.BUCKETS, 512, 64).size == Resolution(*size)
