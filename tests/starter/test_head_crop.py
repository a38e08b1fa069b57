"""Voxel figures are drawn as profile pictures: the head fills the picture, and all that captions name stays in it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from profile_studio.starter.portraits import choose_portrait, draw
from profile_studio.starter.variants import VOXEL_ART

STYLE = "voxel-art"
PLAIN = {
    **choose_portrait(STYLE, "plain").options,
    "backgroundColor": "#00ff00",
    "glassesProbability": 0,
    "beardProbability": 0,
}
HAIR = [variant for variants in VOXEL_ART.hair.values() for variant in variants]


def drawn(**options: str | int) -> NDArray[np.int64]:
    return draw(STYLE, {**PLAIN, **options}).astype(np.int64)


def changed_share(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    return float((np.abs(first - second).max(axis=-1) > 24).mean())


NAMED: list[tuple[str, str]] = [
    *(("glasses", one) for shown in VOXEL_ART.glasses.values() for one in shown["glasses"]),
    *(("beard", one) for variants in VOXEL_ART.facial_hair.values() for one in variants),
    *(("top", one) for one in HAIR),
]
"""Component and variant of every thing on a head that captions have a word for."""


@pytest.mark.parametrize("variant", HAIR)
def test_no_hair_is_cut_off_above_or_beside(variant: str) -> None:
    is_background = (np.abs(drawn(topVariant=variant) - [0, 255, 0]).max(axis=-1) < 8).astype(bool)
    assert is_background[0].all(), "above"
    assert is_background[:, 0].all(), "left"
    assert is_background[:, -1].all(), "right"


def test_the_head_fills_the_picture_above_the_shoulders() -> None:
    skin = np.abs(drawn(skinColor="#ff0000") - drawn(skinColor="#0000ff")).max(axis=-1) > 24
    assert np.ptp(np.flatnonzero(skin.any(axis=0))) > 0.65 * 128, "of the whole figure's picture it is 0.55"
    assert changed_share(drawn(shirtColor="#ff0000"), drawn(shirtColor="#0000ff")) > 0.04


@pytest.mark.parametrize(("component", "variant"), NAMED)
def test_what_a_caption_names_can_be_seen(component: str, variant: str) -> None:
    bare = drawn(topProbability=0)
    shown = drawn(**{"topProbability": 0, f"{component}Variant": variant, f"{component}Probability": 100})
    assert changed_share(bare, shown) > 0.004


def test_moods_differ_in_the_face() -> None:
    smile, frown, ooh = (drawn(mouthVariant=mouth) for mouth in ("smile", "frown", "ooh"))
    assert min(changed_share(smile, frown), changed_share(smile, ooh)) > 0.002
