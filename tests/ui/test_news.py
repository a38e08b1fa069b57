"""What every window asks for again and again is answered from memory, and sends it to the rows only where they changed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from starlette.testclient import TestClient

from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.jobs import JobKind, ProgressReport
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.news import KEPT_S, News
from profile_studio.ui.page import Part
from tests.ui.served_page import served_page

PICTURES = sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train").glob("*.png"))[:2]


class Asking:
    """Windows that ask, at a time of the test's choice."""

    def __init__(self, settings: Settings, windows: int = 1) -> None:
        self.studio = Studio.open(settings)
        self.database = Database(settings.resolved_database_url)
        self.jobs = JobRepository(self.database)
        self.at = 0.0
        self._news = News(self.studio, lambda: windows, lambda: self.at)

    def hear(self, language: str = "en") -> tuple[dict[Part, str], str, float]:
        """The versions, the bar and the interval, when the last answer is too old to be given again."""
        self.at += KEPT_S
        return self.hear_at_once(language)

    def hear_at_once(self, language: str = "en") -> tuple[dict[Part, str], str, float]:
        *versions, bar, interval_s = asyncio.run(self._news.answer(language))
        return dict(zip(Part, map(str, versions), strict=True)), str(bar), float(interval_s)

    def new_parts(self, change: Callable[[], object]) -> set[Part]:
        """Which parts a change sends a window to."""
        before, _, _ = self.hear()
        change()
        after, _, _ = self.hear()
        return {part for part in Part if before[part] != after[part]}

    def submit(self, kind: JobKind) -> str:
        return self.jobs.create(kind, {"adapter_name": "mine", "dataset": "club"}, steps=10, now=1.0).id


@pytest.fixture
def asking(settings: Settings) -> Asking:
    return Asking(settings)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (JobKind.TRAIN, Part.TRAININGS),
        (JobKind.COMPARE, Part.COMPARISONS),
        (JobKind.CAPTION, Part.CAPTIONINGS),
        (JobKind.FETCH, Part.FETCHES),
    ],
)
def test_a_job_is_news_to_its_own_tab_alone(asking: Asking, kind: JobKind, part: Part) -> None:
    assert asking.new_parts(lambda: asking.submit(kind)) == {part}
    job = asking.jobs.find()[0].id
    assert asking.new_parts(lambda: asking.jobs.claim(job, 2.0)) == {part}
    progress = ProgressReport(3, 10)
    assert asking.new_parts(lambda: asking.jobs.report(job, 1, progress, 3.0)) == {part}
    assert asking.new_parts(lambda: asking.jobs.report(job, 1, progress, 4.0)) == set()  # only a sign of life


def test_an_import_is_news_from_its_beginning_to_its_end(asking: Asking, settings: Settings) -> None:
    with FileLock(settings.run_dir / "import-club.lock"):
        assert asking.new_parts(lambda: asking.studio.imports.start(ImportRequest(PICTURES, "club"))) == {Part.IMPORTS}
        assert "bringing in club" in asking.hear()[1]
        assert "club" in asking.hear("ko")[1]
    assert asking.new_parts(asking.studio.imports.wait) == {Part.IMPORTS}


def test_all_windows_share_a_look_for_a_second(asking: Asking) -> None:
    before = asking.hear()
    asking.submit(JobKind.TRAIN)
    assert asking.hear_at_once() == before
    assert asking.hear() != before


@pytest.mark.parametrize(("windows", "interval_s"), [(1, 1.5), (30, 1.5), (200, 10.0)])
def test_many_windows_ask_less_often(settings: Settings, windows: int, interval_s: float) -> None:
    assert Asking(settings, windows).hear()[2] == interval_s


def test_while_the_database_is_broken_the_bar_says_so_and_after_that_all_look_again(
    asking: Asking, settings: Settings
) -> None:
    file = settings.resolved_home / "studio.db"
    asking.submit(JobKind.TRAIN)
    before, _, _ = asking.hear()
    assert asking.database.empty_write_ahead()
    content = file.read_bytes()

    file.write_bytes(b"\xa5" * len(content))
    broken, bar, _ = asking.hear()

    assert broken == before  # nobody is sent where the fault would meet them
    assert "The database studio.db is damaged." in bar
    assert "doctor" in bar
    file.write_bytes(content)
    mended, bar, _ = asking.hear()
    assert "damaged" not in bar
    assert all(mended[part] != before[part] for part in Part)


def test_the_page_is_told_at_its_own_address(tmp_path: Path) -> None:
    async def ask() -> list[int]:
        async with served_page(Studio.open(Settings(home=tmp_path / "home"))) as (_, client):
            return [(await client.get(f"/news/{language}")).status_code for language in ("en", "ko", "fr")]

    assert asyncio.run(ask()) == [200, 200, 404]


def test_behind_a_password_nobody_hears_anything_before_it_was_said(serves: Callable[..., TestClient]) -> None:
    browser = serves("http://127.0.0.1:7860", password="sesame")
    assert browser.get("/news/en").status_code == 404
    browser.post("/login", data={"username": "studio", "password": "sesame"})
    assert browser.get("/news/en").status_code == 200
    browser.get("/logout")
