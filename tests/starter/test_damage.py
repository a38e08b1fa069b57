"""Broken faces are plainly broken, and nothing but the face is."""

import random

import numpy as np
import pytest

from profile_studio.starter.damage import DAMAGES, FACES, MIN_CHANGED_PX, changed_px, draw_pair
from profile_studio.starter.faces import FACE_STYLES
from profile_studio.starter.harmless import redraw
from profile_studio.starter.portraits import SIDE_PX, choose_portrait, draw

CORNER_PX = 6
REACH_PX = 24
"""As far from the face a part may end up, and then nothing of the face itself may have changed."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_changes_the_face_and_keeps_the_background(damage: str) -> None:
    for style in FACE_STYLES:
        pair = draw_pair(style, "seen", damage)
        left, top, right, bottom = FACES[style]
        around = np.s_[max(0, top - REACH_PX) : bottom + REACH_PX, max(0, left - REACH_PX) : right + REACH_PX]
        assert changed_px(pair.intact[around], pair.broken[around]) >= MIN_CHANGED_PX // 2, style
        for corner in (np.s_[:CORNER_PX, :CORNER_PX], np.s_[:CORNER_PX, -CORNER_PX:]):
            assert np.median(np.abs(pair.intact[corner].astype(int) - pair.broken[corner])) <= 2, style


def test_the_intact_twin_is_the_portrait_itself() -> None:
    pair = draw_pair("micah", "twin")
    np.testing.assert_array_equal(pair.intact, draw("micah", choose_portrait("micah", "twin").options))


def test_a_seed_draws_the_same_damage_again() -> None:
    first, second = draw_pair("lorelei", "again"), draw_pair("lorelei", "again")
    assert first.damage == second.damage
    np.testing.assert_array_equal(first.broken, second.broken)


def test_hidden_eyes_are_broken_in_another_way() -> None:
    # Erased eyes would not show behind sunglasses or under a fringe, so the pair falls back on what does show.
    for index in range(12):
        pair = draw_pair("lorelei", f"hidden-{index}", "erased")
        assert changed_px(pair.intact, pair.broken) >= MIN_CHANGED_PX


def test_harmless_changes_keep_the_picture_recognisable() -> None:
    pair = draw_pair("toon-head", "harmless")
    for seed in range(20):
        changed = redraw(pair.intact, random.Random(seed))
        assert changed.shape == (SIDE_PX, SIDE_PX, 3)
        assert np.corrcoef(changed.mean(axis=2).ravel(), pair.intact.mean(axis=2).ravel())[0, 1] > 0.8
