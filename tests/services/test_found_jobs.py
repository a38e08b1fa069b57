"""Jobs survive the loss of the database by what lies in their folders."""

import json
import shutil
from collections.abc import Callable

import pytest

from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.files.checkpoints import write_manifest
from profile_studio.files.job_folder import JobFolder
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.job_facts import write_job_facts
from profile_studio.storage.jobs import JobRepository

SPECS = {
    JobKind.TRAIN: {"adapter_name": "mine", "dataset": "club"},
    JobKind.COMPARE: {"models": ["base", "mine"]},
    JobKind.CAPTION: {"dataset": "club"},
}


def leave_a_result(folder: JobFolder) -> None:
    folder.result.write_text(json.dumps({"adapter": "mine-2", "file": "mine-2.safetensors"}))


def leave_a_checkpoint(folder: JobFolder) -> None:
    checkpoint = folder.checkpoint(5)
    checkpoint.mkdir(parents=True)
    (checkpoint / "adapter.safetensors").write_bytes(b"numbers")
    write_manifest(checkpoint, 5)


def leave_half_a_checkpoint(folder: JobFolder) -> None:
    leave_a_checkpoint(folder)
    (folder.checkpoint(5) / "adapter.safetensors").write_bytes(b"")


def leave_a_report(folder: JobFolder) -> None:
    folder.report.write_text(json.dumps({"files": ["table.csv"], "recommended": "mine", "fingerprint": "f"}))


def leave_pictures(folder: JobFolder) -> None:
    folder.pictures.mkdir()


def leave_a_log(folder: JobFolder) -> None:
    folder.log.write_text("it began")


def lost(settings: Settings, kind: JobKind, leave: Callable[[JobFolder], None]) -> Job:
    """A job in its third attempt whose row is gone."""
    Studio.open(settings)
    database = Database(settings.resolved_database_url)
    jobs = JobRepository(database)
    job = jobs.create(kind, SPECS[kind], 10, 5.0)
    for _ in range(3):
        jobs.claim(job.id, 6.0)
    job = jobs.get(job.id)
    folder = settings.job_folder(job.id)
    folder.path.mkdir()
    write_job_facts(folder, job)
    leave(folder)
    database.engine.dispose()
    for part in settings.resolved_home.glob("studio.db*"):
        part.unlink()
    return job


@pytest.mark.parametrize(
    ("kind", "leave", "status", "adapter"),
    [
        (JobKind.TRAIN, leave_a_result, JobStatus.COMPLETED, "mine-2"),
        (JobKind.TRAIN, leave_a_checkpoint, JobStatus.PAUSED, "mine"),
        (JobKind.COMPARE, leave_a_report, JobStatus.COMPLETED, None),
        (JobKind.COMPARE, leave_pictures, JobStatus.PAUSED, None),
    ],
)
def test_a_job_that_left_something_of_worth_is_found_again(
    settings: Settings, kind: JobKind, leave: Callable[[JobFolder], None], status: JobStatus, adapter: str | None
) -> None:
    before = lost(settings, kind, leave)

    studio = Studio.open(settings)

    (job,) = studio.jobs.list()
    assert (job.id, job.kind, job.status, job.adapter_name) == (before.id, kind, status, adapter)
    assert (job.spec, job.attempt, job.created_at) == (before.spec, 3, 5.0)
    assert studio.jobs.can_resume(job) == (status is JobStatus.PAUSED)
    assert len(Studio.open(settings).jobs.list()) == 1


@pytest.mark.parametrize(
    ("kind", "leave"),
    [(JobKind.TRAIN, leave_a_log), (JobKind.TRAIN, leave_half_a_checkpoint), (JobKind.CAPTION, leave_a_log)],
)
def test_what_could_not_go_on_stays_a_folder(
    settings: Settings, kind: JobKind, leave: Callable[[JobFolder], None]
) -> None:
    job = lost(settings, kind, leave)

    assert Studio.open(settings).jobs.list() == []
    assert (settings.jobs_dir / job.id / "job.json").is_file()


def test_of_two_lost_trainings_of_one_name_one_reserves_it(settings: Settings) -> None:
    job = lost(settings, JobKind.TRAIN, leave_a_checkpoint)
    shutil.copytree(settings.jobs_dir / job.id, settings.jobs_dir / "another")

    assert len(Studio.open(settings).jobs.list()) == 1
