"""What a set lacks, as far as its captions and measures say it."""

from pathlib import Path

import pytest

from profile_studio.domain.datasets import Consent, Dataset, DatasetImage, ImageMeasures
from profile_studio.services.coverage import coverage_advice


def advice(*captions: str, is_face: bool = False, brightness: float = 120.0) -> str:
    measures = ImageMeasures(200.0, brightness, 50.0, 0.0, 255.0, 0.1, 0.0, False, "0" * 16)
    images = tuple(
        DatasetImage(f"{n}", Path(), f"{n}.png", caption, held_out=False, height=64, width=64, measures=measures)
        for n, caption in enumerate(captions)
    )
    consent = Consent.ME if is_face else None
    return "\n".join(coverage_advice(Dataset("club", "v", "clubme", "", consent, 0.0, images), is_face, {}, ()))


def test_few_pictures_and_one_light_are_said() -> None:
    assert "A set of 3 pictures is small" in advice("a", "b", "c")
    assert "rather dark" in advice(*"abcdefgh", brightness=40.0)
    assert "very bright" in advice(*"abcdefgh", brightness=220.0)
    assert advice(*"abcdefgh") == ""


def test_a_face_that_looks_straight_ahead_with_one_expression_in_one_light_is_said() -> None:
    said = advice(*(f"smiling, gray background, {n}" for n in range(8)), is_face=True)
    assert "add two from the side" in said
    assert "same light" in said
    assert "hardly any expression" in said
    assert "same background (gray background)" in said


def test_captions_of_a_few_say_nothing_of_the_others() -> None:
    few = ["smiling, gray background", "smiling, gray background", *[""] * 13]
    assert advice(*few, is_face=True) == (
        "13 of 15 pictures have no caption, so nobody can tell how varied angle, expression, light and background are."
    )
    enough = [f"smiling, gray background, {n}" for n in range(4)]
    assert "add two from the side" in advice(*enough, *[""] * 4, is_face=True)
    assert "have no caption" in advice(*enough, *[""] * 5, is_face=True)
    assert "same background" not in advice(*enough, *[""] * 5)


def test_a_face_from_many_sides_in_many_lights_lacks_nothing() -> None:
    captions = ("smiling, outdoors", "serious, side view", "laughing, evening", "calm, looking away")
    assert advice(*captions, *captions, is_face=True) == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("person with light skin", "All 8 captions that name a skin tone say \u201clight skin\u201d"),
        ("young person", "All 8 captions that name an age say \u201cyoung\u201d"),
        ("woman", "All 8 captions that name a gender say \u201cwoman\u201d"),
    ],
)
def test_people_who_are_all_alike_are_said(words: str, said: str) -> None:
    alike = [f"{words}, number {n}" for n in range(8)]
    assert said in advice(*alike)
    assert said not in advice(*alike[:7], "portrait of an old man, dark skin")
    assert said not in advice(*alike, is_face=True)  # one person is always alike


def test_people_of_whom_captions_tell_nothing_are_said_and_sets_without_people_are_not() -> None:
    assert "nobody can tell how varied the people are" in advice(*(f"portrait of a person, {n}" for n in range(8)))
    assert advice(*(f"house number {n}" for n in range(8))) == ""
