"""A person sees what is big and makes room."""

import pytest
from playwright.sync_api import Page, expect

from profile_studio.ui.texts import ENGLISH
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_data_set_is_deleted_after_one_question(page: Page) -> None:
    visitor = Visitor(page)
    visitor.has_a_set("cutouts")
    visitor.open_tab(ENGLISH.storage.tab)
    expect(page.locator("#space tbody")).to_contain_text("Data sets")

    page.locator("#doomed-kind").get_by_label("Data sets").check()
    expect(page.locator("#doomed").get_by_label("cutouts")).to_be_checked()  # the only one there is
    page.locator("#delete-chosen").click()
    expect(page.locator("#delete-question")).to_contain_text("cutouts: ")
    expect(page.locator("#delete-question")).to_contain_text("This cannot be undone.")
    page.locator("#yes-delete-chosen").click()

    expect(page.get_by_text("are free again")).to_be_visible()
    expect(page.locator("#doomed")).not_to_be_visible()
    visitor.open_tab(ENGLISH.pictures.tab)
    expect(page.locator("#pictures-files")).to_be_visible()
