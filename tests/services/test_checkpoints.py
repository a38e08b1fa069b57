"""The kept steps of a training: comparing them, and taking another one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.domain.errors import InputError, InvalidModelSpec, InvalidName, JobNotAllowed, UnknownJob
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.lora_files import read_adapter, read_header, read_tensors
from profile_studio.services.checkpoints import CheckpointService
from profile_studio.services.comparison import ComparisonService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.kept_training import keep_training
from tests.random_adapter import write_random_adapter
from tests.training.helpers import create_dataset


@pytest.fixture
def training(settings: Settings, tiny_base: Path) -> Job:
    create_dataset(settings)
    return keep_training(settings, tiny_base)


@pytest.fixture
def checkpoints(settings: Settings, training: Job) -> CheckpointService:
    return CheckpointService(settings, Database(settings.resolved_database_url))


def test_all_kept_steps_and_the_end_are_compared_and_at_most_three_are_drawn(
    settings: Settings, training: Job, checkpoints: CheckpointService
) -> None:
    assert [job.id for job in checkpoints.trainings()] == [training.id]
    assert checkpoints.steps(training) == [2, 4, 6]

    config = checkpoints.comparison(training.id, seeds=1)

    assert [spec.text for spec in config.models] == ["base", "dotted@2", "dotted@4", "dotted@6"]
    job = ComparisonService(settings, Database(settings.resolved_database_url)).submit(config)
    assert (job.kind, job.steps) == (JobKind.COMPARE, 4 * 16)
    assert config.model_copy(update={"models": (*config.models, *config.models)}).n_drawn == 4


def test_a_chosen_step_takes_the_place_of_the_last_and_can_be_changed_back(
    settings: Settings, training: Job, checkpoints: CheckpointService
) -> None:
    published = settings.user_loras_dir / "dotted.safetensors"
    last = read_tensors(published)

    kept = checkpoints.keep(training.id, 2)

    assert (kept.name, kept.num_train_steps) == ("dotted", 2)
    assert read_header(published).metadata["ss_output_name"] == "dotted"
    assert read_tensors(published) == read_tensors(settings.job_folder(training.id).step_file(2)) != last
    assert checkpoints.steps(training) == [2, 4, 6]
    checkpoints.keep(training.id, 6)
    assert read_tensors(published) == last and read_adapter(published).num_train_steps == 6


def other_of_that_name(settings: Settings, tiny_base: Path, training: Job) -> str:
    write_random_adapter(settings.user_loras_dir / "dotted.safetensors", tiny_base, settings)
    return training.id


@pytest.mark.parametrize(
    ("job_of", "step", "error", "sentence"),
    [
        (lambda _settings, _base, training: training.id, 3, InvalidModelSpec, "no checkpoint at step 3"),
        (lambda *_: "nowhere", 2, UnknownJob, "no job"),
        (other_of_that_name, 2, InvalidName, "already a LoRA called 'dotted'"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    settings: Settings,
    tiny_base: Path,
    training: Job,
    checkpoints: CheckpointService,
    job_of: Callable[[Settings, Path, Job], str],
    step: int,
    error: type[InputError],
    sentence: str,
) -> None:
    with pytest.raises(error, match=sentence):
        checkpoints.keep(job_of(settings, tiny_base, training), step)


def test_a_training_that_is_not_over_or_kept_one_step_has_nothing_to_choose(
    settings: Settings, tiny_base: Path, training: Job, checkpoints: CheckpointService
) -> None:
    going = JobRepository(Database(settings.resolved_database_url)).create(
        JobKind.TRAIN, training.spec | {"adapter_name": "another"}, 6, 0.0
    )
    with pytest.raises(JobNotAllowed, match="not a finished training"):
        checkpoints.comparison(going.id)
    for step in (2, 4):
        settings.job_folder(training.id).step_file(step).unlink()
    with pytest.raises(JobNotAllowed, match="kept only one step"):
        checkpoints.comparison(training.id)
    assert checkpoints.trainings() == []
