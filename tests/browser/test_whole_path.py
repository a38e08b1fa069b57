"""From the open page to a table that says whether the LoRA is better, as a person goes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH, Texts
from tests.browser.conftest import OpensPage, RunningStudio
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHORT = {"num_train_steps": 4, "checkpoint_every": 2, "sample_every": 4}
LOCALES = {"en": "en-US", "ko": "ko-KR"}
FEW_CLICKS = 25  # from the open page to a LoRA on one's own disk


@pytest.mark.parametrize(
    ("texts", "width", "base"),
    [(ENGLISH, 360, None), (KOREAN, 1280, "tiny_sdxl"), (ENGLISH, 1280, "tiny_sd3")],
    ids=["starter", "sdxl", "sd35"],
)
def test_a_person_comes_from_pictures_to_a_table(
    opens: OpensPage,
    running_studio: RunningStudio,
    picture_files: list[Path],
    request: pytest.FixtureRequest,
    texts: Texts,
    width: int,
    base: str | None,
) -> None:
    running_studio.empty()
    page = opens(running_studio.address, viewport={"width": width, "height": 800}, locale=LOCALES[texts.language])
    visitor = Visitor(page, texts)
    if base:
        visitor.names_base(request.getfixturevalue(base))
    goes_the_whole_path(visitor, picture_files)


def goes_the_whole_path(visitor: Visitor, picture_files: list[Path]) -> None:
    page = visitor.page
    visitor.brings(picture_files, "My club")

    visitor.click(page.locator(".picture-grid button").first)
    page.locator("#caption textarea").fill("a person with a hat")
    visitor.click(page.locator("#next-picture"))
    expect(page.locator(".picture-grid button").first).to_have_attribute("title", "a person with a hat")

    visitor.goes_to_train()
    expect(page.locator("#train-dataset input")).to_have_value("my-club")
    visitor.sets_numbers(**SHORT)
    visitor.starts_training("my-club")
    expect(page.locator("#promise")).to_contain_text("my-club-2")  # what the next press would do

    page.reload()
    # Gradio draws the bar of tabs twice while it measures it.
    expect(page.get_by_role("tab", name=visitor.texts.train.tab)).to_have_count(1)
    expect(page.get_by_role("tab", name=visitor.texts.train.tab)).to_have_attribute("aria-selected", "true")
    visitor.waits_for_training("my-club", SHORT["num_train_steps"])
    expect(page.locator(".samples figure").first).to_contain_text(visitor.texts.train.base_sample)

    visitor.goes_to_blend("my-club")
    expect(page.locator("#stage figcaption")).to_contain_text(re.compile(r"\d+"))
    visitor.compares("my-club", ["portrait, red hair", "portrait, blue shirt"], steps=4)
    expect(page.locator("#sentences li").first).to_be_visible()
    expect(page.locator("#comparison-pictures figure").first).to_be_visible()

    visitor.open_tab(visitor.texts.train.tab)
    with page.expect_download() as download:
        visitor.click(page.locator("#download-lora"))
    assert download.value.suggested_filename == "my-club.safetensors"
    assert visitor.clicks <= FEW_CLICKS, visitor.clicks


def test_a_file_that_is_no_picture_is_explained_beside_the_drop_zone(page: Page, tmp_path: Path) -> None:
    lie = tmp_path / "holiday.png"
    lie.write_text("not a picture")
    Visitor(page).open_tab("1 Pictures")
    expect(page.locator("#pictures-files:visible, #add-set:visible").first).to_be_visible()
    if (add := page.locator("#add-set")).is_visible():
        add.click()
    page.locator("#pictures-files input[type=file]").set_input_files(lie)
    page.locator("#pictures-use").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no usable picture")
