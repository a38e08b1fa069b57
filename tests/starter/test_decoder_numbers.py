"""The decoder's measures, on pictures whose answer is known."""

import numpy as np
import pytest
import torch

from profile_studio.starter.decoder_numbers import colour_error_by_style, psnr_by_style, stripes


def test_an_error_of_a_tenth_of_the_range_is_20_db() -> None:
    pixels = torch.zeros(2, 3, 64, 64)
    assert psnr_by_style(pixels + 0.2, pixels, ["a", "b"]) == {"all": 20.0, "a": 20.0, "b": 20.0}


def test_noise_within_a_patch_is_no_error_of_colour_and_a_shift_is() -> None:
    pixels = torch.zeros(1, 3, 64, 64)
    checkers = 0.5 * (-1.0) ** (torch.arange(64)[:, None] + torch.arange(64)[None, :])
    assert colour_error_by_style(pixels + checkers, pixels, ["a"])["a"] == 0
    assert colour_error_by_style(pixels + checkers + 2 / 255, pixels, ["a"])["a"] == 1


@pytest.mark.parametrize(("step", "deviation"), [(0, 0), (4, 1)])
def test_stripes_are_the_deviation_of_rows_or_columns(step: int, deviation: float) -> None:
    picture = np.full((256, 256, 3), 100, np.uint8)
    picture[:, ::2] += step
    assert stripes([picture]) == {"n": 2, "deviation": deviation}


def test_a_corner_that_shows_something_is_no_plain_ground() -> None:
    picture = np.full((256, 256, 3), 100, np.uint8)
    picture[:30, :30] = 200
    assert stripes([picture])["n"] == 1
