"""Which page a browser gets, through the middleware that decides it."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from profile_studio.ui.languages import PagesInLanguages

KOREAN_BROWSER = {"accept-language": "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"}


def page(request: Request) -> HTMLResponse:
    return HTMLResponse(f'<html lang="en"><head></head><body>{request.url.path}</body></html>')


@pytest.fixture
def browser() -> TestClient:
    routes = [Route("/", page), Route("/ko", page), Route("/file", lambda _: PlainTextResponse('lang="en"'))]
    app = Starlette(
        routes=routes, middleware=[Middleware(PagesInLanguages, first_styles="p { margin: 0 }", same_for_all=True)]
    )
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("en-US,en;q=0.9,ko;q=0.8", None),
        ("en;q=0.4,ko;q=0.8", "ko"),
        ("de-DE,de;q=0.9", None),
        ("de,ko;q=0.1", "ko"),
        ("ko;q=0", None),
        ("ko;q=much", None),
        ("", None),
    ],
)
def test_a_browser_is_sent_to_the_page_in_its_language(
    browser: TestClient, accepted: str, expected: str | None
) -> None:
    answer = browser.get("/", headers={"accept-language": accepted})
    assert answer.headers.get("location") == expected
    assert answer.status_code == (302 if expected else 200)


def test_what_else_the_address_says_goes_along(browser: TestClient) -> None:
    assert browser.get("/?tab=train", headers=KOREAN_BROWSER).headers["location"] == "ko?tab=train"


def test_a_choice_counts_more_than_the_browser_and_is_remembered(browser: TestClient) -> None:
    chosen = browser.get("/ko?lang=en&tab=train", headers=KOREAN_BROWSER)
    assert chosen.headers["location"] == "./?lang=en&tab=train"
    assert browser.get("/?lang=en", headers=KOREAN_BROWSER).status_code == 200
    assert browser.get("/", headers=KOREAN_BROWSER).status_code == 200  # by the cookie

    assert browser.get("/?lang=ko").headers["location"] == "ko?lang=ko"
    assert browser.get("/").headers["location"] == "ko"


def test_an_address_that_names_its_language_is_believed(browser: TestClient) -> None:
    assert browser.get("/ko", headers={"accept-language": "en"}).status_code == 200


def test_an_unknown_language_asks_for_nothing(browser: TestClient) -> None:
    answer = browser.get("/?lang=xx", headers=KOREAN_BROWSER)
    assert (answer.headers["location"], answer.headers.get("set-cookie")) == ("ko?lang=xx", None)


@pytest.mark.parametrize(("path", "language"), [("/", "en"), ("/ko", "ko")])
def test_a_page_says_which_language_it_is_in(browser: TestClient, path: str, language: str) -> None:
    answer = browser.get(path, headers={"accept-encoding": "identity"})
    assert answer.text.startswith(f'<html lang="{language}"><head><script>')
    assert f"['language', '{language}']" in answer.text
    assert "<style>p { margin: 0 }</style></head>" in answer.text
    assert answer.headers["content-language"] == language
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_page_is_sent_packed_to_who_can_unpack_it(browser: TestClient) -> None:
    packed = browser.get("/", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == browser.get("/", headers={"accept-encoding": "identity"}).text


def test_everything_else_passes_untouched(browser: TestClient) -> None:
    answer = browser.get("/file?lang=ko", headers=KOREAN_BROWSER)
    assert (answer.text, answer.headers.get("set-cookie")) == ('lang="en"', None)


def test_the_choice_is_also_kept_inside_a_frame_of_another_site(browser: TestClient) -> None:
    behind_a_proxy = browser.get("/?lang=en", headers={"x-forwarded-proto": "https"})
    assert "SameSite=None; Secure; Partitioned" in behind_a_proxy.headers["set-cookie"]
    assert "SameSite=Lax" in browser.get("/?lang=en").headers["set-cookie"]
