"""The page says what a held-out part costs this very set, and shows how it is divided now."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.styles import StyleReference
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository, NewImage
from profile_studio.ui.components.set_pictures import picture_facts
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.page import Page
from profile_studio.ui.tabs.honest_check import build_honest_check, cost_words, shows_honest_check
from profile_studio.ui.texts import ENGLISH, Texts

PICTURES = [
    NewImage(f"i{number:02d}", f"{number}.png", "", False, f"{number}", 8, 8, group_id=f"i{number:02d}")
    for number in range(33)
]


@pytest.fixture
def studio(settings: Settings) -> Studio:
    studio = Studio.open(settings)
    database = Database(settings.resolved_database_url)
    DatasetRepository(database, settings.datasets_dir).create("club", PICTURES, now=1.0)
    return studio


def shown(studio: Studio, texts: Texts, in_a_loop: Callable[[Callable[[], Any]], Any]) -> tuple[str, Any, Any]:
    """The words about the cost, the choices, and the one that is chosen."""

    def show() -> tuple[str, Any, Any]:
        with gr.Blocks():
            page = Page(studio, texts, gr.Tabs(), gr.Dropdown(), gr.State(), gr.State(), gr.State(), {})
            check = build_honest_check(texts.pictures)
            updates = shows_honest_check(page, check, studio.datasets.get("club"))
        return updates[check.cost], updates[check.held_back]["choices"], updates[check.held_back]["value"]

    return in_a_loop(show)


def test_the_cost_is_told_in_numbers_of_this_set(studio: Studio, in_a_loop: Callable[[Callable[[], Any]], Any]) -> None:
    studio.datasets.hold_out("club", 0.15)
    words, choices, chosen = shown(studio, ENGLISH, in_a_loop)
    assert "5 of 33 pictures are never trained on; training has 28." in words
    assert "Compare needs at least 8 such pictures" in words
    assert (choices, chosen) == ([("Nothing", "0"), ("15 %: 5 pictures", "0.15"), ("25 %: 8 pictures", "0.25")], "0.15")

    studio.datasets.hold_out("club", 0.25)
    words, choices, chosen = shown(studio, KOREAN, in_a_loop)
    assert "사진 33장 중 8장은 학습에 쓰지 않아요. 학습에는 25장을 써요." in words
    assert "이 사진 8장과 견주어" in words
    assert (choices[2], chosen) == (("25%: 8장", "0.25"), "0.25")


def test_another_part_than_the_choices_is_shown_as_it_is(
    studio: Studio, in_a_loop: Callable[[Callable[[], Any]], Any]
) -> None:
    studio.datasets.hold_out("club", 0.4)
    _, choices, chosen = shown(studio, ENGLISH, in_a_loop)
    assert (choices[-1][0], choices[-1][1] == chosen, len(choices)) == ("As it is: 13 pictures", True, 4)


def test_references_are_counted_apart_and_marked() -> None:
    images = [DatasetImage(f"{n}", Path(f"{n}"), f"{n}.png", "", n > 2, 8, 8, is_reference=n > 3) for n in range(5)]
    opened = Dataset("club", "abc", "", "", None, 0.0, tuple(images))
    style = StyleReference((Path("3"), Path("4")), tuple(image.path for image in opened.training_images), "")
    words = cost_words(opened, style, ENGLISH.pictures)
    assert words.startswith("2 of 5 pictures are never trained on; training has 3. 1 of the 2 is a reference")
    assert "against these 2 pictures" in words
    shipped = replace(style, reference=(Path("shipped"),) * 24)
    assert "24 pictures kept for this example" in cost_words(opened, shipped, ENGLISH.pictures)
    assert "reference, never trained on" in picture_facts(opened, images[4], ENGLISH.pictures)
    assert "비교용 사진" in picture_facts(opened, images[4], KOREAN.pictures)
    assert "reference" not in picture_facts(opened, images[3], ENGLISH.pictures)
