"""What `train` makes of its options."""

from pathlib import Path
from typing import Any

import pytest

from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.cli.conftest import CommandLine


@pytest.fixture
def noise(command_line: CommandLine, pictures: Path) -> CommandLine:
    """A home with a set of four pictures."""
    command_line.call("dataset", "import", str(pictures), "--name", "noise")
    return command_line


def spec_of(command_line: CommandLine, job_id: str) -> dict[str, Any]:
    return JobRepository(Database(command_line.settings.resolved_database_url)).get(job_id).spec


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--epochs", "3"), {"num_train_steps": 12}),
        (("--epochs", "3", "--set", "batch_size=2"), {"num_train_steps": 6}),
        (("--epochs", "3", "--set", "lr_warmup_steps=5"), {"num_train_steps": 12, "lr_warmup_steps": 5}),
        (("--epochs", "3", "--steps", "7"), {"num_train_steps": 7}),
        (("--preset", "seed-multi-concept"), {"num_train_steps": 40, "rank": 32, "precision": "bf16"}),
        (("--preset", "seed-multi-concept", "--set", "batch_size=1"), {"num_train_steps": 80}),
        (("--preset", "seed-face", "--targets", "attention-qv"), {"num_train_steps": 20, "targets": "attention-qv"}),
        (("--preset", "seed-sd35", "--steps", "3000"), {"num_train_steps": 3000, "seed": 42}),
        (("--preset", "seed-sd35", "--seed", "7"), {"num_train_steps": 1000, "seed": 7}),
    ],
)
def test_options_become_the_numbers_of_a_training(
    noise: CommandLine, tiny_base: Path, options: tuple[str, ...], expected: dict[str, object]
) -> None:
    code, reply = noise.call("train", "noise", "--base", str(tiny_base), *options)

    assert code == 0, reply
    spec = spec_of(noise, reply["job"])
    assert {name: spec[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--steps", "0"), "num_train_steps"),
        (("--epochs", "0"), "0 epochs of 'noise' are 0 steps"),
        (("--set", "learning_rate=1e4"), "learning_rate"),
    ],
)
def test_what_is_no_training_is_refused_in_a_sentence(
    noise: CommandLine, tiny_base: Path, options: tuple[str, ...], words: str
) -> None:
    code, reply = noise.call("train", "noise", "--base", str(tiny_base), *options)

    assert (code, reply["error"]["kind"]) == (2, "invalid_settings")
    assert words in reply["error"]["message"]
    assert noise.call("jobs", "list")[1]["jobs"] == []


def test_a_training_becomes_a_file_and_the_file_the_same_training_of_other_pictures(
    noise: CommandLine, tiny_base: Path, tmp_path: Path
) -> None:
    _, first = noise.call("train", "noise", "--base", str(tiny_base), "--epochs", "3", "--set", "learning_rate=3e-4")
    file = tmp_path / "mine.json"

    code, written = noise.call("jobs", "config", first["job"], "--out", str(file))
    assert (code, written["file"]) == (0, str(file))
    assert str(tiny_base) not in file.read_text() and "noise" not in file.read_text().replace("noise_offset", "")

    code, second = noise.call("train", "noise", "--config", str(file), "--base", str(tiny_base), "--name", "again")
    assert code == 0, second
    one, other = spec_of(noise, first["job"]), spec_of(noise, second["job"])
    assert other.pop("adapter_name") == "again" and one.pop("adapter_name") == "noise"
    assert one == other
    code, reply = noise.call("train", "noise", "--config", str(file), "--preset", "face")
    assert (code, reply["error"]["fix"]) == (2, "Give either --preset or --config.")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"profile_studio_training": 2, "rank": 4}', "written by a newer version of the studio"),
        ('{"profile_studio_training": 1, "rank": 4, "warp": 9}', "written by a newer version of the studio"),
        ('{"profile_studio_training": 1, "rank": 0}', "says something of rank that cannot be"),
        ('{"rank": 4}', "is not a training that the studio wrote"),
        ("rank: 4", "is not a training that the studio wrote"),
    ],
)
def test_a_file_that_is_no_training_is_refused_in_a_sentence(
    noise: CommandLine, tmp_path: Path, content: str, words: str
) -> None:
    (tmp_path / "theirs.json").write_text(content)
    code, reply = noise.call("train", "noise", "--config", str(tmp_path / "theirs.json"))
    assert code == 2 and reply["error"]["message"].startswith("theirs.json") and words in reply["error"]["message"]


def test_a_varied_number_is_a_group_of_trainings_with_a_comparison_behind_them(
    noise: CommandLine, tiny_base: Path
) -> None:
    code, reply = noise.call(
        "train", "noise", "--base", str(tiny_base), "--epochs", "2", "--vary", "rank=4,8", "--vary", "batch_size=1,2"
    )

    assert code == 0, reply
    specs = [spec_of(noise, job) for job in reply["jobs"]]
    assert [(spec["rank"], spec["batch_size"], spec["num_train_steps"]) for spec in specs] == [
        (4, 1, 8), (4, 2, 4), (8, 1, 8), (8, 2, 4),
    ]  # fmt: skip
    assert reply["adapters"][0] == "noise-rank-4-batch-size-1"
    assert len({spec["dataset_version"] for spec in specs}) == 1
    comparison = spec_of(noise, reply["group"])
    assert (comparison["models"], comparison["trainings"]) == (["base", *reply["adapters"]], reply["jobs"])
    positions = [job["queue_position"] for job in noise.call("jobs", "list")[1]["jobs"] if job["kind"] == "compare"]
    assert positions == [5]


@pytest.mark.parametrize(
    ("varied", "words"),
    [
        (["learning_rate=1,2,3,4,5,6,7,8,9,10", "rank=1,2,3,4,5,6,7,8,9,10"], "asks for 100 trainings of 2 settings"),
        (["rank=1,2", "seed=1,2", "batch_size=1,2"], "asks for 8 trainings of 3 settings"),
        (["speed=1,2"], "'speed=1,2' is not one setting"),
        (["rank=4,4"], "'rank=4,4' is not one setting"),
        (["rank="], "'rank=' is not one setting"),
        (["rank=4,0"], "rank"),
    ],
)
def test_what_is_no_group_is_refused_and_nothing_is_queued(
    noise: CommandLine, tiny_base: Path, varied: list[str], words: str
) -> None:
    options = [part for each in varied for part in ("--vary", each)]
    code, reply = noise.call("train", "noise", "--base", str(tiny_base), *options)

    assert code == 2 and words in reply["error"]["message"]
    assert noise.call("jobs", "list")[1]["jobs"] == []
