"""The files with which the studio goes elsewhere agree with each other and with the code."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from profile_studio.settings import REPOSITORY_ROOT, Settings

PIN = re.compile(r"^([\w.-]+)==(\S+)$", re.MULTILINE)


def read(name: str) -> str:
    return (REPOSITORY_ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall(read(name)))


def deploy(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "scripts/deploy_space.py", "me/studio", *arguments]
    environment = {"HF_HOME": str(home), "PATH": ""}
    return subprocess.run(command, cwd=REPOSITORY_ROOT, env=environment, capture_output=True, text=True)


def front_matter() -> dict[str, object]:
    return yaml.safe_load(read("README.md").split("---")[1])


def test_a_space_runs_the_gradio_that_is_tested() -> None:
    facts = front_matter()
    assert (facts["sdk"], facts["sdk_version"]) == ("gradio", pins("requirements.txt")["gradio"])
    assert (REPOSITORY_ROOT / str(facts["app_file"])).is_file()
    assert len(str(facts["short_description"])) <= 60  # the hub refuses more


def test_zero_gpu_differs_only_where_it_must() -> None:
    usual, zero_gpu = pins("requirements.txt"), pins("requirements-zerogpu.txt")
    assert (2, 8) <= tuple(map(int, zero_gpu.pop("torch").split(".")[:2])) <= (2, 11)
    assert zero_gpu.pop("spaces")
    assert zero_gpu == {name: version for name, version in usual.items() if name != "torch"}


@pytest.mark.parametrize("zero_gpu", [False, True])
def test_a_space_gets_just_the_files_it_needs(zero_gpu: bool, tmp_path: Path) -> None:
    done = deploy("--dry-run", *(["--zero-gpu"] if zero_gpu else []), home=tmp_path)
    assert done.returncode == 0, done.stderr
    names = done.stdout.splitlines()

    roots = {name.split("/")[0] for name in names if not name.startswith("requirements")}
    assert roots == {"app.py", "README.md", "LICENSE", "NOTICE", "docs", "profile_studio", "assets", "loras"}
    assert ("requirements.txt <- requirements-zerogpu.txt" in names) is zero_gpu
    assert "profile_studio/ui/app.py" in names
    assert "assets/starter/unet/diffusion_pytorch_model.safetensors" in names
    assert not [name for name in names if "__pycache__" in name or "starter/unet.py" in name]


def test_without_a_token_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    done = deploy(home=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "There is no Hugging Face token here. Run `hf auth login`, or set HF_TOKEN, and try again.\n"


def test_compose_runs_page_worker_and_postgres() -> None:
    services = yaml.safe_load(read("docker-compose.yml"))["services"]
    assert services.keys() == {"web", "worker", "db"}
    assert services["web"]["command"] == [".venv/bin/python", "app.py", "--no-worker"]
    assert services["worker"]["command"] == [".venv/bin/python", "-m", "profile_studio", "worker"]
    assert services["worker"]["environment"] == services["web"]["environment"]
    assert services["worker"]["network_mode"] == "service:web"  # the engine listens on 127.0.0.1 only
    assert services["web"]["ports"] == ["127.0.0.1:7860:7860"]


def test_the_image_installs_as_make_run_does_and_looks_after_its_health() -> None:
    image = read("Dockerfile")
    for fact in (
        "scripts/install.sh run",
        "--uid 1000",
        "EXPOSE 7860",
        "/healthz",
        "VOLUME /data",
        "ARG TORCH=cpu",
        "PROFILE_STUDIO_CONTAINER=1",
    ):
        assert fact in image
    assert "scripts/install.sh run" in read("Makefile")


def test_every_docker_run_that_is_given_publishes_to_this_machine_only() -> None:
    given = [
        line for name in ("README.md", "Dockerfile", "profile_studio/ui/door.py") for line in read(name).splitlines()
    ]
    ports = [port for line in given if "docker run" in line for port in re.findall(r"-p ([\d.:]+)", line)]
    assert ports and set(ports) == {"127.0.0.1:7860:7860"}


def test_the_start_files_do_what_make_run_does() -> None:
    assert "scripts/install.sh run" in read("start.command")
    assert (REPOSITORY_ROOT / "start.command").stat().st_mode & 0o111
    windows = (REPOSITORY_ROOT / "start.bat").read_bytes()
    assert windows.count(b"\n") == windows.count(b"\r\n")
    assert b"-r requirements.txt" in windows and b"app.py --open" in windows


def test_the_notebook_opens_the_studio_behind_a_password() -> None:
    cells = json.loads(read("notebooks/colab.ipynb"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    assert "PROFILE_STUDIO_PASSWORD" in code and "PROFILE_STUDIO_SHARE" in code
    assert code.endswith("!python app.py")


@pytest.mark.parametrize(
    "name", ["README.md", "SECURITY.md", "Dockerfile", "docker-compose.yml", "notebooks/colab.ipynb"]
)
def test_every_variable_that_is_named_is_read(name: str) -> None:
    named = set(re.findall(r"PROFILE_STUDIO_([A-Z_]+)", read(name)))
    assert named and named <= {field.upper() for field in Settings.model_fields}


def test_every_test_that_a_promise_names_is_there() -> None:
    named = re.findall(r"tests/[\w/]+\.py", read("SECURITY.md"))
    assert named and all((REPOSITORY_ROOT / path).is_file() for path in named)
