"""What is said where a base model is chosen."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def part(page: gr.Blocks, elem_id: str) -> gr.blocks.Block:
    """The English page's part of this name."""
    return next(block for block in page.blocks.values() if block.elem_id == elem_id)


def press(page: gr.Blocks, button: gr.blocks.Block, *values: str) -> Any:
    """What a click answers."""
    listener = next(each for each in page.fns.values() if (button._id, "click") in each.targets)
    assert listener.fn is not None
    return listener.fn(*values)


def test_a_fetch_is_begun_and_canceled_where_the_base_is_chosen(
    studio: Studio, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> None:
    page = in_a_loop(lambda: build(studio))
    fetch, cancel = part(page, "fetch-base"), part(page, "cancel-fetch")

    def shown(answer: Any) -> list[bool]:
        return [answer[each]["visible"] for each in (fetch, cancel)]

    assert shown(press(page, fetch, "sdxl", "")) == [False, True]
    assert shown(press(page, cancel, "sdxl")) == [True, False]
    assert [job.status for job in studio.jobs.list()] == [JobStatus.CANCELED]


def test_a_token_is_kept_for_its_owner_and_leaves_the_page(
    studio: Studio, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> None:
    page = in_a_loop(lambda: build(studio))
    field = part(page, "hub-token")
    assert isinstance(field, gr.Textbox) and field.type == "password" and not field.visible

    answer = press(page, part(page, "fetch-base"), "sd35-medium", " hf_a-secret ")

    assert answer[field]["value"] == ""
    home = studio.settings.resolved_home
    having = [path for path in home.rglob("*") if path.is_file() and b"hf_a-secret" in path.read_bytes()]
    (kept,) = having
    assert (kept, kept.stat().st_mode & 0o777) == (studio.settings.run_dir / "hub-token", 0o600)


@pytest.mark.parametrize(("hosted", "takes"), [({}, True), ({"share": True, "password": "x"}, False),
                                               ({"space_id": "me/studio", "private": True}, False)])  # fmt: skip
def test_who_may_share_the_page_is_asked_for_no_token(
    tmp_path: Path, hub_cache: Path, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks],
    hosted: dict[str, Any], takes: bool,
) -> None:  # fmt: skip
    assert hub_cache
    studio = Studio.open(Settings(home=tmp_path / "home", **hosted))
    page = in_a_loop(lambda: build(studio))
    field, fetch = part(page, "hub-token"), part(page, "fetch-base")
    choice = part(page, "base")
    listener = next(each for each in page.fns.values() if (choice._id, "input") in each.targets)
    assert listener.fn is not None
    shown = {base: listener.fn(base)[field]["visible"] for base in ("sd15", "sd35-medium", "someone/private")}
    assert shown == {"sd15": False, "sd35-medium": takes, "someone/private": takes}

    press(page, fetch, "sd35-medium", "hf_a-secret")

    assert (studio.settings.run_dir / "hub-token").exists() == takes


def test_strangers_choose_the_starter_and_name_no_folders(tmp_path: Path) -> None:
    demo = Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"))
    choice = base_choice(demo, ENGLISH)

    assert (choice.choices, choice.allow_custom_value) == ([("Starter (offline)", "starter")], False)
    refused, may_be_fetched = told_of_base(demo, str(tmp_path), ENGLISH)
    assert "starter only" in refused and not may_be_fetched
