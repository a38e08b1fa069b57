"""What axe-core finds on every tab, with every fold open: nothing serious."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from profile_studio.ui.page import PICTURES
from tests.browser.conftest import OpensPage
from tests.browser.visitor import TABS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STANDS_STILL = "*, *::before, *::after { transition: none !important }"
"""Colours on their way from one state to the next are nobody's to read."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_no_tab_has_a_serious_fault(
    opens: OpensPage, studio_address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    visitor = Visitor(opens(studio_address, viewport={"width": width, "height": 900}, color_scheme=scheme))
    visitor.page.add_style_tag(content=STANDS_STILL)
    visitor.has_a_set("voxel-art")
    faults: list[str] = []
    for tab in TABS:
        visitor.opens_whole_tab(tab)
        faults += faults_of(visitor.page, tab, width)
        if tab == PICTURES:
            visitor.reads_captions()
            faults += faults_of(visitor.page, f"{tab}, captions", width)
    assert faults == []


def faults_of(page: Page, name: str, width: int) -> list[str]:
    """What axe-core calls serious on the open tab, which is not wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    return [
        f"{name}: {fault['id']}: {fault['nodes'][0]['html'][:160]}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
