"""What axe-core finds on every tab, with every fold open: nothing serious."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN_FOLDS = """() => {
  document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
  document.querySelectorAll('.label-wrap:not(.open)').forEach((fold) => fold.click());
}"""
ALL_FOLDS_ARE_OPEN = """() => [...document.querySelectorAll('.label-wrap:not(.open)')].every(
  (fold) => fold.offsetParent === null
)"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_tab_has_a_serious_fault(
    browser: Browser, studio_address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visitor = Visitor(context.new_page())
    visitor.page.goto(studio_address)
    visitor.has_a_set("voxel-art")
    faults: list[str] = []
    for name in visitor.tab_names():
        visitor.open_tab(name)
        expect(visitor.page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        visitor.page.evaluate(OPEN_FOLDS)
        visitor.page.wait_for_function(ALL_FOLDS_ARE_OPEN)
        found = Axe().run(visitor.page).response["violations"]
        faults += [
            f"{name}: {fault['id']}: {fault['nodes'][0]['html'][:160]}"
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()
    assert faults == []
