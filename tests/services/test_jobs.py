"""Which jobs may go on."""

from pathlib import Path

import pytest

from profile_studio.domain.errors import InvalidName, JobNotAllowed
from profile_studio.domain.jobs import Job, JobError, JobKind, JobStatus
from profile_studio.files.checkpoints import write_manifest
from profile_studio.services.jobs import JobService, job_facts
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


@pytest.fixture
def database(settings: Settings) -> Database:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return database


def failed_training(settings: Settings, database: Database) -> tuple[Job, Path]:
    """A training called `mine` that failed at step 7, and its checkpoint of step 5."""
    jobs = JobRepository(database)
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, steps=10, now=1.0)
    attempt = jobs.claim(job.id, now=2.0)
    assert attempt is not None
    jobs.fail(job.id, attempt, JobError("training_failed", "The disk is full.", "Make room."), now=3.0)
    checkpoint = settings.job_folder(job.id).checkpoint(5)
    checkpoint.mkdir(parents=True)
    (checkpoint / "adapter.safetensors").write_bytes(b"weights")
    write_manifest(checkpoint, 5)
    return jobs.get(job.id), checkpoint


def test_a_failed_training_with_a_whole_checkpoint_goes_on(settings: Settings, database: Database) -> None:
    job, _ = failed_training(settings, database)
    service = JobService(settings, database)
    assert service.can_resume(job)

    resumed = service.resume(job.id)

    assert (resumed.status, resumed.error, resumed.finished_at) == (JobStatus.QUEUED, None, None)
    with pytest.raises(InvalidName):
        JobRepository(database).check_free("mine")


def test_a_failed_training_without_a_whole_checkpoint_does_not(settings: Settings, database: Database) -> None:
    job, checkpoint = failed_training(settings, database)
    (checkpoint / "adapter.safetensors").write_bytes(b"half")
    service = JobService(settings, database)
    assert not service.can_resume(job)

    with pytest.raises(JobNotAllowed, match="is failed and cannot be resumed"):
        service.resume(job.id)


def test_a_failed_training_waits_for_the_one_that_has_its_name_now(settings: Settings, database: Database) -> None:
    job, _ = failed_training(settings, database)
    other = JobRepository(database).create(JobKind.TRAIN, {"adapter_name": "mine"}, steps=10, now=4.0)
    service = JobService(settings, database)

    with pytest.raises(InvalidName, match="'mine' is queued already") as refusal:
        service.resume(job.id)

    assert "Wait" in refusal.value.fix
    service.cancel(other.id)
    assert service.resume(job.id).status is JobStatus.QUEUED


@pytest.mark.parametrize(
    "stored", ["mine.safetensors", "/home/me/data/loras/mine.safetensors"]
)  # older rows hold the latter
def test_only_programs_on_this_computer_hear_where_a_file_lies(
    settings: Settings, database: Database, stored: str
) -> None:
    jobs, service = JobRepository(database), JobService(settings, database)
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, steps=10, now=1.0)
    assert (job_facts(job)["file"], service.facts(job)["file"]) == (None, None)
    attempt = jobs.claim(job.id, now=2.0)
    assert attempt is not None
    jobs.complete(job.id, attempt, {"adapter": "mine", "file": stored}, now=3.0)
    done = service.get(job.id)
    assert job_facts(done)["file"] == "mine.safetensors"
    assert service.facts(done)["file"] == str(settings.user_loras_dir / "mine.safetensors")


def test_the_details_of_a_failure_do_not_tell_where_things_lie(settings: Settings, database: Database) -> None:
    jobs = JobRepository(database)
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, steps=10, now=1.0)
    attempt = jobs.claim(job.id, now=2.0)
    assert attempt is not None
    log = f'File "{REPOSITORY_ROOT}/profile_studio/training/run.py", line 3\nno {settings.resolved_home}/datasets/faces/a.png'
    jobs.fail(job.id, attempt, JobError("crashed", "It crashed.", "Try again.", log), now=3.0)
    error = jobs.get(job.id).error
    assert error is not None
    assert error.details == 'File "profile_studio/training/run.py", line 3\nno a.png'
