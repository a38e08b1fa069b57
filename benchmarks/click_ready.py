"""From an address to a page that answers a click, against a bare Gradio hello world, in alternating runs.

    python -m benchmarks.click_ready [--runs 7]

Prints one JSON object: both medians in seconds and their ratio; how far things jump after the first paint (cumulative
layout shift, 0.1 and below is good) on both pages at 1280 and 360 px; and the weight of our own page without pictures
and without Gradio's own files, as sent to a browser and unpacked.
"""

import argparse
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.startup import HELLO, free_port
from tests.browser.conftest import start_chromium
from tests.browser.visitor import ADDS_UP_SHIFTS
from tests.running_app import running_app

SETTLING_MS = 5000  # long enough for the first picture's place to be filled


def seconds_until(browser: Browser, address: str, ready: str) -> float:
    """From an empty cache to the moment at which `ready` is there and takes a click."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(ready).click(trial=True)
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def layout_shift(browser: Browser, address: str, width: int) -> float:
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(ADDS_UP_SHIFTS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_timeout(SETTLING_MS)
    shift = float(page.evaluate("window.shifts"))
    context.close()
    return shift


def own_weight(address: str) -> tuple[int, int]:
    """Bytes of the page with its configuration and our style sheet, without data addresses: as sent, unpacked."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        page = re.sub(rb"data:image/[^\"\\\\]+", b"", answer.read())
    return len(gzip.compress(page, 5)), len(page)


def wait_for(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    port = free_port()
    hello_address = f"http://127.0.0.1:{port}"
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    hello = subprocess.Popen([sys.executable, "-c", HELLO, str(port)], env=environment, stdout=subprocess.DEVNULL)
    ours: list[float] = []
    theirs: list[float] = []
    try:
        with tempfile.TemporaryDirectory() as home, running_app(Path(home), "--no-worker") as address:
            wait_for(hello_address)
            with sync_playwright() as playwright:
                browser = start_chromium(playwright)
                for run in range(runs + 1):
                    hello_s = seconds_until(browser, hello_address, "button.primary")
                    ours_s = seconds_until(browser, address, "#make")
                    if run:  # the first round fills the disk cache
                        theirs.append(hello_s)
                        ours.append(ours_s)
                shifts = {
                    name: [round(layout_shift(browser, at, width), 3) for width in (1280, 360)]
                    for name, at in (("hello", hello_address), ("studio", address))
                }
                browser.close()
            sent, unpacked = own_weight(address)
    finally:
        hello.terminate()
        hello.wait(60)
    print(
        json.dumps(
            {
                "runs": runs,
                "hello_median_s": round(statistics.median(theirs), 2),
                "studio_median_s": round(statistics.median(ours), 2),
                "ratio": round(statistics.median(ours) / statistics.median(theirs), 2),
                "layout_shift": shifts,
                "page_kb_sent": round(sent / 1000),
                "page_kb_unpacked": round(unpacked / 1000),
            }
        )
    )


if __name__ == "__main__":
    main()
