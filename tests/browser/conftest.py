"""A studio with its worker on an empty home, and a Chromium to look at it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from profile_studio.settings import REPOSITORY_ROOT

DEADLINE_MS = 60_000  # far above what anything takes: a busy machine is slow, not wrong
expect.set_options(timeout=DEADLINE_MS)
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")  # a driver left open would keep an event loop running in later tests
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("There is no chromium on this machine: run scripts/install_chromium.sh.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")  # a driver left open would keep an event loop running in later tests
def studio_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of `python app.py` on an empty home; stopped as a person would, with SIGINT."""
    home = tmp_path_factory.mktemp("home")
    environment = {**os.environ, "PROFILE_STUDIO_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with (home / "web.log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=REPOSITORY_ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield next(match[0] for line in process.stdout if (match := re.search(r"http://\S+", line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=40)
            process.stdout.close()


@pytest.fixture
def page(browser: Browser, studio_address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(DEADLINE_MS)
    page.goto(studio_address)
    yield page
    context.close()


@pytest.fixture
def picture_files(tmp_path: Path) -> list[Path]:
    """Six pictures as a person would bring them."""
    sources = sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train").glob("*.png"))[:6]
    return [Path(shutil.copy(source, tmp_path / source.name)) for source in sources]
