"""The path from an example to a picture without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import SOON_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_example_becomes_a_lora_and_a_picture_by_keyboard_only(page: Page) -> None:
    visitor, keyboard = Visitor(page), page.keyboard
    visitor.sees_picture()  # the page has settled

    visitor.presses_tab("pictures")
    visitor.tabs_to("#example-cutouts")
    keyboard.press("Enter")
    expect(page.locator("#to-train")).to_be_visible(timeout=SOON_MS)

    visitor.tabs_to("#caption")
    keyboard.press("Control+A")
    keyboard.type("someone with a hat")
    visitor.tabs_to("#to-train")
    keyboard.press("Enter")
    expect(page.locator("#promise")).not_to_be_empty(timeout=SOON_MS)

    visitor.tabs_to("#train-numbers")
    keyboard.press("Enter")
    visitor.tabs_to("#number-num_train_steps")
    keyboard.press("Control+A")
    keyboard.type("2")
    visitor.tabs_to("#start-training")
    keyboard.press("Enter")
    visitor.waits_for_training("cutouts-2", 2)  # cutouts is the name of a LoRA that ships

    visitor.tabs_to("#to-blend")
    keyboard.press("Enter")
    visitor.blends_with("cutouts-2")

    visitor.tabs_to("#weight-0 input[type=range]")
    before = float(page.locator("#weight-0 input[type=range]").input_value())
    keyboard.press("ArrowLeft")
    assert float(page.locator("#weight-0 input[type=range]").input_value()) == pytest.approx(before - 0.05)
