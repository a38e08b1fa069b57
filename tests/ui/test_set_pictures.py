"""A large set comes a page at a time."""

from pathlib import Path

from profile_studio.domain.datasets import DatasetImage
from profile_studio.ui.components.set_pictures import PictureList

PICTURES = [DatasetImage(f"{number}", Path(), f"{number}.png", "", False, 64, 64) for number in range(250)]


def test_the_page_is_the_one_that_has_the_chosen_picture() -> None:
    listed = PictureList(PICTURES, "130", 80)
    assert (listed.chosen, listed.number, listed.pages) == (PICTURES[130], 1, 4)
    assert [each.image_id for each in listed.shown] == [f"{number}" for number in range(80, 160)]


def test_nothing_chosen_or_gone_is_the_first_picture() -> None:
    assert PictureList(PICTURES, None, 80).chosen is PictureList(PICTURES, "gone", 80).chosen is PICTURES[0]


def test_turning_goes_to_the_first_picture_of_a_page_and_no_further_than_the_ends() -> None:
    assert [PictureList(PICTURES, "130", 80).turned(pages) for pages in (-1, 1)] == ["0", "160"]
    assert PictureList(PICTURES, "5", 80).turned(-1) == "0"
    assert PictureList(PICTURES, "245", 80).turned(1) == "240"
    assert len(PictureList(PICTURES, "245", 80).shown) == 10


def test_a_list_without_pictures_has_none_chosen_and_no_page_to_turn() -> None:
    listed = PictureList([], "5", 80)
    assert (listed.chosen, listed.pages, list(listed.shown), listed.turned(1)) == (None, 0, [], None)
