"""Nothing jumps away from under a finger while the page loads."""

import pytest
from playwright.sync_api import Browser

from tests.browser.visitor import ADDS_UP_SHIFTS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["", "ko"])
def test_a_page_stands_still_from_its_first_paint_to_its_first_picture(
    browser: Browser, studio_address: str, path: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(ADDS_UP_SHIFTS)
    visitor = Visitor(context.new_page())
    visitor.page.goto(f"{studio_address}/{path}")
    visitor.sees_picture()
    assert visitor.page.evaluate("window.shifts") < 0.1
    context.close()
