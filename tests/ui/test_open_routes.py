"""Which of Gradio's addresses somebody can reach."""

from collections.abc import Callable

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from profile_studio.ui.open_routes import OpenRoutes

HERE = "http://127.0.0.1:7860"
DEMO = {"SPACE_ID": "someone/studio"}
PRIVATE_SPACE = {**DEMO, "private": True}


@pytest.mark.parametrize("settings", [{}, DEMO, PRIVATE_SPACE])
@pytest.mark.parametrize(
    "path",
    ["/", "/config", "/config/", "/healthz", "/favicon.ico", "/manifest.json", "/gradio_api/info"],
)
def test_the_page_reads_what_it_is_made_of(
    serves: Callable[..., TestClient], path: str, settings: dict[str, object]
) -> None:
    assert serves(HERE, **settings).get(path).status_code == 200


def test_every_page_is_open_also_with_a_slash_behind_it() -> None:
    app = OpenRoutes(PlainTextResponse("a page"), takes_files=True)
    for path in ("/", "//", "/ko", "/ko/"):
        assert TestClient(app, HERE).get(path).text == "a page"


@pytest.mark.parametrize("settings", [{}, DEMO])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/process_recording/"),
        ("GET", "/kon"),
        ("POST", "/ko"),
        ("POST", "//gradio_api/process_recording"),
        ("POST", "/gradio_api/%70rocess_recording"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/vibe-edit/"),
        ("POST", "/gradio_api/stream/event"),
        ("POST", "/gradio_api/call/v2/any"),
        ("POST", "/gradio_api/api/predict"),
        ("GET", "/gradio_api/proxy=https://someone.hf.space/"),
        ("GET", "/gradio_api/custom_component/1/client/component/index.js"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/deep_link?session_hash=any"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/gradio_api/queue/join"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/svelte/any.js"),
        ("PUT", "/"),
        ("DELETE", "/config"),
        ("OPTIONS", "/config"),
    ],
)
def test_what_the_page_does_not_use_is_closed(
    serves: Callable[..., TestClient], method: str, path: str, settings: dict[str, object]
) -> None:
    answer = serves(HERE, **settings).request(method, path)
    assert (answer.status_code, answer.text) == (404, "There is nothing at this address.")


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/gradio_api/upload?upload_id=any"])
@pytest.mark.parametrize(("settings", "is_taken"), [({}, True), (PRIVATE_SPACE, True), (DEMO, False)])
def test_only_a_studio_of_ones_own_takes_files(
    serves: Callable[..., TestClient], path: str, settings: dict[str, object], is_taken: bool
) -> None:
    browser = serves(HERE, **settings)
    answer = browser.post(path, files={"files": ("face.png", b"a face")}, follow_redirects=True)
    assert ("Uploads are off in this public demo" in answer.text) == (not is_taken)
    assert answer.status_code == (200 if is_taken else 403)
