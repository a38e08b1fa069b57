"""Connections that stay open are bounded, so that a page with few files goes on answering."""

import asyncio
import subprocess
import sys
from collections import Counter

import pytest
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.ui.open_streams import LimitedStreams

HEARTBEAT, ANSWERS, PAGE = "/gradio_api/heartbeat/{}", "/gradio_api/queue/data", "/"


class Streams:
    """Connections to an app that never ends them, behind the limit."""

    def __init__(self, most: int) -> None:
        self._limited = LimitedStreams(self._stay_open, most, heartbeats=Counter())
        self._end = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def _stay_open(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self._end.wait()

    async def open(self, path: str, address: str) -> int:
        """The status of one more connection."""
        status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.set_result(message["status"])

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": (address, 1)}
        self._tasks.append(asyncio.create_task(self._limited(scope, receive, send)))
        return await status

    async def close(self) -> None:
        self._end.set()
        await asyncio.gather(*self._tasks)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ([(HEARTBEAT, "a")] * 6, [200] * 4 + [503] * 2),  # one address: half of the heartbeats
        ([(HEARTBEAT, "a")] * 4 + [(HEARTBEAT, "b")] * 5, [200] * 8 + [503]),
        ([(HEARTBEAT, "a")] * 5 + [(ANSWERS, "a")], [200] * 4 + [503, 200]),  # answers do not wait for heartbeats
        ([(ANSWERS, "a")] * 5 + [(ANSWERS, "b")], [200] * 4 + [503, 200]),
        ([(HEARTBEAT, "a")] * 5 + [(PAGE, "a")] * 9, [200] * 4 + [503] + [200] * 9),
    ],
)
def test_connections_that_stay_open_are_bounded(asked: list[tuple[str, str]], answered: list[int]) -> None:
    async def ask() -> list[int]:
        streams = Streams(most=16)
        statuses = [await streams.open(path.format(number), address) for number, (path, address) in enumerate(asked)]
        await streams.close()
        return statuses

    assert asyncio.run(ask()) == answered


def test_a_connection_that_ended_counts_no_more() -> None:
    async def ask() -> list[int]:
        streams = Streams(most=4)
        first = await streams.open(ANSWERS, "a"), await streams.open(ANSWERS, "a")
        await streams.close()
        return [*first, await streams.open(ANSWERS, "a")]

    assert asyncio.run(ask()) == [200, 503, 200]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(("soft", "hard", "streams", "files"), [(256, 256, 64, 256), (256, 1024, 448, 1024)])
def test_the_page_takes_the_files_it_may_and_leaves_some_for_others(
    soft: int, hard: int, streams: int, files: int
) -> None:
    code = (
        "import resource; from profile_studio.ui.open_streams import most_streams;"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}));"
        "print(most_streams(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(streams), str(files)]


def test_a_refused_connection_holds_no_file() -> None:
    async def stays_open(_scope: Scope, _receive: Receive, _send: Send) -> None:
        await asyncio.Event().wait()

    browser = TestClient(LimitedStreams(stays_open, most=0, heartbeats=Counter({"testclient": 1})))
    refused = browser.get(HEARTBEAT.format(1))
    assert (refused.status_code, refused.headers["connection"]) == (503, "close")
