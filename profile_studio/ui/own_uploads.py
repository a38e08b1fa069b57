"""What a browser brought is for that browser: nobody else fetches it by its address or uses it in a form.

Gradio itself gives an upload, or the whole folder of them, to whoever names it.
"""

import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from profile_studio.ui.languages import cookie_place, language_of, page_of, with_cookie

COOKIE = "studio_browser"
LONGEST_CALL_BYTES = 32 * 2**20
_TOKEN = re.compile(r"[\w-]{43}")
_API, _UPLOAD, _FILE = "/gradio_api/", "/gradio_api/upload", "/gradio_api/file="
_URL = re.compile(r"\w+:/")


class OwnUploads:
    """Remembers which browser brought which file, by a cookie that it gets with the page.

    Args:
        folder: where Gradio puts what browsers send.
    """

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._folder = Path(os.path.realpath(folder))
        self._owners: dict[Path, set[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        known = request.cookies.get(COOKIE, "")
        browser = known if _TOKEN.fullmatch(known) else secrets.token_urlsafe(32)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if page_of(scope) is not None or path.rstrip("/") == _UPLOAD:
            send = (
                send
                if browser == known
                else with_cookie(send, f"{COOKIE}={browser}; HttpOnly; {cookie_place(request)}")
            )
            registering = self._registering(send, browser) if scope["method"] == "POST" else send
            await self._app(scope, receive, registering)
        elif path.startswith(_FILE) and not self._may_fetch(path.removeprefix(_FILE), browser):
            await _refuse(request, scope, receive, send)
        elif path.startswith(_API) and scope["method"] == "POST":
            body = await _body(Request(scope, receive))
            if body is None:
                await PlainTextResponse(language_of(request).access.too_long, status_code=413)(scope, receive, send)
            elif all(self._is_own(named, browser) for named in _named_files(body)):
                await self._app(scope, _again(body, receive), send)
            else:
                await _refuse(request, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may_fetch(self, named: str, browser: str) -> bool:
        """Whether it is an own upload, or none: a copy that Gradio made of what this studio gives away, or its own icon."""
        if _URL.match(named):  # Gradio would fetch it from there
            return False
        file = Path(os.path.realpath(named))
        return browser in self._owners.get(file, {browser})

    def _is_own(self, named: object, browser: str) -> bool:
        if not isinstance(named, str) or "\0" in named:
            return False
        file = Path(os.path.realpath(named))
        return browser in self._owners.get(file, ()) and file.is_file()

    def _registering(self, send: Send, browser: str) -> Send:
        """Passes the answer to an upload on when its files have their owner."""
        body = b""

        async def send_registered(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    self._register(body, browser)
            await send(message)

        return send_registered

    def _register(self, answer: bytes, browser: str) -> None:
        try:
            paths = json.loads(answer)
        except ValueError:  # a refusal
            return
        self._owners = {file: owners for file, owners in self._owners.items() if file.exists()}
        for path in paths if isinstance(paths, list) else []:
            file = Path(os.path.realpath(str(path)))
            if file.is_relative_to(self._folder):
                self._owners.setdefault(file, set()).add(browser)


def _named_files(body: bytes) -> Iterator[object]:
    """What a call names as a file: Gradio takes every object with a `path` for one."""
    try:
        rest: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):  # Gradio reads it with the same function, and answers
        return
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            if value.get("path") is not None:
                yield value["path"]
            rest.extend(value.values())
        elif isinstance(value, list):
            rest.extend(value)


async def _body(request: Request) -> bytes | None:
    """What a call sends; None if it is more than any form of the page holds."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_CALL_BYTES:
            return None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives what was read already, then whatever comes."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body}

    return receive_again


async def _refuse(request: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
    sentence = language_of(request).access.not_your_file
    await JSONResponse({"detail": sentence}, status_code=403)(scope, receive, send)
