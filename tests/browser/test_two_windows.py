"""A training belongs to the studio, not to a window: reload, close, open another, all show the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpensPage
from tests.browser.visitor import SOON_MS, WORK_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "voxel-art-2"  # voxel-art is a LoRA that ships


def test_a_training_survives_a_reload_and_obeys_a_second_window(
    page: Page, opens: OpensPage, studio_address: str
) -> None:
    first = Visitor(page)
    first.takes_example("voxel-art")
    first.goes_to_train()
    first.sets_numbers(num_train_steps=2000, checkpoint_every=5, sample_every=0)
    first.starts_training(NAME)
    bar = page.locator("#train-progress [role=progressbar]")
    expect(bar).to_be_visible(timeout=SOON_MS)

    page.reload()  # in the middle of it
    expect(page.get_by_role("tab", name="2 Train", exact=True)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#train-progress")).to_contain_text(re.compile(r"step [1-9]\d* of 2000"), timeout=WORK_MS)
    expect(page.locator("#status")).to_contain_text(f"training {NAME}")

    other = opens(f"{studio_address}?tab=train")
    expect(other.locator("#train-progress")).to_contain_text("of 2000", timeout=SOON_MS)
    other.locator("#train-pause").click()
    expect(other.locator("#train-progress")).to_contain_text("paused", timeout=WORK_MS)
    expect(page.locator("#train-progress")).to_contain_text("paused", timeout=SOON_MS)

    page.locator("#train-resume").click()
    expect(other.locator("#train-progress")).to_contain_text("left", timeout=WORK_MS)
    other.locator("#train-cancel").click()
    expect(other.get_by_text(f'Cancel training "{NAME}"?')).to_be_visible(timeout=SOON_MS)
    other.get_by_role("button", name="Yes, cancel it").locator("visible=true").click()
    expect(page.locator("#train-progress")).to_contain_text("canceled", timeout=WORK_MS)
