"""A measurement meets its bar or does not; nothing in between is hidden."""

import pytest

from profile_studio.starter.bars import Bar, table


@pytest.mark.parametrize(
    ("measured", "verdict"), [(79.9, "missed"), (80, "met"), (91.9, "met"), (92, "stretch met"), (100, "stretch met")]
)
def test_a_share_is_held_against_floor_and_stretch(measured: float, verdict: str) -> None:
    assert Bar("hair colour, %", measured, 200, floor=80, stretch=92).verdict == verdict


@pytest.mark.parametrize(("measured", "verdict"), [(2.9, "stretch met"), (3.1, "reported")])
def test_a_distance_without_floor_is_reported(measured: float, verdict: str) -> None:
    bar = Bar("distance", measured, 256, floor=None, stretch=3, higher_is_better=False)
    assert bar.verdict == verdict


def test_the_table_has_a_line_for_each_bar_with_its_interval() -> None:
    lines = table([Bar("style word, %", 97, 256, 85, 95, low=94.1, high=98.5)]).splitlines()
    assert lines[-1] == "| style word, % | 85 | 95 | 97 (94.1-98.5) | 256 | stretch met |"
