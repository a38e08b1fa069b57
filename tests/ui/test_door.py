"""The door with the password, as somebody who guesses and somebody who leaves meet it."""

import asyncio
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from profile_studio.domain.errors import InvalidSettings
from profile_studio.settings import Settings
from profile_studio.ui.door import (
    LONGEST_WAIT_S,
    MOST_ADDRESSES,
    REMEMBERED_S,
    PacedLogin,
    check_who_comes_in,
    is_open_container,
)

HERE = "http://127.0.0.1:7860"


class Guessing:
    """A door with the password `sesame` on a clock that only waiting moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.waits: list[float] = []
        routes = [Route(path, self.login, methods=["POST"]) for path in ("/login", "/login/")]
        self.paced = PacedLogin(Starlette(routes=routes), self.now, self.sleep)

    async def login(self, request: Request) -> JSONResponse:
        return JSONResponse({}, 200 if await request.body() == b"sesame" else 400)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def tries(self, password: str, address: str = "192.168.1.20", path: str = "/login") -> float:
        """Seconds until the answer to this password."""
        began = self.time
        status = TestClient(self.paced, HERE, client=(address, 50_000)).post(path, content=password).status_code
        assert status == (200 if password == "sesame" else 400)
        return self.time - began


@pytest.fixture
def door() -> Guessing:
    return Guessing()


def test_whoever_guesses_waits_ever_longer_and_the_log_says_from_where(
    door: Guessing, caplog: pytest.LogCaptureFixture
) -> None:
    waits = [door.tries("guess", path=path) for path in ["/login", "/login/"] * 6]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]
    assert [record.message.startswith("Wrong password from 192.168.1.20") for record in caplog.records] == [True] * 12


def test_who_mistyped_comes_in_and_starts_anew(door: Guessing) -> None:
    assert [door.tries(word) for word in ("sesam", "sesame", *["sesam"] * 3)] == [0] * 5
    assert [door.tries("sesame"), door.tries("sesam")] == [1, 0]


@pytest.mark.parametrize(
    ("guessing", "other", "is_one"),
    [
        ("192.168.1.20", "192.168.1.21", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("testclient", "testclient", True),
    ],
)
def test_only_the_address_that_guesses_waits(door: Guessing, guessing: str, other: str, is_one: bool) -> None:
    for _ in range(5):
        door.tries("guess", guessing)
    assert (door.tries("sesame", other) > 0) == is_one


def test_an_address_has_one_password_looked_at_at_a_time(door: Guessing) -> None:
    statuses: list[int] = []

    async def asks(is_first: bool) -> None:
        scope = {
            "type": "http", "method": "POST", "path": "/login", "root_path": "", "client": ("192.168.1.20", 50_000),
            "headers": [(b"host", b"127.0.0.1:7860")], "query_string": b"",
        }  # fmt: skip

        async def receive() -> dict[str, object]:
            if is_first:  # the second comes while the first is being read
                await asks(False)
            return {"type": "http.request", "body": b"guess"}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(int(str(message["status"])))

        await door.paced(scope, receive, send)  # pyright: ignore[reportArgumentType]

    asyncio.run(asks(True))
    assert statuses == [429, 400]


def test_addresses_are_forgotten(door: Guessing) -> None:
    for number in range(20):
        door.tries("guess", f"10.0.0.{number}")
    door.time += REMEMBERED_S + 1
    door.tries("guess", "10.0.1.1")
    assert len(door.paced.addresses) == 1
    tries = door.paced.addresses["10.0.1.1"]
    door.paced.addresses.update({str(number): tries for number in range(MOST_ADDRESSES)})
    door.tries("guess", "10.0.1.2")
    assert len(door.paced.addresses) == MOST_ADDRESSES


def test_the_key_is_kept_where_the_hub_shows_a_space_in_a_frame(serves: Callable[..., TestClient]) -> None:
    browser = serves("https://me-studio.hf.space", password="sesame", SPACE_ID="me/studio", private=True)
    answer = browser.post("/login", data={"username": "studio", "password": "sesame"})
    cookies = {each.partition("=")[0]: each for each in answer.headers.get_list("set-cookie")}
    framed = [name for name, each in cookies.items() if each.endswith("; Partitioned")]
    assert [name for name in cookies if "unsecure" not in name] == framed
    assert all("samesite=none" in cookies[name].lower() and "secure" in cookies[name].lower() for name in framed)
    assert browser.get("/config").status_code == 200


def test_leaving_shuts_the_door_for_oneself_only(serves: Callable[..., TestClient]) -> None:
    mine = serves(HERE, password="sesame")
    others = TestClient(mine.app, HERE, follow_redirects=False)
    for browser in (mine, others):
        assert browser.get("/config").status_code == 401
        assert browser.post("/login", data={"username": "studio", "password": "sesame"}).status_code == 200
        assert browser.get("/config").status_code == 200
    kept = dict(mine.cookies)

    foreign = {"sec-fetch-site": "cross-site"}
    assert (mine.get("/logout", headers=foreign).status_code, mine.get("/config").status_code) == (403, 200)

    answer = mine.get("/logout")
    assert (answer.status_code, answer.headers["location"]) == (302, "./")
    assert [browser.get("/config").status_code for browser in (mine, others)] == [401, 200]
    mine.cookies.update(kept)  # whoever copied them is out as well
    assert mine.get("/config").status_code == 401


WITH_PASSWORD, ON_A_SPACE, IN_A_CONTAINER = {"password": "sesame"}, {"space_id": "me/studio"}, {"container": True}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
@pytest.mark.parametrize("settings", [{}, WITH_PASSWORD, ON_A_SPACE, IN_A_CONTAINER])
def test_at_this_machine_only_no_password_is_needed(host: str, settings: dict[str, object]) -> None:
    check_who_comes_in(Settings.model_validate(settings), host)
    assert not is_open_container(Settings.model_validate(settings), host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "192.168.1.20", "studio.local", ""])
@pytest.mark.parametrize(
    ("settings", "is_refused", "is_told"),
    [
        ({}, True, False),
        ({"private": True}, True, False),
        (WITH_PASSWORD, False, False),
        (ON_A_SPACE, False, False),
        ({**ON_A_SPACE, "private": True}, False, False),
        ({**ON_A_SPACE, **IN_A_CONTAINER}, False, False),
        (IN_A_CONTAINER, False, True),
        ({**IN_A_CONTAINER, **WITH_PASSWORD}, False, False),
        ({**IN_A_CONTAINER, "share": True}, True, True),
    ],
)
def test_other_machines_come_in_with_a_password_only(
    host: str, settings: dict[str, object], is_refused: bool, is_told: bool
) -> None:
    configured = Settings.model_validate(settings)
    refusal = None
    try:
        check_who_comes_in(configured, host)
    except InvalidSettings as error:
        refusal = error
    assert (refusal is not None) == is_refused
    assert refusal is None or "PROFILE_STUDIO_PASSWORD" in refusal.fix
    assert is_open_container(configured, host) == is_told
