"""Measures with known answers."""

import numpy as np
import pytest

from profile_studio.domain.starter_words import BACKGROUNDS
from profile_studio.starter.evaluate import background_name, cielab, wilson


def test_white_is_100_0_0_in_cielab() -> None:
    np.testing.assert_allclose(cielab(np.ones(3)), [100, 0, 0], atol=0.02)


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_a_plain_background_is_named(name: str) -> None:
    colour = [int(BACKGROUNDS[name][start : start + 2], 16) for start in (1, 3, 5)]
    assert background_name(np.full((128, 128, 3), colour, np.uint8)) == name


def test_half_of_a_hundred_has_the_textbook_interval() -> None:
    share = wilson(50, 100)
    assert (share.low, share.high) == (0.4038, 0.5962)
