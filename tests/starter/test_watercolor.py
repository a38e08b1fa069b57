"""The watercolour filter: the same seed paints the same picture, and what was drawn can still be named."""

import numpy as np
import pytest
from numpy.typing import NDArray

from profile_studio.domain.starter_words import BACKGROUNDS
from profile_studio.starter.evaluate import cielab
from profile_studio.starter.portraits import choose_portrait, draw
from profile_studio.starter.watercolor import paint

SIDE = 128


def plain(colour: str) -> NDArray[np.uint8]:
    rgb = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
    return np.full((SIDE, SIDE, 3), rgb, dtype=np.uint8)


def portrait() -> NDArray[np.uint8]:
    return draw("micah", choose_portrait("micah", "painted").options)


def test_the_same_seed_paints_the_same_picture() -> None:
    np.testing.assert_array_equal(paint(portrait(), seed=3), paint(portrait(), seed=3))


def test_another_seed_is_another_brush_on_another_paper() -> None:
    assert (paint(portrait(), seed=3) != paint(portrait(), seed=4)).mean() > 0.5


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_background_keeps_its_name(background: str) -> None:
    washes = np.concatenate(
        [paint(plain(BACKGROUNDS[background]), seed)[16:-16, 16:-16].reshape(-1, 3) for seed in range(4)]
    )
    named = np.concatenate([cielab(plain(colour)[:1, 0] / 255) for colour in BACKGROUNDS.values()])
    seen = cielab(np.median(washes, axis=0) / 255)
    assert list(BACKGROUNDS)[int(np.linalg.norm(named - seen, axis=-1).argmin())] == background


def test_a_margin_of_paper_stays_bare() -> None:
    painted = paint(plain(BACKGROUNDS["blue"]), seed=0)
    assert painted[0].min() > 225, "paper is almost white"
    assert painted[SIDE // 2, SIDE // 2, 0] < 215


def test_black_ink_becomes_a_dark_wash() -> None:
    painted = paint(plain("#000000"), seed=0)[16:-16, 16:-16]
    assert 15 < painted.mean() < 70
