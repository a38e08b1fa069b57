"""What a person sees of a set when they sort and filter it."""

from dataclasses import replace
from pathlib import Path

from profile_studio.domain.arrangement import Arrangement, PictureFilter, PictureOrder, first_listed
from profile_studio.domain.datasets import DatasetImage, ImageMeasures


def picture(name: str, sharpness: float | None = None, **facts: object) -> DatasetImage:
    measures = (
        None if sharpness is None else ImageMeasures(sharpness, 100 - sharpness, 7, 0, 255, 0, 0, False, "0" * 16)
    )
    image = DatasetImage(name, Path(), f"{name}.png", "", held_out=False, height=64, width=64, measures=measures)
    return replace(image, **facts)


PICTURES = [
    picture("soft", 10, caption="a hat"),
    picture("old", None, is_kept=False),
    picture("sharp", 90, height=32),
    picture("usual", 50, is_kept=False, caption="a dog"),
]


def names(arrangement: Arrangement) -> list[str]:
    return [image.image_id for image in arrangement.of(PICTURES)]


def test_the_least_comes_first_and_what_nobody_measured_last() -> None:
    assert names(Arrangement()) == ["soft", "old", "sharp", "usual"]
    assert names(Arrangement(PictureOrder.SHARPNESS)) == ["soft", "usual", "sharp", "old"]
    assert names(Arrangement(PictureOrder.BRIGHTNESS)) == ["sharp", "usual", "soft", "old"]
    assert names(Arrangement(PictureOrder.SIZE)) == ["sharp", "soft", "old", "usual"]


def test_a_filter_leaves_what_it_names() -> None:
    assert names(Arrangement(filter=PictureFilter.KEPT)) == ["soft", "sharp"]
    assert names(Arrangement(filter=PictureFilter.SET_ASIDE)) == ["old", "usual"]
    assert names(Arrangement(filter=PictureFilter.NO_CAPTION)) == ["sharp"]
    assert names(Arrangement(PictureOrder.SHARPNESS, PictureFilter.SET_ASIDE)) == ["usual", "old"]


def test_the_number_is_the_one_that_sorts() -> None:
    soft, old = PICTURES[:2]
    assert [Arrangement(order).number_words(soft) for order in PictureOrder] == ["", "10", "90", "7", "64\u00d764"]
    assert Arrangement(PictureOrder.SHARPNESS).number_words(old) == ""


def test_after_a_picture_that_left_the_list_comes_the_next_that_is_still_there() -> None:
    soft, old, sharp, usual = PICTURES
    assert first_listed(PICTURES, PICTURES, 1) == "old"
    assert first_listed(PICTURES, [soft, usual], 1) == "usual"
    assert first_listed(PICTURES, [soft, old], 2) == "soft"
    assert first_listed(PICTURES, PICTURES, len(PICTURES)) == "soft"
    assert first_listed([sharp], [], 0) is None
