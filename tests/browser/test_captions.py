"""Captions changed where they are read."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_captions_are_written_one_after_the_other_without_a_mouse_and_taken_back(
    page: Page, picture_files: list[Path]
) -> None:
    visitor, keyboard = Visitor(page), page.keyboard
    names = [path.name for path in picture_files]
    visitor.brings(picture_files, "club")
    visitor.reads_captions()
    fields = [page.get_by_label(name, exact=True) for name in names]
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
