"""Pictures are found again, and made again."""

import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from profile_studio.files.pictures import RECIPE_CHUNK

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORK_MS = 400_000


def test_a_picture_is_found_made_again_saved_and_deleted(page: Page, studio_home: Path) -> None:
    expect(page.locator("#stage .tile.done img")).to_be_visible(timeout=WORK_MS)
    seed = re.sub(r"\D", "", page.locator("#stage figcaption").inner_text())

    page.get_by_role("tab", name="Gallery").click()
    made = len(list((studio_home / "pictures").glob("*.png")))
    expect(page.locator("#gallery-count")).to_have_text(f"{made} picture" if made == 1 else f"{made} pictures")
    page.locator("#gallery-search textarea").fill("nobody has these words")
    expect(page.locator("#gallery-count")).to_have_text("No picture has all of these words.")
    page.locator("#gallery-search textarea").fill(f"hair {seed}")
    page.locator("#gallery-grid button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gallery-picture dl")).to_contain_text(seed)
    first = page.locator("#gallery-picture img").get_attribute("src")

    page.locator("#make-again").click()
    expect(page.get_by_role("tab", name="3 Blend")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#recent button")).to_have_count(made + 1, timeout=WORK_MS)
    expect(page.get_by_label("Keep this one")).to_be_checked()
    assert page.locator("#stage img").get_attribute("src") == first  # the same pixels and the same recipe

    page.locator("#save-stage").get_by_label("256 px").check()
    with page.expect_download() as saved:
        page.locator("#save-stage .save").click()
    with Image.open(saved.value.path()) as image:
        assert (image.size, RECIPE_CHUNK in image.info) == ((256, 256), True)

    page.get_by_role("tab", name="Gallery").click()
    expect(page.locator("#gallery-count")).to_have_text("2 pictures")
    page.locator("#gallery-grid button").first.click()
    page.locator("#save-picture").get_by_label("Keep the recipe in the file").uncheck()
    with page.expect_download() as zipped:
        page.locator("#save-page").click()
    with zipfile.ZipFile(zipped.value.path()) as archive:
        contents = [archive.read(name) for name in archive.namelist()]
    assert len(contents) == 2
    assert not any(RECIPE_CHUNK.encode() in content for content in contents)
    page.locator("#gallery-grid button").first.click()
    page.locator("#delete-picture").click()
    page.get_by_role("button", name="Yes, delete it").filter(visible=True).click()
    expect(page.get_by_text("The picture is gone.")).to_be_visible()
    expect(page.locator("#gallery-grid button")).to_have_count(1)

    page.locator("#gallery-grid button").click()
    page.locator("#use-as-start").click()
    expect(page.get_by_label("New each time")).to_be_checked()
    expect(page.locator("#prompt textarea")).to_have_value(re.compile("hair"))
