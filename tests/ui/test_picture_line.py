"""Pictures wait in one line, and nobody else waits behind them."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio.routes import App

from profile_studio.domain.generation import GenerationRequest
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.admission import MOST_WAITING_EVENTS
from profile_studio.ui.picture_line import LONGEST_LINE
from profile_studio.ui.tabs.blend_parts import Asked
from tests.ui.served_page import answer, call, press_make, served_page

RUNNING = 2
PICTURE = ("portrait", {}, "", 0, 20, 4.0, "starter")
Scenario = Callable[[App, httpx.AsyncClient], Awaitable[None]]


class SlowLane:
    """An engine that makes no picture before it is told to."""

    def __init__(self) -> None:
        self.may_draw = threading.Event()

    def ask(self, _message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        self.may_draw.wait()
        yield {"event": "done", "seconds": 0.0, "seconds_to_first_step": 0.0}

    def is_there(self) -> bool:
        return True


@pytest.fixture
def while_the_engine_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scenario], None]:
    monkeypatch.setenv("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(sys.maxsize))  # as app.py does
    lane = SlowLane()
    studio = Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"), lane)  # as a demo

    async def play(scenario: Scenario) -> None:
        async with served_page(studio) as (app, client):
            try:
                await asyncio.wait_for(scenario(app, client), timeout=120)
            finally:
                lane.may_draw.set()

    return lambda scenario: asyncio.run(play(scenario))


async def settled(app: App, waiting: int) -> None:
    """Waits until the engine has as many pictures as it takes, and the others wait."""
    while len(app.get_blocks()._queue.event_queue_per_concurrency_id["pictures"].queue) != waiting:
        await asyncio.sleep(0.01)


def test_lists_are_answered_while_everybody_waits_for_pictures(
    while_the_engine_is_slow: Callable[[Scenario], None],
) -> None:
    async def scenario(app: App, client: httpx.AsyncClient) -> None:
        for number in range(60):
            await press_make(app, client, f"stranger {number}")
        await settled(app, 60 - RUNNING)

        queued = await call(client, "list_datasets", "me")

        assert "event: complete" in await answer(client, "list_datasets", queued)

    while_the_engine_is_slow(scenario)


def test_a_program_has_one_picture_drawn_and_one_in_line(while_the_engine_is_slow: Callable[[Scenario], None]) -> None:
    async def scenario(app: App, client: httpx.AsyncClient) -> None:
        for session in ("other", "me", "other", "me"):
            assert (await call(client, "make_picture", session, *PICTURE)).status_code == 200
        await settled(app, 2)

        refused = await call(client, "make_picture", "me", *PICTURE)

        assert refused.status_code == 422
        assert "waits already, at place 2 in the line" in refused.text

    while_the_engine_is_slow(scenario)


def test_the_line_is_bounded(while_the_engine_is_slow: Callable[[Scenario], None]) -> None:
    async def scenario(app: App, client: httpx.AsyncClient) -> None:
        for number in range(RUNNING):
            await call(client, "make_picture", f"first {number}", *PICTURE)
        await settled(app, 0)
        codes = [
            (await call(client, "make_picture", f"stranger {number}", *PICTURE)).status_code
            for number in range(LONGEST_LINE + 100)
        ]
        assert codes == [200] * LONGEST_LINE + [422] * 100

    while_the_engine_is_slow(scenario)


def test_one_session_does_not_fill_the_queue(while_the_engine_is_slow: Callable[[Scenario], None]) -> None:
    async def scenario(app: App, client: httpx.AsyncClient) -> None:
        answers = [await call(client, "list_adapters", "flood", "starter") for _ in range(100)]
        assert "Let some of them come" in answers[-1].text
        assert (await call(client, "list_adapters", "me", "starter")).status_code == 200

    while_the_engine_is_slow(scenario)


def test_a_window_that_waits_for_too_much_is_told_so_in_its_language(
    while_the_engine_is_slow: Callable[[Scenario], None],
) -> None:
    async def scenario(app: App, client: httpx.AsyncClient) -> None:
        for page, words in (("", "waits for 64 answers already"), ("ko", "이미 답 64개를 기다리고")):
            listener = next(
                each for each in app.get_blocks().fns.values() if each.page == page and each.name == "promises"
            )
            event = {"fn_index": listener._id, "data": [None] * len(listener.inputs), "session_hash": f"flood {page}"}
            answers = [await client.post("/gradio_api/queue/join", json=event) for _ in range(MOST_WAITING_EVENTS + 1)]
            assert words in answers[-1].json()["detail"]

    while_the_engine_is_slow(scenario)


def test_a_newer_request_of_a_window_takes_the_place_of_the_one_that_waits() -> None:
    asked, older, newer = Asked(), GenerationRequest(prompt="older"), GenerationRequest(prompt="newer")
    asked.put(older)
    asked.put(newer)
    request, number = asked.take()
    assert (request, asked.is_newest(number)) == (newer, True)
    assert asked.take()[0] is None  # one listener too many draws nothing

    asked.put(older)
    assert not asked.is_newest(number)  # and what is drawn ends
