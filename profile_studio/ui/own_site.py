"""Under which names the studio answers, and to which websites: its own.

A name that somebody else owns can be made to point to this machine, so that a page of theirs reads the studio as if it were
its own (DNS rebinding); an IP address cannot. And every page in the same browser can send requests with the person's
cookies, but browsers say which site they come from.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from profile_studio.settings import Settings
from profile_studio.ui.languages import language_of, page_of

_LOCAL_NAME = "localhost"
_SPACES, _SHARED = ".hf.space", ".gradio.live"  # their owners alone decide where these names point to
_EMBEDS_SPACES = "https://huggingface.co"
_OWN = ("same-origin", "none")  # of Sec-Fetch-Site: the studio's own page, or nobody's: an address that was typed
_PORTS = {"http": 80, "https": 443}
_POLICY_VIOLATION = 1008


class OwnSite:
    """Refuses foreign names, and foreign websites everything but the page; says who may show the page in a frame.

    It lies around whatever adds CORS headers, because a foreign site must not get these either.

    Args:
        listens_at: the name or address that the studio listens at.
    """

    def __init__(self, app: ASGIApp, settings: Settings, listens_at: str) -> None:
        self._app = app
        self._stated = settings.host_names
        self._names = {_LOCAL_NAME, listens_at.lower(), *settings.host_names}
        self._suffixes = (_SPACES, _SHARED) if settings.share else (_SPACES,)
        frames = f"'self' {_EMBEDS_SPACES}" if settings.space_id else "'self'"
        self._policy = f"frame-ancestors {frames}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
            return
        if page_of(scope) is not None:  # a foreign site may open it and not read it
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"origin"]

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("content-security-policy", self._policy)
            await send(message)

        await self._app(scope, receive, send_with_policy)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        words = language_of(HTTPConnection(scope)).access
        name = _host_name(headers.get("host", ""))
        if not self._is_own_name(name):
            return words.foreign_name.format(name=name)
        if page_of(scope) is None and not self._is_from_own_site(headers):
            return words.foreign_site
        return None

    def _is_own_name(self, name: str) -> bool:
        return name in self._names or name.endswith(self._suffixes) or _is_ip_address(name)

    def _is_from_own_site(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None and "sec-fetch-site" in headers:  # sent over https and to this machine itself
            return headers["sec-fetch-site"] in _OWN
        if origin is None and "referer" in headers:
            scheme, _, rest = headers["referer"].partition("://")
            origin = f"{scheme}://{rest.partition('/')[0]}"
        if origin is None:  # no browser, or an address that was typed
            return True
        scheme, _, place = origin.partition("://")
        if scheme not in _PORTS:  # "null": a file, or a frame that hides where it is from
            return False
        name = _host_name(place)
        if name in self._stated:
            return True
        # A foreign page cannot add the second: its browser would ask first, and the answer to that is no.
        own = {headers.get("host", ""), headers.get("x-forwarded-host", "").partition(",")[0].strip()} - {""}
        if name.endswith(self._suffixes):  # all its ports are ours, whatever a proxy says of them
            return name in map(_host_name, own)
        return _with_port(place, scheme) in {_with_port(each, scheme) for each in own}


def _split(host: str) -> tuple[str, int | None]:
    """Name and port of `localhost:7860` or `[::1]:7860`; an empty name where it is neither."""
    try:
        place = urlsplit(f"//{host}")
        return (place.hostname or "").rstrip("."), place.port
    except ValueError:
        return "", None


def _host_name(host: str) -> str:
    return _split(host)[0]


def _with_port(host: str, scheme: str) -> tuple[str, int]:
    name, port = _split(host)
    return name, port or _PORTS[scheme]


def _is_ip_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(sentence: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
    else:
        await PlainTextResponse(sentence, status_code=403)(scope, receive, send)
