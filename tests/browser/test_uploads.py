"""Originals go where they were brought, and nowhere else."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpensPage
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_no_original_stays_where_an_address_could_fetch_it(
    page: Page, picture_files: list[Path], studio_home: Path
) -> None:
    page.get_by_role("tab", name="1 Pictures").click()
    page.locator("#pictures-files input[type=file]").set_input_files(picture_files)
    page.locator("#pictures-name input, #pictures-name textarea").fill("Secret club")
    page.locator("#pictures-use").click()
    expect(page.get_by_text("6 pictures are in secret-club.")).to_be_visible()

    left = [path for path in (studio_home / "uploads").rglob("*") if path.is_file()]
    assert [path for path in left if path.stat().st_size] == []  # Gradio's file input leaves empty files of its own

    page.reload()
    page.locator("#add-set").click()
    icon = page.locator("#example-pixel-art img")
    expect(icon).to_be_visible()
    assert icon.evaluate("async (each) => { await each.decode(); return each.naturalWidth }") > 0


def test_a_phone_brings_pictures_from_its_camera_one_after_the_other(
    opens: OpensPage, studio_address: str, picture_files: list[Path]
) -> None:
    screen = {"width": 360, "height": 740}
    phone = opens(f"{studio_address}?tab=pictures", viewport=screen, has_touch=True, is_mobile=True)
    expect(phone.locator("#camera, #add-set").locator("visible=true").first).to_be_visible()
    if phone.locator("#add-set").is_visible():  # another test has brought a set
        phone.locator("#add-set").tap()
    for count, path in enumerate(picture_files[:2], start=1):
        with phone.expect_file_chooser() as chooser:
            phone.locator("#camera").tap()
        chooser.value.set_files(path)
        expect(phone.locator("#pictures-files tbody tr")).to_have_count(count)


def test_a_desktop_has_no_button_for_a_camera(page: Page) -> None:
    Visitor(page).open_tab("1 Pictures")
    expect(page.locator("#pictures-files, #add-set").locator("visible=true").first).to_be_visible()
    expect(page.locator("#camera")).to_be_hidden()


def test_captions_and_strangers_among_the_pictures_are_understood(
    page: Page, picture_files: list[Path], tmp_path: Path
) -> None:
    caption, stranger = picture_files[0].with_suffix(".txt"), tmp_path / "invoice.pdf"
    caption.write_text("someone in a green hat")
    stranger.write_bytes(b"%PDF-1.7")
    visitor = Visitor(page)
    visitor.brings([*picture_files[:3], caption, stranger], "mixed")
    expect(page.locator(".picture-grid button").first).to_have_attribute("title", "someone in a green hat")
    expect(page.get_by_text("invoice.pdf")).to_have_count(1)
