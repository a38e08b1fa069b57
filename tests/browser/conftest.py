"""A studio with its worker on an empty home, and a Chromium to look at it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from profile_studio.settings import REPOSITORY_ROOT
from tests.running_app import running_app

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


def start_chromium(playwright: Playwright) -> Browser:
    """This machine's own Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("There is no chromium on this machine: run scripts/install_chromium.sh.")
    return playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)


@pytest.fixture(scope="module")  # a driver left open would keep an event loop running in later tests
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def studio_address(studio_home: Path) -> Iterator[str]:
    """Address of `python app.py` on an empty home."""
    with running_app(studio_home) as address:
        yield address


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
    """Six pictures as a person would bring them. The first is the one that the page shows on an example's button."""
    sources = sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train").glob("*.png"))[:6]
    return [Path(shutil.copy(source, tmp_path / source.name)) for source in sources]
