"""What a person did on one tab holds on the next, and is still there on the way back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from profile_studio.domain.datasets import Consent
from profile_studio.ui.page import BLEND, PICTURES, TRAIN
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_train_follows_the_set_that_is_open_and_a_half_filled_form_stays(page: Page, picture_files: list[Path]) -> None:
    visitor = Visitor(page)
    name, learned = page.locator("#pictures-name input, #pictures-name textarea"), page.locator("#train-dataset input")
    visitor.takes_example("voxel-art")
    visitor.opens_whole_tab(TRAIN)
    expect(learned).to_have_value("voxel-art")

    visitor.opens_whole_tab(PICTURES)
    visitor.click(page.locator("#add-set"))
    page.locator("#pictures-files input[type=file]").set_input_files(picture_files)
    name.fill("내 얼굴")
    visitor.opens_whole_tab(BLEND)
    visitor.opens_whole_tab(PICTURES)
    expect(name).to_have_value("내 얼굴")
    visitor.click(page.locator("#pictures-use"))
    expect(page.get_by_role("alert")).to_contain_text("cannot name a file")

    name.fill("Me")
    page.get_by_label(visitor.texts.pictures.consents[Consent.ME]).locator("visible=true").first.check()
    page.locator("#pictures-use").dblclick()
    expect(page.locator("#pictures-dataset input")).to_have_value("me")
    expect(page.get_by_role("alert")).not_to_be_visible()
    expect(name).not_to_be_visible()
    visitor.opens_whole_tab(TRAIN)  # by its tab, not by the button that names the set
    expect(learned).to_have_value("me")
    expect(page.get_by_label(visitor.texts.train.kinds["face"])).to_be_checked()
    expect(page.locator("#train-consent")).not_to_be_visible()
