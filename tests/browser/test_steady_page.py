"""Nothing jumps away from under a finger, and nothing typed is lost, while the page loads."""

import pytest
from playwright.sync_api import Route, expect

from profile_studio.ui.texts import ENGLISH
from tests.browser.conftest import OpensPage
from tests.browser.visitor import ADDS_UP_SHIFTS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("path", "width"), [("", 1280), ("ko", 360)])
def test_a_page_stands_still_from_its_first_paint_to_its_first_picture(
    opens: OpensPage, studio_address: str, path: str, width: int
) -> None:
    screen = {"width": width, "height": 800}
    visitor = Visitor(opens(f"{studio_address}/{path}", init_script=ADDS_UP_SHIFTS, viewport=screen))
    visitor.sees_picture()
    assert visitor.page.evaluate("window.shifts") < 0.1


def test_a_prompt_typed_while_the_page_opens_stays(opens: OpensPage, studio_address: str) -> None:
    first = opens(studio_address)
    Visitor(first).sees_picture()
    expect(first.locator("#recent button[aria-pressed=true]")).to_have_count(1)
    made = first.locator("#recent button").count()
    first.locator("#prompt textarea").fill("portrait of a woman, hat")
    first.locator("#make").click()
    expect(first.locator("#recent button")).to_have_count(made + 1)

    expect(opens(studio_address).locator("#prompt textarea")).to_have_value("portrait of a woman, hat")
    page = opens("about:blank")
    held: list[Route] = []
    page.route("**/queue/data*", lambda route: held.append(route))
    with page.expect_request("**/queue/data*"):
        page.goto(studio_address)
    prompt = page.locator("#prompt textarea")
    prompt.fill("portrait of a man, beard")
    assert held
    for answer in held:
        answer.continue_()
    page.unroute("**/queue/data*")
    expect(page.locator("#recent button[aria-pressed=true]")).to_have_count(1)
    Visitor(page).opens_fold(ENGLISH.blend.words)
    expect(page.get_by_role("radio", name="beard", exact=True)).to_be_checked()
    expect(prompt).to_have_value("portrait of a man, beard")
