"""`bases ...` on an empty home, with a hub on this computer."""

import io
from pathlib import Path

import pytest

from profile_studio.settings import Settings
from tests.cli.conftest import CommandLine
from tests.hub import COMMIT, Hub, put_into_cache

SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5"
SD15_FACTS = {"base": "sd15", "family": "sd1", "native_size": 512, "prediction": None, "hash": None}


@pytest.mark.usefixtures("hub_cache")
def test_the_four_bases_are_listed_with_what_is_on_this_disk(command_line: CommandLine) -> None:
    code, reply = command_line.call("bases", "list")

    assert code == 0
    assert [(base["base"], base["ready"]) for base in reply["bases"]] == [
        ("sd15", False), ("sd35-medium", False), ("sdxl", False), ("starter", True),
    ]  # fmt: skip


def test_what_is_there_of_a_base_is_told_and_what_is_missing(
    command_line: CommandLine, hub_cache: Path, tiny_base: Path
) -> None:
    assert command_line.call("bases", "show", "sd15") == (
        0,
        {**SD15_FACTS, "ready": False, "missing": ["model_index.json"]},
    )
    snapshot = put_into_cache(hub_cache, SD15, tiny_base)
    weights = snapshot / "unet/diffusion_pytorch_model.safetensors"
    aside = weights.rename(snapshot / "aside")
    missing = ["unet/diffusion_pytorch_model.safetensors"]
    assert command_line.call("bases", "show", "sd15") == (0, {**SD15_FACTS, "ready": False, "missing": missing})
    aside.rename(weights)

    code, whole = command_line.call("bases", "show", "sd15")

    assert (code, whole["ready"], whole["prediction"], len(whole["hash"])) == (0, True, "epsilon", 64)


def test_a_fetched_base_is_let_go_and_nothing_else_is(
    command_line: CommandLine, hub_cache: Path, tiny_base: Path
) -> None:
    put_into_cache(hub_cache, SD15, tiny_base)

    code, reply = command_line.call("bases", "forget", "sd15")

    assert (code, list(hub_cache.iterdir())) == (0, [])
    assert reply["freed_bytes"] > 100_000
    for kept in ("starter", str(tiny_base)):
        code, reply = command_line.call("bases", "forget", kept)
        assert (code, reply["error"]["kind"]) == (2, "invalid_settings")
    assert (tiny_base / "model_index.json").is_file()


@pytest.mark.parametrize("base", ["starter", "no-such-base"])
def test_what_is_not_on_the_hub_is_not_fetched(command_line: CommandLine, base: str) -> None:
    code, reply = command_line.call("bases", "fetch", base)

    assert (code, reply["error"]["message"]) == (2, f"{base!r} is not a base model that can be fetched.")


def test_a_fetch_is_a_job_whose_token_no_row_and_no_log_has(
    command_line: CommandLine, hub: Hub, tiny_base: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.models[SD15] = tiny_base
    hub.accepted_token = "hf_a-secret"
    monkeypatch.setattr("sys.stdin", io.StringIO("hf_a-secret\n"))

    code, reply = command_line.call("bases", "fetch", "sd15", "--token-stdin")

    assert (code, reply["base"], reply["family"], reply["commit"]) == (0, "sd15", "sd1", COMMIT)
    assert hub.tokens == {"hf_a-secret"}
    having = [
        path for path in settings.resolved_home.rglob("*") if path.is_file() and b"hf_a-secret" in path.read_bytes()
    ]
    assert having == [settings.run_dir / "hub-token"]
    _, listed = command_line.call("jobs", "list")
    assert [(job["kind"], job["status"], job["step"] == job["steps"]) for job in listed["jobs"]] == [
        ("fetch", "completed", True)
    ]


def test_evaluators_are_listed_with_where_they_come_from(command_line: CommandLine, settings: Settings) -> None:
    place = settings.evaluators_dir / "inception"
    place.mkdir(parents=True)
    (place / "inception-2015-12-05.pt").write_bytes(b"")

    code, reply = command_line.call("evaluators", "list")

    assert code == 0
    assert [(each["evaluator"], each["ready"]) for each in reply["evaluators"]] == [
        ("blip", False), ("clip", False), ("inception", True),
    ]  # fmt: skip
    assert [bool(each["hub"]) != bool(each["url"]) for each in reply["evaluators"]] == [True] * 3
    code, reply = command_line.call("evaluators", "fetch", "dinov2")
    assert (code, reply["error"]["kind"]) == (2, "invalid_settings")
