"""Nothing jumps away from under a finger while the page loads."""

import pytest

from tests.browser.conftest import OpensPage
from tests.browser.visitor import ADDS_UP_SHIFTS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["", "ko"])
def test_a_page_stands_still_from_its_first_paint_to_its_first_picture(
    opens: OpensPage, studio_address: str, path: str, width: int
) -> None:
    screen = {"width": width, "height": 800}
    visitor = Visitor(opens(f"{studio_address}/{path}", init_script=ADDS_UP_SHIFTS, viewport=screen))
    visitor.sees_picture()
    assert visitor.page.evaluate("window.shifts") < 0.1
