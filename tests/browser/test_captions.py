"""Captions changed where they are read."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from profile_studio.domain.arrangement import PictureView
from tests.browser.visitor import WORK_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_captions_are_written_one_after_the_other_without_a_mouse_and_taken_back(
    page: Page, picture_files: list[Path]
) -> None:
    visitor, keyboard = Visitor(page), page.keyboard
    names = [path.name for path in picture_files]
    visitor.brings(picture_files, "club")
    visitor.reads_captions()
    fields = [page.get_by_role("textbox", name=name, exact=True) for name in names]
    saved = page.locator("#caption-saved")

    visitor.tabs_to("#caption-list textarea")
    keyboard.type("someone  with a hat")
    keyboard.press("Enter")
    expect(fields[1]).to_be_focused()
    expect(saved).to_contain_text(names[0])
    keyboard.type("a red hat")
    keyboard.press("Tab")
    expect(saved).to_contain_text(names[1])
    keyboard.type("no")
    keyboard.press("Escape")
    expect(fields[2]).to_have_value("")
    expect(page.locator("#all-captions")).to_be_visible()

    page.reload()
    visitor.reads_captions()
    expect(fields[0]).to_have_value("someone with a hat")
    expect(fields[1]).to_have_value("a red hat")
    expect(fields[2]).to_have_value("")

    fields[0].fill("nobody")
    visitor.click(page.locator("#undo-caption"))  # leaving the field saves it first
    expect(saved).to_contain_text(f"Taken back: the caption of {names[0]}.")
    expect(fields[0]).to_have_value("someone with a hat")
    visitor.click(page.locator("#undo-caption"))
    expect(fields[1]).to_have_value("")


def test_what_is_being_typed_stays_when_automatic_captions_arrive(page: Page, picture_files: list[Path]) -> None:
    visitor, keyboard = Visitor(page), page.keyboard
    visitor.brings(picture_files[:3], "waiting")
    visitor.reads_captions()
    first, second = (page.get_by_role("textbox", name=path.name, exact=True) for path in picture_files[:2])
    visitor.opens_fold(visitor.texts.pictures.all_captions)
    visitor.click(page.locator("#write-captions"))
    expect(page.locator("#stop-captions")).to_be_visible()

    visitor.click(first)
    keyboard.press("Control+A")
    keyboard.type("half a sen")
    expect(second).to_have_value(re.compile("portrait"), timeout=WORK_MS)
    expect(first).to_be_focused()
    expect(first).to_have_value("half a sen")
    keyboard.type("tence")
    keyboard.press("Tab")
    expect(page.locator("#caption-saved")).to_contain_text(picture_files[0].name)

    visitor.click(page.locator("#picture-view").get_by_text(visitor.texts.pictures.views[PictureView.PICTURES]))
    expect(page.locator("#caption")).to_be_visible()
    visitor.reads_captions()
    expect(first).to_have_value("half a sentence")
