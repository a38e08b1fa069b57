"""What is said where a base model is chosen."""

import time
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest

from profile_studio.domain.errors import HubUnreachable
from profile_studio.domain.jobs import JobError, JobStatus, ProgressReport
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.app import build
from profile_studio.ui.components.base_choice import base_choice, base_choices, told_of_base
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH
from tests.hub import put_into_cache

SDXL = "stabilityai/stable-diffusion-xl-base-1.0"


@pytest.fixture
def studio(settings: Settings, hub_cache: Path) -> Studio:
    return Studio.open(settings)


def test_the_four_bases_are_offered_with_what_is_on_this_disk(studio: Studio, hub_cache: Path, tiny_sdxl: Path) -> None:
    put_into_cache(hub_cache, SDXL, tiny_sdxl)

    assert base_choices(studio, ENGLISH) == [
        ("Starter (offline)", "starter"),
        ("Stable Diffusion 1.5 (not on this disk)", "sd15"),
        ("Stable Diffusion XL 1.0", "sdxl"),
        ("Stable Diffusion 3.5 Medium (not on this disk)", "sd35-medium"),
    ]
    assert "없음" in base_choices(studio, KOREAN)[1][0]


def test_a_base_is_told_of_from_its_choice_to_the_end_of_its_fetch(
    studio: Studio, hub_cache: Path, tiny_sdxl: Path
) -> None:
    jobs = JobRepository(Database(studio.settings.resolved_database_url))
    assert told_of_base(studio, "starter", ENGLISH) == ("", False)
    chosen, may_be_fetched = told_of_base(studio, "sdxl", ENGLISH)
    assert "is not on this disk yet." in chosen and may_be_fetched

    first = studio.bases.fetch("sdxl").id
    attempt = jobs.claim(first, time.time())
    assert attempt is not None
    jobs.report(first, attempt, ProgressReport(2500, 6900), time.time())
    going_on, may_be_fetched = told_of_base(studio, "sdxl", ENGLISH)
    assert "2500 of 6900 MB" in going_on and not may_be_fetched

    fault = HubUnreachable("The hub cannot be reached, or the connection broke.", "Try again.")
    jobs.fail(first, attempt, JobError(fault.kind, fault.message, fault.fix), time.time())
    failed, may_be_fetched = told_of_base(studio, "sdxl", ENGLISH)
    assert "The hub cannot be reached" in failed and may_be_fetched

    paused = studio.bases.fetch("sdxl").id
    jobs.ask_pause(paused)
    assert told_of_base(studio, "sdxl", ENGLISH)[1]
    assert studio.bases.fetch("sdxl").id == paused
    assert not told_of_base(studio, "sdxl", ENGLISH)[1]
    jobs.ask_cancel(paused, time.time())
    assert told_of_base(studio, "sdxl", ENGLISH)[1]

    second = studio.bases.fetch("sdxl").id
    attempt = jobs.claim(second, time.time())
    assert attempt is not None
    put_into_cache(hub_cache, SDXL, tiny_sdxl)
    jobs.complete(second, attempt, {}, time.time())
    done, may_be_fetched = told_of_base(studio, "sdxl", ENGLISH)
    assert ENGLISH.header.fetched in done and not may_be_fetched


def test_a_fetch_is_begun_and_canceled_where_the_base_is_chosen(
    studio: Studio, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> None:
    page = in_a_loop(lambda: build(studio))
    buttons = [
        block
        for block in page.blocks.values()
        if isinstance(block, gr.Button) and block.elem_id in ("fetch-base", "cancel-fetch")
    ]
    fetch, cancel = buttons[:2]

    def press(button: gr.Button) -> list[bool]:
        listener = next(each for each in page.fns.values() if (button._id, "click") in each.targets)  # pyright: ignore[reportPrivateUsage]
        assert listener.fn is not None
        answer = listener.fn("sdxl")
        return [answer[each]["visible"] for each in (fetch, cancel)]

    assert press(fetch) == [False, True]
    assert press(cancel) == [True, False]
    assert [job.status for job in studio.jobs.list()] == [JobStatus.CANCELED]


def test_strangers_choose_the_starter_and_name_no_folders(tmp_path: Path) -> None:
    demo = Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"))
    choice = base_choice(demo, ENGLISH)

    assert (choice.choices, choice.allow_custom_value) == ([("Starter (offline)", "starter")], False)
    refused, may_be_fetched = told_of_base(demo, str(tmp_path), ENGLISH)
    assert "starter only" in refused and not may_be_fetched
