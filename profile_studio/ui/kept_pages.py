"""The pages' HTML, made once for all who come to the same address: Gradio takes 70 ms of processor time for each."""

import asyncio
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_PAGES = 16
_PLACE_HEADERS = (b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server")
"""What Gradio makes the addresses inside a page from."""

_Key = tuple[object, ...]


class KeptPages:
    """Keeps what the app answers to GET, by address and packing; the oldest goes when there are too many.

    The app is told nothing else of a request, so nobody gets what was made for somebody else. It must be the same for all:
    without a login.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[_Key, Sequence[Message]] = {}
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        for message in await self._page(
            {**scope, "headers": _told(scope), "query_string": b"", "extensions": {}}, receive
        ):
            await send({**message, "headers": list(message["headers"])} if "headers" in message else message)

    async def _page(self, scope: Scope, receive: Receive) -> Sequence[Message]:
        key = (scope["path"], scope.get("root_path", ""), scope["scheme"], *scope["headers"])
        async with self._making:  # a crowd that comes at once waits for one page instead of making it each
            if (kept := self._kept.get(key)) is not None:
                return kept
            made: list[Message] = []

            async def keep(message: Message) -> None:
                made.append(message)

            await self._app(scope, receive, keep)
            if made[0]["status"] == 200:
                self._kept[key] = made
                if len(self._kept) > MOST_PAGES:
                    del self._kept[next(iter(self._kept))]
            return made


def _told(scope: Scope) -> list[tuple[bytes, bytes]]:
    packing = [(b"accept-encoding", b"gzip")] if accepts_gzip(scope) else []
    return [(name, value) for name, value in scope["headers"] if name in _PLACE_HEADERS] + packing


def accepts_gzip(scope: Scope) -> bool:
    """Whether whoever asks can unpack it."""
    return "gzip" in Headers(scope=scope).get("accept-encoding", "")
