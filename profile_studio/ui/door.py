"""The door with the password: whoever guesses waits ever longer, and leaving shuts it for oneself only."""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gradio.routes import App
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from profile_studio.domain.errors import InvalidSettings
from profile_studio.settings import Settings
from profile_studio.ui.languages import language_of

LOGIN_PATH, LOGOUT_PATH = "/login", "/logout"
FREE_TRIES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
REMEMBERED_S = 3600.0
MOST_ADDRESSES = 10_000
_IPV6_OF_ONE_CUSTOMER = 64  # bits of an address that its owner cannot choose
_WRONG, _RIGHT = 400, 200

_log = logging.getLogger(__name__)


OPEN_CONTAINER = (
    "No password is set, so this container lets in whoever reaches its port. Publish the port to this machine only, as in "
    "`docker run -p 127.0.0.1:7860:7860`, or set PROFILE_STUDIO_PASSWORD."
)


def check_who_comes_in(settings: Settings, host: str) -> None:
    """Lets nobody but this machine in without a password.

    A Space has the hub in front of it: strangers get a demo, a private one its owner alone. A container cannot know to whom its
    port is published.

    Args:
        host: the name or address to listen at.

    Raises:
        InvalidSettings: others could come in, and there is no password.
    """
    if settings.login is not None:
        return
    if settings.share:
        raise InvalidSettings(
            "A public address without a password would show everybody your pictures.",
            "Set PROFILE_STUDIO_PASSWORD, or do without PROFILE_STUDIO_SHARE.",
        )
    if not (_is_this_machine_only(host) or settings.space_id or settings.container):
        raise InvalidSettings(
            "At {host} the page would be open to other machines, and without a password to everybody who reaches it.",
            "Set PROFILE_STUDIO_PASSWORD to one of your own, for example with "
            "`export PROFILE_STUDIO_PASSWORD='four words of yours'`, or do without --host.",
            host=host,
        )


def is_open_container(settings: Settings, host: str) -> bool:
    """Whether the person should hear `OPEN_CONTAINER`."""
    return settings.container and settings.login is None and not settings.space_id and not _is_this_machine_only(host)


def _is_this_machine_only(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass
class _Tries:
    """Of one address: wrong passwords since the last right one, when, and whether one is being looked at."""

    wrong: int = 0
    last_at: float = 0.0
    is_looked_at: bool = False

    @property
    def wait_s(self) -> float:
        doublings = self.wrong - FREE_TRIES
        return 0.0 if doublings < 0 else min(FIRST_WAIT_S * 2.0 ** min(doublings, 32), LONGEST_WAIT_S)


class PacedLogin:
    """Lets each address try one password at a time, and after the third wrong one only after a wait that doubles.

    Args:
        now: seconds on a clock that never goes back.
        sleep: waits for as many seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._now = now
        self._sleep = sleep
        self.addresses: dict[str, _Tries] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not _is_login(scope):
            await self._app(scope, receive, send)
            return
        address = _address_of(scope)
        tries = self._tries_of(address)
        if tries.is_looked_at:
            sentence = language_of(HTTPConnection(scope)).access.one_try_at_a_time
            await PlainTextResponse(sentence, status_code=429)(scope, receive, send)
            return

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(message["status"], address, tries)
                message["headers"] = [_kept_in_frames(*header) for header in message.get("headers", ())]
            await send(message)

        tries.is_looked_at = True
        try:
            if (left_s := tries.last_at + tries.wait_s - self._now()) > 0:
                await self._sleep(left_s)
            await self._app(scope, receive, send_and_count)
        finally:
            tries.is_looked_at = False

    def _tries_of(self, address: str) -> _Tries:
        if address not in self.addresses:
            oldest_first = sorted(self.addresses.items(), key=lambda item: item[1].last_at)
            too_many = len(oldest_first) + 1 - MOST_ADDRESSES
            for place, (other, tries) in enumerate(oldest_first):
                is_old = tries.last_at + REMEMBERED_S < self._now()
                if not tries.is_looked_at and (is_old or place < too_many):
                    del self.addresses[other]
        return self.addresses.setdefault(address, _Tries())

    def _count(self, status: int, address: str, tries: _Tries) -> None:
        tries.last_at = self._now()
        if status == _RIGHT:
            tries.wrong = 0
        elif status == _WRONG:
            tries.wrong += 1
            words = "Wrong password from %s, the %d. in a row; its next one is looked at in %.0f s."
            _log.warning(words, address, tries.wrong, tries.wait_s)


def is_let_in(request: Request) -> bool:
    """Whether this browser has said the password, or none is asked for: Gradio looks at its own addresses only."""
    app: App = request.app
    return app.auth is None or any(request.cookies.get(cookie) in app.tokens for cookie in _cookies_of(app))


def _cookies_of(app: App) -> tuple[str, str]:
    """Where browsers keep that they were let in."""
    return f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}"


def logout_route() -> Route:
    """Forgets the browser that asks; Gradio's own route would forget all of them, because all have one name."""

    def logout(request: Request) -> RedirectResponse:
        app: App = request.app
        answer = RedirectResponse("./", status_code=302)
        for cookie in _cookies_of(app):
            app.tokens.pop(request.cookies.get(cookie), None)
            answer.delete_cookie(cookie)
        return answer

    return Route(LOGOUT_PATH, logout, methods=["GET"])


def _kept_in_frames(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Browsers that keep no cookies of foreign sites keep them for a site in one frame, where the hub shows a Space."""
    is_for_frames = name == b"set-cookie" and b"samesite=none" in value.lower()
    return (name, value + b"; Partitioned") if is_for_frames else (name, value)


def _is_login(scope: Scope) -> bool:
    return scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/") == LOGIN_PATH


def _address_of(scope: Scope) -> str:
    """The address of whoever asks; of IPv6 the part that tells customers apart."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, _IPV6_OF_ONE_CUSTOMER), strict=False))
