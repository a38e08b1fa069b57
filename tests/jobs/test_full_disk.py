"""Jobs on a disk that fills: paused with the reason, and after making room as if nothing had been."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_studio.domain.errors import DiskFull
from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.jobs.processes import KeptSupervisor
from profile_studio.jobs.queue import enqueue
from profile_studio.services.jobs import JobService
from profile_studio.services.storage_space import StorageService
from profile_studio.settings import Settings
from tests.jobs.conftest import Home
from tests.small_disk import fill, give_back, small_disk
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

DISK_BYTES = 60 * 2**20
ROOM_BYTES = 2**20  # for rows; a disk with so little counts as full


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A home on a disk of 60 MB."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        settings = Settings(home=disk)
        settings.create_folders()
        yield settings


def wait_for(home: Home, job: Job, status: JobStatus, step: int = 0) -> Job:
    def has_come() -> bool:
        row = home.jobs.get(job.id)
        assert row.status is status or not row.status.is_finished, row.error
        return row.status is status and row.step >= step

    wait_until(has_come)
    return home.jobs.get(job.id)


def test_a_training_outlives_a_disk_that_another_program_fills(home: Home, supervisor: KeptSupervisor) -> None:
    job = home.submit("squeezed", 400)
    wait_for(home, job, JobStatus.RUNNING, step=10)
    other = fill(home.settings.resolved_home)

    paused = wait_for(home, job, JobStatus.PAUSED)

    assert paused.error is not None
    assert (paused.error.kind, paused.error.message) == ("disk_full", "The disk is full.")
    assert supervisor.is_running()
    assert StorageService(home.settings, home.database).disk_is_full()

    supervisor.stop()
    supervisor.look_after()  # one that starts on a full disk waits
    give_back(other, ROOM_BYTES)  # where not a byte is left, it is luck whether a row fits
    assert StorageService(home.settings, home.database).disk_is_full()
    jobs = JobService(home.settings, home.database)
    assert jobs.resume(job.id).error is None
    enqueue(home.settings, job.id)
    wait_until(jobs.worker_is_running)
    assert home.jobs.get(job.id).status is JobStatus.QUEUED

    other.unlink()
    wait_for(home, job, JobStatus.RUNNING, step=20)
    assert supervisor.is_running()


def test_a_job_that_cannot_be_put_back_on_the_queue_stays_paused(home: Home) -> None:
    job = home.submit("squeezed")
    jobs = JobService(home.settings, home.database)
    jobs.pause(job.id)
    other = fill(home.settings.resolved_home)

    with pytest.raises(DiskFull) as caught:  # what page and command line show
        jobs.resume(job.id)

    assert "resume what was paused" in caught.value.fix
    assert jobs.get(job.id).status is JobStatus.PAUSED
    other.unlink()
    assert jobs.resume(job.id).status is JobStatus.QUEUED
