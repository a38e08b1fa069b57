"""From the open page to a table that says whether the LoRA is better, as a person goes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOON_MS, WORK_MS = 60_000, 400_000


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_a_person_comes_from_pictures_to_a_table(page: Page, picture_files: list[Path]) -> None:
    open_tab(page, "1 Pictures")
    page.locator("#pictures-files input[type=file]").set_input_files(picture_files)
    page.locator("#pictures-name input, #pictures-name textarea").fill("My club")
    page.locator("#pictures-use").click()
    expect(page.get_by_text("6 pictures are in my-club.")).to_be_visible(timeout=SOON_MS)

    page.locator(".picture-grid button").first.click()
    page.locator("#caption textarea").fill("a person with a hat")
    page.locator("#next-picture").click()
    expect(page.locator(".picture-grid button").first).to_have_attribute("title", "a person with a hat")

    page.locator("#to-train").click()
    expect(page.locator("#train-dataset input")).to_have_value("my-club")
    page.get_by_role("button", name="Every number behind these words").first.click()
    page.locator("#number-num_train_steps input").fill("12")
    page.locator("#number-checkpoint_every input").fill("4")
    page.locator("#number-sample_every input").fill("6")
    page.locator("#start-training").click()
    expect(page.get_by_text("Training my-club is in the queue")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#promise")).to_contain_text(
        "\u201cmy-club-2\u201d waits for you"
    )  # what the next press would do

    page.reload()
    expect(page.get_by_role("tab", name="2 Train")).to_have_count(1)  # Gradio draws the bar twice while it measures it
    expect(page.get_by_role("tab", name="2 Train")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#train-jobs")).to_contain_text("my-club", timeout=SOON_MS)
    expect(page.locator("#train-progress")).to_contain_text("my-club is ready: 12 steps", timeout=WORK_MS)
    expect(page.locator(".samples figure").first).to_contain_text("base")

    page.locator("#to-blend").click()
    expect(page.locator("#slot-0 input")).to_have_value("my-club", timeout=SOON_MS)
    page.locator("#make").click()
    expect(page.locator("#stage .tile.done img")).to_be_visible(timeout=WORK_MS)
    expect(page.locator("#stage figcaption")).to_contain_text(re.compile(r"seed \d+"))

    page.locator("#to-compare").click()
    expect(page.locator("#compare-models").get_by_label("my-club")).to_be_checked(timeout=SOON_MS)
    page.get_by_role("button", name="Blends and every number").click()
    page.locator("#compare-prompts textarea").fill("portrait, red hair\nportrait, blue shirt")
    page.locator("#compare-steps input").fill("4")
    page.locator("#compare-seeds input[type=number]").fill("1")
    page.locator("#start-comparison").click()
    expect(page.locator("#comparison-table")).to_contain_text("my-club", timeout=WORK_MS)
    expect(page.locator("#sentences li").first).to_be_visible()
    expect(page.locator("#comparison-pictures figure").first).to_be_visible()


def test_a_file_that_is_no_picture_is_explained_beside_the_drop_zone(page: Page, tmp_path: Path) -> None:
    lie = tmp_path / "holiday.png"
    lie.write_text("not a picture")
    open_tab(page, "1 Pictures")
    expect(page.locator("#pictures-files:visible, #add-set:visible").first).to_be_visible()
    if (add := page.locator("#add-set")).is_visible():
        add.click()
    page.locator("#pictures-files input[type=file]").set_input_files(lie)
    page.locator("#pictures-use").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no usable picture")


@pytest.mark.parametrize("tab", ["1 Pictures", "2 Train", "3 Blend", "4 Compare"])
def test_a_phone_shows_each_tab_without_scrolling_sideways(page: Page, tab: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    open_tab(page, tab)
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
