"""Which of Gradio's addresses are open: those that the page and `gradio_client` use, and no others.

Gradio 6.31 has some eighty; new ones stay closed until they are named here.
"""

import re

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from profile_studio.ui.languages import language_of, page_of

_API = "/gradio_api"
_PART = r"[^/]+"
_READ = re.compile(
    "|".join(
        (
            r"/(?:assets|static)/.+",
            rf"/(?:config|theme\.css|favicon\.ico|manifest\.json|robots\.txt|healthz|news/{_PART}|logout)",
            rf"{_API}/(?:info|openapi\.json|theme\.css|startup-events|app_id|user|token|login_check)",
            rf"{_API}/(?:queue/data|queue/status|heartbeat/{_PART}|call/{_PART}/{_PART})",
            rf"{_API}/file=.+",
        )
    )
)
_SEND = re.compile(rf"/login|{_API}/(?:queue/join|run/{_PART}|call/{_PART}|cancel|reset)")
_UPLOAD = re.compile(rf"{_API}/(?:upload|upload_progress)")


class OpenRoutes:
    """Answers 404 at every address that is not open, and 403 at that of uploads where these are off.

    Args:
        takes_files: whether uploads are on.
    """

    def __init__(self, app: ASGIApp, takes_files: bool) -> None:
        self._app = app
        self._takes_files = takes_files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_open(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":  # the page uses none
            await send({"type": "websocket.close"})
        else:
            words, is_upload = language_of(HTTPConnection(scope)), _UPLOAD.fullmatch(_path_of(scope))
            sentence, status = (words.demo.uploads_are_off, 403) if is_upload else (words.access.nothing_here, 404)
            await PlainTextResponse(sentence, status_code=status)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] != "http":
            return False
        path, is_reading = _path_of(scope), scope["method"] in ("GET", "HEAD")
        if _UPLOAD.fullmatch(path):
            return self._takes_files
        is_page = page_of({**scope, "path": path or "/"}) is not None  # Gradio leads from /ko/ to /ko
        return is_page or bool((_READ if is_reading else _SEND).fullmatch(path))


def _path_of(scope: Scope) -> str:
    """The path below the studio's own root; Gradio has most of its addresses with and without a slash at the end."""
    return scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")
