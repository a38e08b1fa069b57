"""From pictures to a picture by commands alone, with real processes and without a running studio."""

import json
import signal
from pathlib import Path

import pytest
from PIL import Image
from safetensors.numpy import load_file

from profile_studio.cli.parts import open_studio, wait_for_job
from profile_studio.domain.errors import InputError, Stopped
from profile_studio.domain.jobs import JobError, JobKind
from profile_studio.jobs.presence import supervisor_presence
from profile_studio.services.live import engine_presence
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.cli.conftest import CommandLine
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow


def test_training_and_generating_start_what_they_need_and_stop_it(
    command_line: CommandLine, pictures: Path, tiny_base: Path, tmp_path: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise", "--trigger-word", "noisy")

    code, trained = command_line.call(
        *("train", "noise", "--base", str(tiny_base), "--name", "snow", "--steps", "4", "--rank", "2", "--wait"),
        *("--set", "resolution=64", "--set", "sample_every=0"),
    )

    assert code == 0, command_line.said
    assert (trained["status"], trained["adapter"], trained["steps"]) == ("completed", "snow", 4)
    assert trained["resumed_at_step"] in (None, 0)
    assert trained["seconds"] > 0 and trained["steps_per_second"] > 0
    assert load_file(trained["file"])
    assert not supervisor_presence(command_line.settings).is_there()
    shown = command_line.call("jobs", "show", trained["job"])[1]
    assert (shown["fraction"], shown["file"], shown["adapter"]) == (1.0, trained["file"], "snow")
    assert "snow" in command_line.call("adapters", "list")[1]["adapters"]

    words = ("generate", "--prompt", "noisy portrait", "--base", str(tiny_base), "--num-inference-steps", "2")
    blend = ("--adapter", "snow=0.8", "--count", "2", "--seed", "7", "--out", str(tmp_path / "out"))
    code, made = command_line.call(*words, *blend)

    assert code == 0, command_line.said
    assert [image["seed"] for image in made["images"]] == [7, 8]
    for image in made["images"]:
        with Image.open(image["file"]) as picture:
            assert picture.size == (64, 64)
    assert made["seconds"] > 0
    assert made["read_as"] == "noisy portrait"
    assert not engine_presence(command_line.settings).is_there()

    second = made["images"][1]["file"]
    code, again = command_line.call("generate", "--again", second, "--base", str(tiny_base), "--out", str(tmp_path))
    assert code == 0, command_line.said
    with Image.open(second) as before, Image.open(again["images"][0]["file"]) as after:
        assert before.tobytes() == after.tobytes()

    code, refused = command_line.call(*words, "--adapter", "no-such-lora", "--out", str(tmp_path / "out"))
    assert (code, refused["error"]["kind"]) == (2, "unknown_adapter")


def test_a_waiting_command_that_is_stopped_leaves_the_job_waiting(
    command_line: CommandLine, pictures: Path, tiny_base: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    options = ("--base", str(tiny_base), "--steps", "5000", "--rank", "2", "--set", "resolution=64", "--wait")
    with command_line.start("train", "noise", *options, "--set", "sample_every=0") as process:
        _wait_for_step(command_line, 5)
        process.send_signal(signal.SIGTERM)
        output, said = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 1
    error = json.loads(output)["error"]
    assert error["kind"] == "stopped"
    assert "Traceback" not in said
    [job] = command_line.call("jobs", "list")[1]["jobs"]
    assert (job["status"], job["attempt"]) == ("queued", 1)
    assert f"jobs wait {job['job']}" in error["fix"]
    assert job["step"] >= 5
    assert not supervisor_presence(command_line.settings).is_there()


def test_who_waits_for_a_paused_job_hears_how_it_goes_on_and_who_stops_waiting_how_to_come_back(
    command_line: CommandLine,
) -> None:
    studio = open_studio()
    job = JobRepository(Database(studio.settings.resolved_database_url)).create(JobKind.TRAIN, {}, 1, 1.0)
    studio.jobs.pause(job.id)
    with command_line.start("jobs", "wait", job.id) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)

    assert line == f"{job.id} paused: step 0 of 1; `jobs resume {job.id}` lets it go on\n"
    assert process.returncode == 1
    assert f"`python -m profile_studio jobs wait {job.id}`" in json.loads(output)["error"]["fix"]


def test_waiting_for_a_canceled_or_failed_job_ends_with_its_error(command_line: CommandLine) -> None:
    studio = open_studio()
    jobs = JobRepository(Database(studio.settings.resolved_database_url))
    canceled, failed = (jobs.create(JobKind.TRAIN, {}, 1, now) for now in (1.0, 2.0))
    jobs.ask_cancel(canceled.id, now=3.0)
    attempt = jobs.claim(failed.id, now=3.0)
    assert attempt is not None
    jobs.fail(failed.id, attempt, JobError("invalid_dataset", "It is empty.", "Fill it."), now=4.0)

    with pytest.raises(Stopped) as stopped:
        wait_for_job(studio, canceled.id)
    with pytest.raises(InputError) as at_fault:
        wait_for_job(studio, failed.id)

    assert (stopped.value.exit_code, canceled.id in stopped.value.message) == (1, True)
    assert (at_fault.value.exit_code, at_fault.value.kind, str(at_fault.value)) == (
        2,
        "invalid_dataset",
        "It is empty. Fill it.",
    )


def _wait_for_step(command_line: CommandLine, step: int) -> None:
    wait_until(lambda: any(job["step"] >= step for job in command_line.call("jobs", "list")[1]["jobs"]))


def test_an_import_whose_photographs_nobody_can_describe_is_an_import_all_the_same(
    command_line: CommandLine, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILE_STUDIO_BLIP", str(tmp_path / "gone"))

    code, reply = command_line.call("dataset", "import", str(pictures), "--name", "noise", "--caption", "auto")

    assert (code, reply["images"], reply["captioned"]) == (0, 4, 1)
    assert "nobody has described them" in command_line.said
    assert "PROFILE_STUDIO_BLIP" in command_line.said
