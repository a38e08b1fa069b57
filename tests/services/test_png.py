"""Our PNGs are read by others with the very pixels we wrote."""

import io

import numpy as np
import pytest
from PIL import Image

from profile_studio.decoding.png import png_bytes


@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 301), (400, 33)])
def test_a_png_of_ours_holds_the_very_pixels(height: int, width: int, repeats: bool) -> None:
    noise = np.random.default_rng(height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    noise[: height // 2] = 7
    content = png_bytes(Image.fromarray(noise), repeats)
    with Image.open(io.BytesIO(content)) as read:
        read.verify()
    with Image.open(io.BytesIO(content)) as read:
        assert (read.format, read.mode) == ("PNG", "RGB")
        assert np.array_equal(np.asarray(read), noise)
