"""What is kept of each window and each caller."""

import asyncio
import datetime
import sys
import tracemalloc
from collections.abc import Callable

import gradio as gr
import pytest

from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.app import build
from profile_studio.ui.sessions import KEPT_AFTER_CLOSING_S, Sessions
from tests.ui.served_page import call, served_page

NOW = datetime.datetime(2026, 1, 1)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio.open(Settings(home=tmp_path_factory.mktemp("sessions") / "home"))


@pytest.fixture(scope="module")
def page(studio: Studio, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]) -> gr.Blocks:
    return in_a_loop(lambda: build(studio))


@pytest.fixture
def sessions(page: gr.Blocks) -> Sessions:
    sessions = Sessions()
    sessions.set_blocks(page)
    return sessions


def test_a_caller_costs_a_few_kilobytes(sessions: Sessions) -> None:
    sessions["first"]
    tracemalloc.start()
    for number in range(100):
        sessions[str(number)]
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept / 100 < 10_000


def test_what_an_answer_changed_in_one_window_is_changed_in_no_other(page: gr.Blocks, sessions: Sessions) -> None:
    key = next(block._id for block in page.blocks.values() if block.elem_id == "make")
    sessions["one"][key] = changed = gr.Button("other words", render=False)

    assert sessions["one"][key] is changed
    assert sessions["another"][key] is page.blocks[key]


@pytest.mark.parametrize(
    ("is_closed", "silent_for_s", "is_kept"),
    [
        (True, KEPT_AFTER_CLOSING_S + 1, False),
        (True, KEPT_AFTER_CLOSING_S - 1, True),  # it may come back
        (False, 10 * KEPT_AFTER_CLOSING_S, True),  # browsers let windows sleep that nobody sees
    ],
)
def test_a_window_is_let_go_a_while_after_it_closed(
    sessions: Sessions, is_closed: bool, silent_for_s: float, is_kept: bool
) -> None:
    sessions["one"].is_closed = is_closed
    sessions.time_last_used["one"] = NOW - datetime.timedelta(seconds=silent_for_s)

    sessions.let_go_of_closed(NOW)

    assert ("one" in sessions, "one" in sessions.time_last_used) == (is_kept, is_kept)


def test_the_page_keeps_no_answer_that_nobody_fetched(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))  # as app.py does

    async def asks_and_leaves() -> None:
        async with served_page(studio) as (app, client):
            assert (await call(client, "list_adapters", "one", "starter")).status_code == 200
            queue, sessions = app.get_blocks()._queue, app.state_holder
            while queue.event_ids_to_events:
                await asyncio.sleep(0.01)

            sessions.delete_all_expired_state()
            assert set(queue.pending_messages_per_session) == {"one"}  # it may still come
            sessions.session_data.clear()
            sessions.delete_all_expired_state()
            assert (set(queue.pending_messages_per_session), set(queue.pending_event_ids_session)) == (set(), set())

    asyncio.run(asks_and_leaves())
