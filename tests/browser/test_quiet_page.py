"""A page nobody touches leaves the processor to the training, and the page's process alone."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpensPage
from tests.browser.visitor import TABS, Visitor
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COUNTS_FRAMES = """
  window.drawNext = window.requestAnimationFrame.bind(window);
  window.drawn = 0;
  window.requestAnimationFrame = (draw) => { window.drawn++; return window.drawNext(draw); };
"""
DRAWN_A_FRAME = """async (frames) => {
  const before = window.drawn;
  for (let frame = 0; frame < frames; frame++) await new Promise((next) => window.drawNext(next));
  return (window.drawn - before) / frames;
}"""
GRADIOS_OWN = 1  # a clock that Gradio 6.31 leaves running on every page, an empty one too


def test_no_tab_leaves_a_clock_running(opens: OpensPage, studio_address: str) -> None:
    visitor = Visitor(opens(studio_address, init_script=COUNTS_FRAMES))
    visitor.has_a_set("voxel-art")
    for tab in TABS:
        visitor.opens_whole_tab(tab)
    # A tab that is still filling may draw; one that has a clock never stops.
    wait_until(lambda: visitor.page.evaluate(DRAWN_A_FRAME, 120) < GRADIOS_OWN + 0.9)


def test_a_page_that_nobody_touches_takes_no_place_in_the_queue(opens: OpensPage, studio_address: str) -> None:
    page = opens(studio_address)
    Visitor(page).sees_picture()
    hears_news(page, 2)
    queued: list[str] = []
    page.on("request", lambda request: queued.append(request.url) if "/queue/" in request.url else None)
    hears_news(page, 3)
    assert queued == []


def hears_news(page: Page, times: int) -> None:
    for _ in range(times):
        with page.expect_response("**/news/en"):
            pass
