"""In which language a browser gets the page: what its address asks for, else what it asked for last, else its own.

Gradio decides by the address which of its pages to show, so the page in another language has an address of its own,
`/ko`, and whoever comes to `/` is sent there.
"""

import gzip
from collections.abc import Mapping
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from profile_studio.ui.kept_pages import KeptPages, accepts_gzip
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH, Texts

LANGUAGES: tuple[Texts, ...] = (ENGLISH, KOREAN)
"""The first is shown to whoever asks for none of them."""

QUERY = "lang"
COOKIE = "studio_language"
_REMEMBERED_S = 365 * 24 * 3600
PAGES: Mapping[str, Texts] = {"": LANGUAGES[0], **{texts.language: texts for texts in LANGUAGES[1:]}}
"""By path, as Gradio names its pages."""
_BY_TAG: Mapping[str, Texts] = {texts.language: texts for texts in LANGUAGES}


def language_of(request: HTTPConnection) -> Texts:
    """The language for a browser, whatever page it asks for."""
    for tag in (request.query_params.get(QUERY), request.cookies.get(COOKIE)):
        if tag is not None and tag in _BY_TAG:
            return _BY_TAG[tag]
    return _by_header(request.headers.get("accept-language", ""))


def _by_header(accepted: str) -> Texts:
    """The best of `ko-KR,ko;q=0.9,en;q=0.8` that there is a page for."""
    wishes: list[tuple[float, Texts]] = []
    for part in accepted.split(","):
        tag, _, quality = part.strip().partition(";q=")
        texts = _BY_TAG.get(tag.partition("-")[0].lower())
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if texts and weight > 0:
            wishes.append((weight, texts))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else LANGUAGES[0]


class PagesInLanguages:
    """Sends a browser to the page in its language, remembers a language that was chosen, and says which one it is.

    Gradio's own words follow the browser's language and know nothing of the page's, so the page tells it another.

    Args:
        first_styles: a style sheet that each page has before Gradio's script gives it the others.
        same_for_all: whether a page is the same whoever asks for it, so that one may be kept for all.
    """

    def __init__(self, app: ASGIApp, first_styles: str, *, same_for_all: bool) -> None:
        self._app = app
        self._first_styles = first_styles
        self._pages: ASGIApp = KeptPages(self._tell) if same_for_all else self._tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = page_of(scope)
        if page is None:
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        is_chosen = request.query_params.get(QUERY) in _BY_TAG
        wanted = language_of(request) if is_chosen or page is LANGUAGES[0] else page
        remembers = _remembering(send, request, wanted) if is_chosen else send
        if wanted is page:
            await self._pages(scope, receive, remembers)
            return
        address = "./" if wanted is LANGUAGES[0] else wanted.language
        if request.url.query:
            address += f"?{request.url.query}"
        headers = {"cache-control": "no-store", "vary": "accept-language, cookie"}
        await RedirectResponse(address, 302, headers)(scope, receive, remembers)

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = page_of(scope)
        assert page is not None
        telling = _Telling(send, page, self._first_styles, accepts_gzip(scope))
        await self._app(scope, receive, telling.send)


def page_of(scope: Scope) -> Texts | None:
    """Which page this request reads; None if it is for something else."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return None
    path = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
    return PAGES.get(path)


def cookie_place(request: HTTPConnection) -> str:
    """Where a cookie of the page is valid: over https also where the page stands in a frame of another site, as on a Space."""
    is_secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    where = "SameSite=None; Secure; Partitioned" if is_secure else "SameSite=Lax"
    return f"Path={request.scope.get('root_path') or '/'}; {where}"


def _remembering(send: Send, request: HTTPConnection, texts: Texts) -> Send:
    return with_cookie(send, f"{COOKIE}={texts.language}; Max-Age={_REMEMBERED_S}; {cookie_place(request)}")


def with_cookie(send: Send, cookie: str) -> Send:
    """Sends an answer that leaves a cookie."""

    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return send_with_cookie


class _Telling:
    """Passes a page on with its language, title and first styles: for screen readers, and for Gradio before it starts.

    It also packs the page, which Gradio does for its other files only.
    """

    def __init__(self, send: Send, texts: Texts, first_styles: str, accepts_gzip: bool) -> None:
        self._send = send
        self._texts = texts
        self._first_styles = first_styles
        self._accepts_gzip = accepts_gzip
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            is_page = Headers(raw=message["headers"]).get("content-type", "").startswith("text/html")
            if is_page:
                self._start = message  # its length is known when the body is
            else:
                await self._send(message)
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_page(self._start)

    async def _send_page(self, start: Message) -> None:
        tag = self._texts.language
        first = (
            f"<script>for (const [name, value] of [['language', '{tag}'], ['languages', ['{tag}']]])"
            " Object.defineProperty(navigator, name, { get: () => value });</script>"
            f"<title>{escape(self._texts.header.title)}</title><style>{self._first_styles}</style>"
        )
        body = self._body.replace(b'lang="en"', f'lang="{tag}"'.encode(), 1)
        body = body.replace(b"<head>", b"<head>" + first.encode(), 1)
        headers = MutableHeaders(scope=start)
        headers["content-language"] = tag
        headers.add_vary_header("accept-language, cookie, accept-encoding")
        if self._body and self._accepts_gzip:
            body = gzip.compress(body, compresslevel=5)
            headers["content-encoding"] = "gzip"
        if self._body:  # a HEAD has none
            headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
