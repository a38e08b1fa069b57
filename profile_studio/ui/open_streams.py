"""How many connections may stay open, so that a page with few files goes on answering."""

import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_FILES = 4096
_FILES_FOR_OTHERS = 128  # databases, modules, pictures, connections that are answered at once
_STREAMS = ("/gradio_api/heartbeat/", "/gradio_api/queue/data", "/gradio_api/call/", "/gradio_api/upload_progress")


def most_streams() -> int:
    """How many connections may stay open at once, after as many files were allowed to this process as it can get."""
    if sys.platform == "win32":
        return 1024
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(8, (min(soft, _MOST_FILES) - _FILES_FOR_OTHERS) // 2)


class LimitedStreams:
    """Refuses connections that stay open beyond a number; one address may hold half of them.

    A window without its heartbeat works all the same: only its end is not seen.

    Args:
        heartbeats: where open windows are counted, by address.
    """

    def __init__(self, app: ASGIApp, most: int, heartbeats: Counter[str]) -> None:
        self._app = app
        self._most = most
        # Heartbeats are one a window and never end; answers must not wait for them.
        self._open: dict[bool, Counter[str]] = {True: heartbeats, False: Counter()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if not path.startswith(_STREAMS) or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        client = HTTPConnection(scope).client
        address = client.host if client else ""
        held = self._open[path.startswith(_STREAMS[0])]
        if held.total() >= self._most // 2 or held[address] >= max(1, self._most // 4):
            # Closed at once: kept for another request, as others are, it would hold a file for seconds.
            headers = {"retry-after": "10", "connection": "close"}
            await PlainTextResponse("Too many open connections.", 503, headers)(scope, receive, send)
            return
        with _counted(held, address):
            await self._app(scope, receive, send)


@contextmanager
def _counted(held: Counter[str], address: str) -> Generator[None]:
    held[address] += 1
    try:
        yield
    finally:
        held[address] -= 1
        held += Counter()  # forgets who holds none
