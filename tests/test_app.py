"""The studio from outside, as another program or a curious stranger meets it."""

import base64
import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from PIL import Image

from profile_studio.settings import REPOSITORY_ROOT
from tests.running_app import running_app
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("app") / "home"
    (home / "datasets" / ".faces.12345678.tmp" / "images").mkdir(parents=True)  # an import ended here with kill -9
    return home


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with running_app(home) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Client:
    return Client(address, verbose=False, analytics_enabled=False)


def picture(client: Client, *form: object) -> dict[str, Any]:
    """The answer of `make_picture`; the engine comes up some seconds after the page."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return client.predict(*form, api_name="/make_picture")
        except AppError as error:
            if "engine" not in str(error) or time.monotonic() > deadline:
                raise


def get(address: str, path: str) -> httpx.Response:
    return httpx.get(address.rstrip("/") + path, timeout=PATIENCE_S)


def test_a_watchdog_sees_that_the_page_is_well(address: str) -> None:
    answer = get(address, "/healthz")
    assert answer.status_code == 200
    assert answer.json().keys() == {"ok", "worker"}
    assert answer.json()["ok"] is True


def test_pictures_of_a_killed_import_are_gone_when_the_page_is_up(address: str, home: Path) -> None:
    get(address, "/healthz")
    assert [path.name for path in (home / "datasets").iterdir()] == []


def test_what_watches_people_is_off(address: str) -> None:
    assert get(address, "/gradio_api/runs").status_code == 404
    assert get(address, "/monitoring").status_code == 404
    assert get(address, "/config").json()["analytics_enabled"] is False


def test_no_file_of_the_home_has_an_address(address: str, home: Path) -> None:
    secret = home / "pictures" / "face.png"
    secret.write_bytes(b"a face")
    for path in (secret, home / "studio.db", home / "web.log"):
        assert get(address, f"/gradio_api/file={path}").status_code == 403


def test_only_this_user_can_read_what_browsers_sent(home: Path, address: str) -> None:
    assert (home / "uploads").stat().st_mode & 0o077 == 0


def test_a_program_makes_a_picture_with_a_shipped_lora(client: Client, home: Path) -> None:
    of_the_page = set((home / "uploads").rglob("*.*"))  # the examples' buttons, which show what ships
    shipped = client.predict(api_name="/list_adapters")
    name = next(adapter["name"] for adapter in shipped if adapter["ships"])

    made = picture(client, "portrait, red hair", {name: 0.8}, "", 3, 2)  # ..., negative prompt, seed, steps

    assert made["seed"] == 3
    kind, content = made["image"].split(",", maxsplit=1)
    assert kind == "data:image/png;base64"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (256, 256)
    assert set((home / "uploads").rglob("*.*")) == of_the_page


def test_a_program_is_told_what_is_wrong(client: Client) -> None:
    with pytest.raises(AppError, match="There is no data set 'none'"):
        client.predict("none", "mine", api_name="/train_style")
    with pytest.raises(AppError, match="num_inference_steps"):
        client.predict("portrait", {}, "", 0, 0, api_name="/make_picture")
    with pytest.raises(AppError, match="no job"):
        client.predict("gone", api_name="/job_status")
    with pytest.raises(AppError, match="Choose one of: style, face"):
        client.predict("none", "mine", "colour", api_name="/train_style")


def test_a_listener_of_the_page_cannot_be_called_past_the_queue(address: str) -> None:
    config = get(address, "/config").json()
    private = (each for each in config["dependencies"] if each["api_visibility"] == "private")
    listener = next(each for each in private if each["backend_fn"])  # others run in the browser only
    answer = httpx.post(f"{address.rstrip('/')}/gradio_api/run/predict", json={"data": [], "fn_index": listener["id"]})
    assert (answer.status_code, "join the queue" in answer.text) == (404, True)


@pytest.fixture(scope="module")
def demo_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("demo") / "home"
    with running_app(home, "--no-worker", environment={"SPACE_ID": "someone/studio"}) as address:
        yield address


def test_a_demo_takes_no_files_and_trains_nothing(demo_address: str) -> None:
    files = {"files": ("face.png", b"a face")}
    refusal = httpx.post(f"{demo_address.rstrip('/')}/gradio_api/upload", files=files, timeout=PATIENCE_S)
    assert (refusal.status_code, "Uploads are off" in refusal.text) == (403, True)

    client = Client(demo_address, verbose=False, analytics_enabled=False)
    assert "pixel-art" in [each["name"] for each in client.predict(api_name="/list_datasets")]
    with pytest.raises(AppError, match="Training is off in this public demo"):
        client.predict("pixel-art", "mine", api_name="/train_style")


def test_a_door_with_a_password_lets_nobody_else_in(tmp_path: Path) -> None:
    with running_app(tmp_path / "home", "--no-worker", environment={"PROFILE_STUDIO_PASSWORD": "sesame"}) as address:
        assert get(address, "/config").status_code == 401
        assert get(address, "/healthz").json() == {"ok": True, "worker": False}
        Client(address, auth=("studio", "sesame"), verbose=False, analytics_enabled=False).predict(
            api_name="/list_adapters"
        )


def test_other_machines_are_not_let_in_without_a_password(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--no-worker", "--host", "0.0.0.0"]
    variables = {**os.environ, "PROFILE_STUDIO_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, cwd=REPOSITORY_ROOT, env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "PROFILE_STUDIO_PASSWORD" in done.stderr and "Traceback" not in done.stderr


def test_a_container_says_that_its_port_is_for_this_machine_only(tmp_path: Path) -> None:
    home, variables = tmp_path / "home", {"PROFILE_STUDIO_CONTAINER": "1", "GRADIO_SERVER_NAME": "0.0.0.0"}
    with running_app(home, "--no-worker", environment=variables) as address:
        assert get(f"http://127.0.0.1:{httpx.URL(address).port}", "/healthz").status_code == 200
    assert "docker run -p 127.0.0.1:7860:7860" in (home / "web.log").read_text("utf-8")
