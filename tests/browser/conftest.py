"""A studio with its worker that all modules share, and a Chromium to look at it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from profile_studio.domain.errors import JobNotAllowed
from profile_studio.jobs.lease import DeviceLease
from profile_studio.services.storage_space import SpaceKind
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from tests.running_app import running_app
from tests.waiting import wait_until

DEADLINE_MS = 200_000  # far above what anything takes: a busy machine is slow, not wrong
expect.set_options(timeout=DEADLINE_MS)
OpensPage = Callable[..., Page]
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


@pytest.fixture(scope="package")  # a driver left open would keep an event loop running in later tests
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def opens(browser: Browser) -> Iterator[OpensPage]:
    """Opens an address as a person who was never there, in a desktop's window unless told otherwise."""
    contexts: list[BrowserContext] = []

    def opened(address: str, init_script: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(DEADLINE_MS)
        context.add_init_script(init_script)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@dataclass(frozen=True)
class RunningStudio:
    """A `python app.py` that goes on while its home is emptied."""

    address: str
    home: Path

    def empty(self) -> None:
        """Ends every job and deletes what people made."""
        studio = Studio.open(Settings(home=self.home))
        for job in studio.jobs.list():
            with suppress(JobNotAllowed):  # over already
                studio.jobs.cancel(job.id)
        wait_until(lambda: all(job.status.is_finished for job in studio.jobs.list()))
        with DeviceLease(
            studio.settings.run_dir, studio.settings.device_name
        ).for_job():  # what is being drawn is written before
            for kind in (SpaceKind.DATASETS, SpaceKind.ADAPTERS, SpaceKind.JOBS, SpaceKind.PICTURES):
                studio.storage.delete(kind, [item.name for item in studio.storage.overview().group(kind).items])
        for path in studio.settings.uploads_dir.rglob("*"):
            if path.is_file():
                path.unlink()


@pytest.fixture(scope="package")
def running_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """One for all modules: starting it takes longer than most tests do."""
    home = tmp_path_factory.mktemp("home")
    with running_app(home) as address:
        yield RunningStudio(address, home)


@pytest.fixture(scope="module")
def studio_home(running_studio: RunningStudio) -> Iterator[Path]:
    """The running studio's home; nothing of another module is in it."""
    yield running_studio.home
    running_studio.empty()


@pytest.fixture(scope="module")
def studio_address(running_studio: RunningStudio, studio_home: Path) -> str:
    return running_studio.address


@pytest.fixture
def page(opens: OpensPage, studio_address: str) -> Page:
    return opens(studio_address)


@pytest.fixture
def picture_files(tmp_path: Path) -> list[Path]:
    """Six pictures as a person would bring them. The first is the one that the page shows on an example's button."""
    sources = sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train").glob("*.png"))[:6]
    return [Path(shutil.copy(source, tmp_path / source.name)) for source in sources]
