"""Which requests reach the studio: those under its own names, and from its own page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from gradio.route_utils import CustomCORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from profile_studio.settings import Settings
from profile_studio.ui.own_site import OwnSite

HERE = "http://127.0.0.1:7860"
JOIN = "/gradio_api/queue/join"
Opens = Callable[..., TestClient]


@pytest.fixture
def opens(tmp_path: Path) -> Opens:
    """A browser at this address, before an app behind Gradio's own CORS headers and the studio's rules."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("an answer")(scope, receive, send)

    def browser(address: str = HERE, **settings: object) -> TestClient:
        configured = Settings.model_validate({"home": tmp_path, **settings})
        return TestClient(OwnSite(CustomCORSMiddleware(answer), configured, "127.0.0.1"), address)

    return browser


@pytest.mark.parametrize(
    ("address", "settings", "status"),
    [
        (HERE, {}, 200),
        ("http://localhost:7860", {}, 200),
        ("http://LOCALHOST.:7860", {}, 200),
        ("http://192.168.1.20:7860", {}, 200),
        ("http://[::1]:7860", {}, 200),
        ("http://[fe80::1]", {}, 200),
        ("https://me-studio.hf.space", {}, 200),
        ("https://0123abcd.gradio.live", {"share": True, "password": "sesame"}, 200),
        ("https://studio.example.org", {"hosts": "studio.example.org, other.example"}, 200),
        ("http://attacker.example:7860", {}, 403),
        ("http://127.0.0.1.attacker.example", {}, 403),
        ("http://localhost.attacker.example", {}, 403),
        ("http://hf.space.attacker.example", {}, 403),
        ("http://attackerhf.space", {}, 403),
        ("https://0123abcd.gradio.live", {}, 403),
        ("https://sub.studio.example.org", {"hosts": "studio.example.org"}, 403),
    ],
)
def test_the_studio_answers_under_its_own_names_only(
    opens: Opens, address: str, settings: dict[str, object], status: int
) -> None:
    browser = opens(address, **settings)
    for path in ("/", "/healthz"):
        answer = browser.get(path)
        assert answer.status_code == status, path
        assert ("PROFILE_STUDIO_HOSTS" in answer.text) == (status == 403)


@pytest.mark.parametrize(
    ("headers", "is_own"),
    [
        ({}, True),  # no browser
        ({"origin": HERE}, True),
        ({"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"referer": f"{HERE}/ko?tab=train"}, True),
        ({"referer": "https://attacker.example/", "sec-fetch-site": "same-origin"}, True),
        ({"referer": "https://attacker.example/127.0.0.1:7860"}, False),
        ({"referer": "nonsense"}, False),
        ({"origin": "https://outside.example", "x-forwarded-host": "outside.example"}, True),  # a proxy of the owner's
        ({"origin": "https://attacker.example"}, False),
        ({"origin": "http://127.0.0.1:3000"}, False),
        ({"origin": "http://localhost:7860"}, False),
        ({"origin": "https://127.0.0.1"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://["}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
    ],
)
@pytest.mark.parametrize("path", [JOIN, "/gradio_api/upload", "/gradio_api/process_recording", "/login", "/"])
def test_nothing_is_done_for_another_website(opens: Opens, path: str, headers: dict[str, str], is_own: bool) -> None:
    answer = opens().post(path, headers=headers)
    assert ("Another website" not in answer.text) == is_own
    if not is_own:
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("host", "origin", "is_own"),
    [
        ("me-studio.hf.space", "https://me-studio.hf.space", True),
        ("me-studio.hf.space:80", "https://me-studio.hf.space", True),
        ("me-studio.hf.space", "https://attacker-space.hf.space", False),
        ("0123abcd.gradio.live", "https://0123abcd.gradio.live", True),
        ("0123abcd.gradio.live", "https://attacker.gradio.live", False),
        ("10.0.0.7:7860", "https://studio.example.org", True),  # a proxy that says nothing of the name
        ("10.0.0.7:7860", "https://attacker.example", False),
    ],
)
def test_a_studio_behind_a_proxy_knows_its_own_page(opens: Opens, host: str, origin: str, is_own: bool) -> None:
    browser = opens(share=True, hosts="studio.example.org")
    assert browser.post(JOIN, headers={"host": host, "origin": origin}).status_code == (200 if is_own else 403)


@pytest.mark.parametrize("path", ["/config", "/healthz", "/logout", "/gradio_api/info", "/gradio_api/file=/etc/passwd"])
@pytest.mark.parametrize("headers", [{"origin": "https://attacker.example"}, {"sec-fetch-site": "cross-site"}])
def test_another_website_reads_nothing(opens: Opens, path: str, headers: dict[str, str]) -> None:
    assert opens().get(path, headers=headers).status_code == 403


@pytest.mark.parametrize("address", [HERE, "https://me-studio.hf.space"])
def test_another_website_may_open_the_page_and_not_read_it(opens: Opens, address: str) -> None:
    answer = opens(address).get("/", headers={"origin": "https://attacker.example", "sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("address", [HERE, "https://me-studio.hf.space"])
def test_another_website_is_not_promised_anything(opens: Opens, address: str) -> None:
    asked = {"origin": "https://attacker.example", "access-control-request-method": "POST"}
    answer = opens(address).options(JOIN, headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("headers", [{"origin": "https://attacker.example"}, {"host": "attacker.example"}])
def test_another_website_opens_no_socket(opens: Opens, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDisconnect) as caught, opens().websocket_connect(JOIN, headers=headers):
        pass
    assert caught.value.code == 1008


@pytest.mark.parametrize(
    ("settings", "frames"),
    [({}, "'self'"), ({"SPACE_ID": "me/studio"}, "'self' https://huggingface.co")],
)
def test_only_the_hub_shows_the_page_in_a_frame_and_only_of_a_space(
    opens: Opens, settings: dict[str, object], frames: str
) -> None:
    answer = opens(**settings).get("/")
    assert answer.headers["content-security-policy"] == f"frame-ancestors {frames}"


def test_a_refusal_is_in_the_language_of_the_browser(opens: Opens) -> None:
    answer = opens("http://attacker.example").get("/", headers={"accept-language": "ko"})
    assert "attacker.example" in answer.text and "이름" in answer.text


def test_gradio_adds_nothing_around_these_rules(serves: Opens) -> None:
    browser, foreign = serves("https://me-studio.hf.space"), {"origin": "https://attacker.example"}
    asked = {**foreign, "access-control-request-method": "POST"}
    for answer in (
        browser.get("/", headers=foreign),
        browser.post(JOIN, headers=foreign),
        browser.options(JOIN, headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert browser.get("/").headers["content-security-policy"] == "frame-ancestors 'self'"
