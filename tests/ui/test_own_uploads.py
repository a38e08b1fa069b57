"""Whose uploads somebody can fetch and use: their own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from profile_studio.ui.own_uploads import LONGEST_CALL_BYTES

HERE = "http://127.0.0.1:7860"


class Browser:
    """Somebody who has opened the page."""

    def __init__(self, studio: TestClient) -> None:
        self.client = TestClient(studio.app, HERE, follow_redirects=False)
        assert self.client.get("/").status_code == 200

    def brings(self, content: bytes, name: str = "face.png") -> Path:
        answer = self.client.post("/gradio_api/upload", files={"files": (name, content)})
        assert answer.status_code == 200
        return Path(answer.json()[0])

    def fetches(self, path: Path | str) -> Any:
        return self.client.get(f"/gradio_api/file={path}")

    def uses(self, named: object, **more: object) -> Any:
        data = [[{"path": named, "meta": {"_type": "gradio.FileData"}}]]
        return self.client.post("/gradio_api/run/predict", json={"data": data, "fn_index": 0, **more})


@pytest.fixture
def mine(serves: Callable[..., TestClient]) -> Browser:
    return Browser(serves(HERE))


@pytest.fixture
def theirs(serves: Callable[..., TestClient]) -> Browser:
    return Browser(serves(HERE))


def is_refused(answer: Any) -> bool:
    return answer.status_code == 403 and "This browser did not bring that file" in answer.json()["detail"]


def test_a_browser_fetches_and_uses_what_it_brought(mine: Browser) -> None:
    brought = mine.brings(b"mine")
    assert mine.fetches(brought).content == b"mine"
    assert mine.uses(str(brought)).json()["data"] == [str([str(brought)])]


def test_nobody_else_fetches_or_uses_it(mine: Browser, theirs: Browser) -> None:
    brought = mine.brings(b"my face")
    assert is_refused(theirs.fetches(brought))
    assert is_refused(theirs.uses(str(brought)))
    theirs.client.cookies.clear()
    assert is_refused(theirs.fetches(brought))
    assert is_refused(theirs.uses(str(brought)))


def test_two_who_bring_the_same_file_each_have_it(mine: Browser, theirs: Browser) -> None:
    assert mine.brings(b"the same") == (brought := theirs.brings(b"the same"))
    for browser in (mine, theirs):
        assert browser.fetches(brought).status_code == browser.uses(str(brought)).status_code == 200


@pytest.mark.parametrize(
    "spelled",
    [
        "{folder}",
        "{folder}/",
        "{folder}/..",
        "{uploads}",
        "{uploads}/../studio.db",
        "{folder}/./{name}",
        "{folder}/../{hash}/{name}",
        "{folder}/{name}\0",
        "file://{folder}/{name}",
        "http://127.0.0.1:7860/gradio_api/file={folder}/{name}",
        "https://attacker.example/face.png",
        "{folder}/link.png",
        "/etc/hostname",
        "",
        7,
        ["{folder}/{name}"],
    ],
)
def test_no_spelling_names_what_another_one_brought(mine: Browser, theirs: Browser, spelled: Any) -> None:
    brought = mine.brings(b"my face")
    link = brought.parent / "link.png"
    link.unlink(missing_ok=True)
    link.symlink_to(brought)
    places = {"folder": brought.parent, "uploads": brought.parent.parent, "hash": brought.parent.name}
    named = spelled.format(name=brought.name, **places) if isinstance(spelled, str) else spelled
    assert is_refused(theirs.uses(named))
    if isinstance(named, str) and named and "\0" not in named:
        assert theirs.fetches(named).status_code in (403, 404)


def test_plain_files_only_of_ones_own_too(mine: Browser) -> None:
    brought = mine.brings(b"mine", "first.png")
    assert is_refused(mine.uses(str(brought.parent)))
    assert is_refused(mine.uses(str(brought.parent.parent)))
    brought.unlink()
    assert is_refused(mine.uses(str(brought)))
    brought.symlink_to("/etc/hostname")
    assert is_refused(mine.uses(str(brought)))
    brought.unlink()


def test_no_hiding_place_in_a_call_is_overlooked(mine: Browser, theirs: Browser) -> None:
    named = str(mine.brings(b"my face"))
    bodies = [
        json.dumps({"data": {"deep": [[[{"value": {"path": named}}]]]}, "fn_index": 0}).encode(),
        json.dumps({"data": [], "event_data": {"path": named}, "fn_index": 0}).encode(),
        json.dumps({"data": [[{"path": named}]], "fn_index": 0}).replace('"path"', '"\\u0070ath"').encode(),
        json.dumps({"data": [[{"path": named}]], "fn_index": 0}).encode("utf-16"),
        f'{{"data": [[{{"path": null, "path": {json.dumps(named)}}}]], "fn_index": 0}}'.encode(),
    ]
    for body in bodies:
        for address in ("run/predict", "run/predict/", "queue/join", "call/change"):
            answer = theirs.client.post(
                f"/gradio_api/{address}", content=body, headers={"content-type": "application/json"}
            )
            assert is_refused(answer), (address, body)


def test_a_large_form_without_files_arrives_as_it_was_sent(mine: Browser) -> None:
    answer = mine.client.post(
        "/gradio_api/run/predict", json={"data": [None], "fn_index": 0, "event_data": "x" * 500_000}
    )
    assert (answer.status_code, answer.json()["data"]) == (200, ["None"])


def test_a_call_longer_than_any_form_is_not_kept_in_memory(mine: Browser) -> None:
    for size, status in ((LONGEST_CALL_BYTES, 422), (LONGEST_CALL_BYTES + 1, 413)):
        assert mine.client.post("/gradio_api/queue/join", content=b" " * size).status_code == status


def test_the_cookie_is_of_no_use_to_scripts_and_stays_where_the_hub_shows_a_space(
    serves: Callable[..., TestClient],
) -> None:
    plain = TestClient(serves(HERE).app, HERE).get("/").headers["set-cookie"]
    assert plain.startswith("studio_browser=") and plain.endswith("; HttpOnly; Path=/; SameSite=Lax")
    in_a_frame = (
        TestClient(serves("https://me-studio.hf.space").app, "https://me-studio.hf.space")
        .get("/")
        .headers["set-cookie"]
    )
    assert in_a_frame.endswith("; HttpOnly; Path=/; SameSite=None; Secure; Partitioned")


def test_what_gradio_ships_is_fetched_by_everybody(mine: Browser) -> None:
    import gradio as gr
    from gradio.utils import set_static_paths

    icon = Path(gr.__file__).parent / "icons" / "huggingface-logo.svg"
    set_static_paths([str(icon)])
    assert mine.fetches(icon).status_code == 200
