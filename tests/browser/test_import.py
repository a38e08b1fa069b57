"""An import belongs to the studio, not to a window: reload, look from a second one, stop it there."""

from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Page, expect

from profile_studio.settings import REPOSITORY_ROOT
from tests.browser.conftest import OpensPage
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REFERENCE = REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "reference" / "001.png"


def start(page: Page, files: list[Path], name: str) -> None:
    page.get_by_role("tab", name="1 Pictures").click()
    page.locator("#pictures-files input[type=file]").set_input_files(files)
    page.locator("#pictures-name input, #pictures-name textarea").fill(name)
    page.locator("#pictures-use").click()
    expect(page.locator("#import-stop")).to_be_in_viewport()
    expect(page.locator("#import")).to_contain_text(f"Bringing in \u201c{name}\u201d")


def test_an_import_survives_a_reload_and_is_stopped_from_a_second_window(
    page: Page, opens: OpensPage, studio_address: str, studio_home: Path, picture_files: list[Path]
) -> None:
    # While this is held, an import of that name waits before its first picture.
    with FileLock(studio_home / "run" / "import-club.lock"):
        start(page, picture_files, "club")
        page.reload()
        expect(page.locator("#import")).to_contain_text("getting ready")
        expect(page.locator("#status")).to_contain_text("bringing in club")
        other = opens(f"{studio_address}?tab=pictures")
        expect(other.locator("#import")).to_contain_text("Bringing in \u201cclub\u201d")
        expect(other.locator("#pictures-files")).not_to_be_visible()
        other.locator("#import-stop").click()
        expect(page.locator("#import")).to_contain_text("stopping")
    for window in (page, other):
        expect(window.get_by_text("The import was stopped; nothing of it was kept.")).to_be_visible()
        expect(window.locator("#import")).not_to_be_visible()
        expect(window.locator("#pictures-files")).to_be_visible()
    other.close()
    assert list((studio_home / "datasets").iterdir()) == []
    assert [path for path in (studio_home / "uploads").rglob("*") if path.is_file() and path.stat().st_size] == []

    with FileLock(studio_home / "run" / "import-club.lock"):
        start(page, picture_files, "club")
        page.reload()
        expect(page.locator("#import-stop")).to_be_visible()
    expect(page.get_by_text("6 pictures are in club.")).to_be_visible()
    expect(page.locator("#pictures-dataset input")).to_have_value("club")
    expect(page.locator("#import")).not_to_be_visible()

    # References come in the same way, to the set that is open.
    Visitor(page).opens_whole_tab("pictures")
    page.locator("#reference-files input[type=file]").set_input_files(REFERENCE)
    page.locator("#add-references").click()
    expect(page.locator("#held-back-cost")).to_contain_text("1 of 7 pictures is never trained on; training has 6.")
    expect(page.get_by_text("1 picture was added to club and is never trained on.")).to_be_visible()

    page.set_viewport_size({"width": 360, "height": 640})  # here the button that starts it is far below
    with FileLock(studio_home / "run" / "import-band.lock"):
        page.locator("#add-set").click()
        start(page, picture_files, "band")
        page.locator("#import-stop").click()
        expect(page.locator("#import")).to_contain_text("stopping")  # a click may arrive after the last picture
    expect(page.get_by_text("The import was stopped; nothing of it was kept.")).to_be_visible()
    expect(page.locator("#pictures-dataset input")).to_have_value("club")

    with FileLock(studio_home / "run" / "import-band.lock"):
        page.locator("#add-set").click()
        start(page, picture_files, "band")
        page.locator("#caption textarea").press_sequentially("a red h")
    expect(page.get_by_text("6 pictures are in band.")).to_be_visible()
    page.keyboard.type("at")  # nobody pulls a caption away from whoever is writing it
    expect(page.locator("#caption textarea")).to_have_value("a red hat")
    expect(page.locator("#pictures-dataset input")).to_have_value("club")
