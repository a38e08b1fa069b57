"""A page is made once for all who come to the same address, and is nobody else's."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from profile_studio.ui.kept_pages import MOST_PAGES
from profile_studio.ui.languages import PagesInLanguages

HERE = {"host": "here"}
ENGLISH = {"accept-language": "en"}
Asked = tuple[str, str, dict[str, str]]


class Pages:
    """An app that writes into its page all that it is told, and counts how many it makes."""

    def __init__(self, *, same_for_all: bool = True) -> None:
        self.made = 0
        routes = [Route(path, self._page, methods=["GET", "HEAD"]) for path in ("/", "/ko")]
        languages = Middleware(PagesInLanguages, first_styles="", same_for_all=same_for_all)
        self.app = Starlette(routes=routes, middleware=[languages])
        self.browser = TestClient(self.app, follow_redirects=False)

    async def _page(self, request: Request) -> HTMLResponse:
        self.made += 1
        await asyncio.sleep(0)
        return HTMLResponse(f'<html lang="en"><head></head>{request.url} {request.headers.items()}</html>')


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ([("GET", "/", HERE), ("GET", "/", HERE)], 1),
        ([("GET", "/", HERE), ("GET", "/?tab=train", {**HERE, "cookie": "a=b", "user-agent": "another"})], 1),
        ([("GET", "/?lang=en", HERE), ("GET", "/", HERE)], 1),
        ([("GET", "/", HERE), ("GET", "/ko", HERE)], 2),
        ([("GET", "/", HERE), ("GET", "/", {"host": "there"})], 2),
        ([("GET", "/", HERE), ("GET", "/", {**HERE, "x-forwarded-host": "there"})], 2),
        ([("GET", "/", HERE), ("GET", "/", {**HERE, "x-forwarded-proto": "https"})], 2),
        ([("GET", "/", HERE), ("GET", "/", {**HERE, "x-gradio-server": "http://there"})], 2),
        ([("GET", "/", HERE), ("GET", "/", {**HERE, "accept-encoding": "identity"})], 2),
        ([("HEAD", "/", HERE), ("GET", "/", HERE)], 2),
    ],
)
def test_a_page_is_made_once_an_address(asked: list[Asked], made: int) -> None:
    pages = Pages()
    for method, path, headers in asked:
        assert pages.browser.request(method, path, headers={**ENGLISH, **headers}).status_code == 200
    assert pages.made == made


def test_what_one_browser_says_of_itself_is_in_no_others_page() -> None:
    pages = Pages()
    for headers in ({"cookie": "key=secret", "authorization": "secret"}, {}):
        assert "secret" not in pages.browser.get("/?deep_link=secret", headers={**ENGLISH, **headers}).text


def test_a_choice_of_language_is_remembered_by_its_own_browser_only() -> None:
    pages = Pages()
    chosen = pages.browser.get("/?lang=en")
    pages.browser.cookies.clear()
    assert ("set-cookie" in chosen.headers, "set-cookie" in pages.browser.get("/").headers) == (True, False)


def test_behind_a_login_each_gets_a_page_of_their_own() -> None:
    pages = Pages(same_for_all=False)
    for name in ("one", "another"):
        assert name in pages.browser.get("/", headers={"cookie": f"name={name}"}).text


def test_strangers_names_fill_no_memory() -> None:
    pages = Pages()
    for number in (*range(2 * MOST_PAGES), 0):
        pages.browser.get("/", headers={"host": f"127.0.0.{number}"})
    assert pages.made == 2 * MOST_PAGES + 1  # the first was let go of


def test_a_crowd_that_comes_at_once_waits_for_one_page() -> None:
    pages = Pages()

    async def come() -> set[str]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(pages.app), base_url="http://here") as client:
            answers = await asyncio.gather(*(client.get("/", headers=ENGLISH) for _ in range(20)))
        return {answer.text for answer in answers}

    assert len(asyncio.run(come())) == 1
    assert pages.made == 1


def test_gradios_page_is_the_same_from_memory_and_every_browser_has_a_cookie_of_its_own(
    serves: Callable[..., TestClient],
) -> None:
    browser = serves("http://127.0.0.1:7860")
    answers: list[tuple[str, str]] = []
    for _ in range(2):
        browser.cookies.clear()
        answer = browser.get("/")
        answers.append((answer.text, answer.headers["set-cookie"]))
    (first, one), (second, another) = answers
    assert "gradio_config" in first
    assert first == second
    assert one != another
