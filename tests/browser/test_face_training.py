"""A face is learned only after somebody said whose it is, and a person sees what training sees."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_person_sees_the_crop_and_is_asked_whose_face_it_is(page: Page, picture_files: list[Path]) -> None:
    page.get_by_role("tab", name="1 Pictures").click()
    page.locator("#pictures-files input[type=file]").set_input_files(picture_files)
    page.locator("#pictures-name input, #pictures-name textarea").fill("My face")
    page.locator("#pictures-use").click()
    view = page.locator("#training-view")
    expect(view).to_contain_text("What training sees: 256 x 256 pixels")

    page.locator("#pictures-crop").get_by_text("Square around the face").click()
    page.locator("#to-train").click()
    expect(page.locator("#train-crop").get_by_label("Square around the face")).to_be_checked()

    expect(page.locator("#train-consent")).to_be_hidden()
    page.get_by_label("Face: who is in them").check()
    expect(page.locator("#train-consent")).to_be_visible()
    page.locator("#start-training").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody has said yet who is in these pictures.")

    page.get_by_role("button", name="Show each picture in several versions").click()
    page.get_by_label("Cut a little closer").check()
    expect(page.locator(".versions figure")).to_have_count(6)
    expect(page.locator("#promise")).to_contain_text("Each picture is prepared in 6 versions first.")

    page.locator("#train-consent").get_by_label("Nobody real").check()
    page.locator("#start-training").click()
    expect(page.get_by_text("Training my-face is in the queue")).to_be_visible()
    expect(page.locator("#train-name").locator("input, textarea")).to_have_value("my-face-2")
    expect(page.locator("#train-consent")).to_be_hidden()
    page.locator("#train-cancel").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.locator("#train-jobs")).to_contain_text("canceled")
