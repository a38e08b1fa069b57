"""Originals go where they were brought, and nowhere else."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_no_original_stays_where_an_address_could_fetch_it(
    page: Page, picture_files: list[Path], studio_home: Path
) -> None:
    of_the_page = set(served_files(studio_home))  # the examples' buttons, which show what ships
    page.get_by_role("tab", name="1 Pictures").click()
    page.locator("#pictures-files input[type=file]").set_input_files(picture_files)
    page.locator("#pictures-name input, #pictures-name textarea").fill("Secret club")
    page.locator("#pictures-use").click()
    expect(page.get_by_text("6 pictures are in secret-club.")).to_be_visible()

    left = set(served_files(studio_home)) - of_the_page
    assert [path for path in left if path.stat().st_size] == []  # Gradio's file input leaves empty files of its own


def served_files(studio_home: Path) -> list[Path]:
    return [path for path in (studio_home / "uploads").rglob("*") if path.is_file()]
