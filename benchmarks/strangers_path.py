"""How long a stranger's first visit takes and how many clicks: open, example, train, blend, compare, download.

    python -m benchmarks.strangers_path

Walks the page in Chromium with every value as the page offers it, on an empty home; prints the visitor's log.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import start_chromium
from tests.browser.visitor import Visitor
from tests.running_app import running_app

EXAMPLE, ADAPTER, STEPS = "cutouts", "cutouts-2", 300  # cutouts itself is the name of a LoRA that ships


def main() -> None:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        started = time.perf_counter()
        with running_app(Path(home)) as address:
            browser = start_chromium(playwright)
            visitor = Visitor(browser.new_page(accept_downloads=True))
            visitor.page.goto(address)
            visitor.sees_picture()
            visitor.note(f"a first picture ({time.perf_counter() - started:.1f} s after `python app.py`)")
            visitor.takes_example(EXAMPLE)
            visitor.goes_to_train()
            visitor.starts_training(ADAPTER)
            visitor.note("training")
            visitor.waits_for_training(ADAPTER, STEPS)
            visitor.note("trained")
            visitor.goes_to_blend(ADAPTER)
            visitor.note("a picture in the new style")
            visitor.compares(ADAPTER)
            visitor.note("compared")
            visitor.open_tab(visitor.texts.train.tab)
            with visitor.page.expect_download():
                visitor.click(visitor.page.locator("#download-lora"))
            visitor.note("the LoRA is on my disk")
            browser.close()
    print("\n".join(visitor.log))


if __name__ == "__main__":
    main()
