"""What the command line promises to programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from profile_studio.domain.jobs import JobError, JobKind, ProgressReport
from profile_studio.lora_files import write_tensors
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.cli.conftest import CommandLine
from tests.test_lora_files import halves
from tests.training.helpers import create_dataset


def test_an_import_tells_the_fate_of_each_file(command_line: CommandLine, pictures: Path) -> None:
    code, reply = command_line.call("dataset", "import", str(pictures), "--name", "noise", "--trigger-word", "noisy")

    assert code == 0
    assert {key: reply[key] for key in ("dataset", "images", "captioned", "held_out")} == {
        "dataset": "noise",
        "images": 4,
        "captioned": 1,
        "held_out": 0,
    }
    assert [note["file"] for note in reply["rejected"]] == ["broken.png"]
    assert command_line.call("dataset", "list")[1]["datasets"] == ["noise"]


def test_references_are_told_like_an_import_and_shown_as_what_they_are(
    command_line: CommandLine, pictures: Path
) -> None:
    files = [str(pictures / name) for name in ("0.png", "1.png", "2.png", "3.png", "broken.png")]
    command_line.call("dataset", "import", *files[:2], "--name", "noise")

    code, reply = command_line.call("dataset", "add-references", "noise", *files[1:])

    assert code == 0
    assert {key: reply[key] for key in ("dataset", "images", "held_out", "references", "added")} == {
        "dataset": "noise",
        "images": 4,
        "held_out": 2,
        "references": 2,
        "added": 2,
    }
    assert {note["file"]: (note["reason"], note["like"]) for note in reply["rejected"]} == {
        "1.png": ("like_the_set", "1.png"),
        "broken.png": ("not_an_image", None),
    }
    assert reply["report"][0] == "2 pictures were added to noise and are never trained on."
    shown = command_line.call("dataset", "edit", "noise", "--hold-out", "0")[1]["pictures"]
    assert [(each["original_name"], each["is_reference"], each["held_out"]) for each in shown] == [
        ("0.png", False, False),
        ("1.png", False, False),
        ("2.png", True, True),
        ("3.png", True, True),
    ]
    code, reply = command_line.call("dataset", "add-references", "noise", files[0])
    assert (code, reply["error"]["message"]) == (2, "There is no picture to add (left out: 1 like the set).")


@pytest.mark.parametrize("option", ["--trigger-word", "--class-word"])
@pytest.mark.parametrize("word", ["((((", "../../evil", "x" * 100_000])
def test_a_word_that_cannot_be_one_is_refused_where_it_is_typed(
    command_line: CommandLine, pictures: Path, option: str, word: str
) -> None:
    code, reply = command_line.call("dataset", "import", str(pictures), "--name", "noise", option, word)
    assert (code, reply["error"]["kind"]) == (2, "invalid_prompt")
    assert len(reply["error"]["message"]) < 200


def test_captions_and_the_trigger_word_can_be_edited(command_line: CommandLine, pictures: Path) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    picture = command_line.call("dataset", "show", "noise")[1]["pictures"][1]["image"]

    code, reply = command_line.call(
        "dataset", "edit", "noise", "--caption", f"{picture}=snow, gray", "--trigger-word", "snowy",
        "--class-word", "hill",
    )  # fmt: skip

    assert code == 0
    assert (reply["trigger_word"], reply["class_word"]) == ("snowy", "hill")
    assert [image["caption"] for image in reply["pictures"] if image["image"] == picture] == ["snow, gray"]


def test_a_lora_is_imported_for_a_named_base_and_comes_back_from_a_folder(
    command_line: CommandLine, tiny_base: Path, tmp_path: Path
) -> None:
    write_tensors(tmp_path / "mine.safetensors", halves(width=32), {"modelspec.trigger_phrase": "zzz"})
    (command_line.settings.user_loras_dir / "strange.safetensors").mkdir()

    code, refused = command_line.call("adapters", "import", str(tmp_path / "mine.safetensors"))
    _, imported = command_line.call("adapters", "import", str(tmp_path / "mine.safetensors"), "--base", str(tiny_base))
    command_line.call("adapters", "export", "mine", "--format", "peft", "--out", str(tmp_path / "folder"))
    _, again = command_line.call("adapters", "import", str(tmp_path / "folder"), "--name", "again")
    listed = command_line.call("adapters", "list", "--base", str(tiny_base))[1]

    assert code == 2
    assert "--base" in refused["error"]["fix"]
    assert {key: imported[key] for key in ("base_hash", "trigger_word", "rank", "network_alpha")} == {
        key: again[key] for key in ("base_hash", "trigger_word", "rank", "network_alpha")
    }
    assert again["trigger_word"] == "zzz"
    assert listed["adapters"] == ["again", "mine"]
    assert [entry["file"] for entry in listed["skipped"]] == ["strange.safetensors"]


def test_a_wrong_word_is_exit_2_with_one_error_object(command_line: CommandLine) -> None:
    for words in (
        ["no-such-command"],
        ["jobs", "show"],
        ["train", "x", "--no-such-option", "1"],
        ["jobs", "show", "x"],
    ):
        code, reply = command_line.call(*words)
        assert code == 2, words
        assert set(reply["error"]) == {"kind", "message", "fix"}
        assert command_line.said.count("\n") == 1
        assert "Traceback" not in command_line.said


def test_an_unknown_training_key_is_exit_2_with_the_list(command_line: CommandLine) -> None:
    code, reply = command_line.call("train", "noise", "--set", "learning_speed=1")

    assert code == 2
    assert "learning_rate" in reply["error"]["fix"]


def test_a_training_value_out_of_range_is_named(command_line: CommandLine, pictures: Path, tiny_base: Path) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")

    code, reply = command_line.call("train", "noise", "--base", str(tiny_base), "--set", "learning_rate=7")

    assert code == 2
    assert reply["error"]["kind"] == "invalid_settings"
    assert "learning_rate" in reply["error"]["message"]


def test_a_queued_job_says_that_no_worker_runs_and_can_be_steered(
    command_line: CommandLine, pictures: Path, tiny_base: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")

    code, queued = command_line.call("train", "noise", "--base", str(tiny_base), "--steps", "3")

    assert code == 0
    assert "no worker runs" in command_line.said
    assert (queued["status"], queued["adapter"], queued["file"], queued["steps"]) == ("queued", "noise", None, 3)
    assert command_line.call("jobs", "pause", queued["job"])[1]["status"] == "paused"
    resumed = command_line.call("jobs", "resume", queued["job"])[1]
    assert (resumed["status"], resumed["queue_position"], resumed["error"]) == ("queued", 1, None)
    assert command_line.call("jobs", "cancel", queued["job"])[1]["status"] == "canceled"
    code, reply = command_line.call("jobs", "cancel", queued["job"])
    assert (code, reply["error"]["kind"]) == (2, "job_not_allowed")


@pytest.mark.parametrize(
    ("end", "exit_code", "kind"),
    [
        (None, 0, None),
        (JobError("training_failed", "It broke.", "Mend it."), 1, "training_failed"),
        (JobError("invalid_dataset", "It is empty.", "Fill it."), 2, "invalid_dataset"),
        ("canceled", 1, "stopped"),
    ],
)
def test_waiting_for_a_job_ends_as_it_did(
    command_line: CommandLine, end: JobError | str | None, exit_code: int, kind: str | None
) -> None:
    command_line.call("jobs", "list")
    jobs = JobRepository(Database(command_line.settings.resolved_database_url))
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, 10, now=1.0)
    attempt = jobs.claim(job.id, now=2.0) or 0
    jobs.report(job.id, attempt, ProgressReport(4, 10), now=3.0)
    if isinstance(end, JobError):
        jobs.fail(job.id, attempt, end, now=4.0)
    elif end == "canceled":
        jobs.ask_cancel(job.id, now=4.0)
        jobs.settle_cancel(job.id, attempt, now=4.0)
    else:
        jobs.complete(job.id, attempt, {"adapter": "mine-2", "file": "mine-2.safetensors"}, now=4.0)

    code, reply = command_line.call("jobs", "wait", job.id)

    assert (code, reply.get("error", {}) and reply["error"]["kind"]) == (exit_code, kind)
    if kind is None:
        assert (reply["status"], reply["adapter"]) == ("completed", "mine-2")
        assert "called “mine-2” because the name “mine” was taken" in command_line.said
    else:
        assert command_line.call("jobs", "show", job.id)[1]["step"] == 4


def test_the_doctor_names_a_fix_for_whatever_does_not_work(command_line: CommandLine) -> None:
    code, reply = command_line.call("doctor")

    assert code == 0
    assert {"packages", "device", "memory", "disk", "starter", "judge", "page", "worker"} <= {
        c["name"] for c in reply["checks"]
    }
    assert all(check["works"] or check["fix"] for check in reply["checks"])


def test_an_unknown_example_is_exit_2_with_the_list(command_line: CommandLine) -> None:
    code, reply = command_line.call("dataset", "example", "oil-paint")

    assert code == 2
    assert "cutouts, pixel-art, voxel-art, watercolor" in reply["error"]["fix"]


def test_an_example_becomes_a_data_set_of_its_name(command_line: CommandLine) -> None:
    code, reply = command_line.call("dataset", "example", "watercolor")

    assert code == 0
    assert (reply["dataset"], reply["images"], reply["captioned"], reply["held_out"]) == ("watercolor", 32, 32, 0)
    assert command_line.call("dataset", "show", "watercolor")[1]["trigger_word"] == "watercolor-style"


def test_a_picture_is_set_aside_and_kept_by_its_name(command_line: CommandLine, pictures: Path) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise", "--consent", "me")

    code, reply = command_line.call("dataset", "edit", "noise", "--set-aside", "1.png")

    assert (code, reply["images"], reply["set_aside"], reply["consent"]) == (0, 3, 1, "me")
    fates = {picture["original_name"]: (picture["kept"], picture["reason"]) for picture in reply["pictures"]}
    assert fates["1.png"] == (False, "by_hand")
    assert command_line.call("dataset", "edit", "noise", "--keep", "1.png")[1]["images"] == 4
    versions = command_line.call("dataset", "show", "noise")[1]["versions"]
    assert [version["what"] for version in versions] == ["kept: 1.png", "set aside: 1.png", "imported"]


def test_captions_change_together_and_a_set_is_exported(
    command_line: CommandLine, pictures: Path, tmp_path: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    code, reply = command_line.call(
        "dataset", "edit", "noise", "--find", "noisy", "--replace", "calm", "--suffix", "indoors"
    )
    assert (code, reply["tags"]) == (0, {"indoors": 4, "a calm portrait": 1})
    code, reply = command_line.call("dataset", "edit", "noise", "--undo")
    assert reply["tags"] == {"a calm portrait": 1}
    code, reply = command_line.call("dataset", "export", "noise", "--format", "kohya", "--out", str(tmp_path))
    assert (code, Path(reply["file"]).is_file()) == (0, True)


def test_a_face_training_says_how_to_say_who_it_is_and_remembers_the_answer(
    command_line: CommandLine, pictures: Path, tiny_base: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    train = ("train", "noise", "--base", str(tiny_base), "--preset", "face")

    assert command_line.call(*train, "--name", "one")[0] == 0
    assert "--consent me|permission|not-a-person" in command_line.said
    assert command_line.call(*train, "--name", "two", "--consent", "me")[0] == 0
    assert command_line.call("dataset", "show", "noise")[1]["consent"] == "me"
    command_line.call(*train, "--name", "three")
    assert "--consent" not in command_line.said


def test_how_pictures_are_cut_and_varied_is_tuned_by_name(
    command_line: CommandLine, pictures: Path, tiny_base: Path
) -> None:
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    train = ("train", "noise", "--base", str(tiny_base))

    code, _ = command_line.call(*train, "--set", "crop=face", "--set", "flip=true", "--set", "color_jitter=true")
    assert code == 0
    assert command_line.call(*train)[1]["adapter"] == "noise-2"
    code, reply = command_line.call(*train, "--name", "other", "--set", "crop=round")
    assert (code, reply["error"]["kind"]) == (2, "invalid_settings")
    assert "crop" in reply["error"]["message"]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_result_that_goes_to_a_full_disk_is_missed_in_a_sentence(settings: Settings) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "profile_studio", "dataset", "list", "--json"]
        process = subprocess.run(
            command,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=settings.child_environment(),
            cwd=REPOSITORY_ROOT,
        )
    assert (process.returncode, process.stderr.count("\n")) == (1, 1)
    assert process.stderr.startswith("The disk is full.")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "A comparison is of models, of a training's steps, or it is a study."),
        (("--models", "ink", "--preset", "seed-multi-concept"), "A comparison is of models, of a training's steps"),
        (("--checkpoints", "nowhere"), "There is no job 'nowhere'."),
        (("--preset", "seed-of-mine"), "There is no study 'seed-of-mine'."),
        (("--preset", "seed-sd35"), "seed-sd35 has no checkpoint at step 100."),
        (("--preset", "seed-face"), "There is no LoRA 'seed-face-r4'."),
        (("--models", "pixel-art", "--suite", "mine"), "There is no suite 'mine', and no file of that name."),
        (("--models", "pixel-art", "--suite", "prompts.txt", "--prompts", "prompts.txt"), "both name prompts"),
        (("--models", "pixel-art", "--suite", "prompts.txt", "--seeds", "64", "--metrics", "fid"), "fid needs"),
        (("--models", "pixel-art=0.5+pixel-art=0.2"), "pixel-art is twice in"),
        (("--models", "pixel-art", "--metrics", "fid"), "fid needs the Inception network"),
        (
            ("--preset", "seed-multi-concept", "--prompts", "prompts.txt", "--seeds", "64"),
            "This would be 5632 pictures",
        ),
    ],
)
def test_a_comparison_that_cannot_be_is_refused_before_a_picture_is_drawn(
    command_line: CommandLine, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    prompts = tmp_path / "prompts.txt"
    lines = ["# eight of them", "", *(f"  hat {number}" for number in range(8))]
    prompts.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    named = [str(prompts) if option == prompts.name else option for option in options]
    code, reply = command_line.call("compare", *named, "--out", str(tmp_path / "out"))
    assert code == 2
    assert message in reply["error"]["message"]


def test_photographs_on_the_starter_are_told_before_they_are_trained_on(
    command_line: CommandLine, settings: Settings
) -> None:
    create_dataset(settings, n_images=4, n_photographs=4)

    code, reply = command_line.call("train", "dots", "--steps", "2")

    assert (code, reply["status"]) == (0, "queued")
    assert "These look like photographs" in command_line.said and "--base sd15" in command_line.said
