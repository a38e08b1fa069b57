"""Jobs survive what kills processes, and end as an unbroken run ends."""

import time

import psutil
import pytest

from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.jobs.presence import read_facts
from profile_studio.jobs.processes import KeptSupervisor, ProcessMark
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from tests.jobs.conftest import Home
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

STEPS = 150


def kill(mark: ProcessMark | None) -> None:
    """Kill -9 by whatever name the system has for it."""
    assert mark is not None
    psutil.Process(mark.pid).kill()


def trainer(home: Home, job_id: str) -> ProcessMark | None:
    return ProcessMark.of_facts(read_facts(home.settings.jobs_dir / job_id / "process.json"))


def wait_for_step(home: Home, job_id: str, attempt: int, step: int) -> None:
    """Waits until this attempt has reached a step in mid-training."""

    def has_come() -> bool:
        job = home.jobs.get(job_id)
        assert not job.status.is_finished, job.error
        return job.attempt == attempt and job.step >= step

    wait_until(has_come)


def wait_for(home: Home, job_id: str, status: JobStatus) -> None:
    def has_come() -> bool:
        job = home.jobs.get(job_id)
        assert job.status is status or not job.status.is_finished, job.error
        return job.status is status

    wait_until(has_come)


def test_a_training_broken_in_every_way_ends_as_an_unbroken_one(home: Home, supervisor: KeptSupervisor) -> None:
    unbroken = home.submit("unbroken", STEPS)
    wait_for(home, unbroken.id, JobStatus.COMPLETED)
    broken = home.submit("broken", STEPS)

    wait_for_step(home, broken.id, attempt=1, step=10)
    kill(trainer(home, broken.id))

    wait_for_step(home, broken.id, attempt=2, step=30)
    home.jobs.ask_pause(broken.id)
    wait_for(home, broken.id, JobStatus.PAUSED)
    home.jobs.resume(broken.id)

    wait_for_step(home, broken.id, attempt=3, step=60)
    orphan = trainer(home, broken.id)
    kill(supervisor.mark)
    wait_until(lambda: orphan is not None and orphan.process() is None)  # it saw its pipe close, saved and left
    supervisor.look_after()

    wait_for(home, broken.id, JobStatus.COMPLETED)
    assert home.jobs.get(broken.id).attempt == 4
    assert home.tensors("broken") == home.tensors("unbroken")
    assert [point.step for point in home.jobs.losses(broken.id)] == list(range(1, STEPS + 1))
    assert home.jobs.losses(broken.id) == home.jobs.losses(unbroken.id)


def test_a_stopped_supervisor_leaves_the_job_waiting_at_its_step(home: Home, supervisor: KeptSupervisor) -> None:
    job = home.submit("stopped", 5000)
    wait_for_step(home, job.id, attempt=1, step=10)

    supervisor.stop()

    row = home.jobs.get(job.id)
    assert row.status is JobStatus.QUEUED
    assert any((home.settings.jobs_dir / job.id / "checkpoints").iterdir())
    assert trainer(home, job.id) is None


def test_canceled_and_hopeless_jobs_make_room_for_the_next(home: Home, supervisor: KeptSupervisor) -> None:
    hopeless = home.jobs.create(JobKind.TRAIN, {"no": "config"}, steps=1, now=time.time())
    canceled, hopeful = home.submit("canceled", 5000), home.submit("hopeful", 5)

    wait_for_step(home, canceled.id, attempt=1, step=1)
    home.jobs.ask_cancel(canceled.id, time.time())
    wait_for(home, hopeful.id, JobStatus.COMPLETED)

    assert home.jobs.get(canceled.id).status is JobStatus.CANCELED
    assert not (home.settings.user_loras_dir / "canceled.safetensors").exists()
    failed = home.jobs.get(hopeless.id)
    assert (failed.status, failed.attempt) == (JobStatus.FAILED, 1)
    assert failed.error is not None
    assert "ValidationError" in failed.error.details


def test_a_damaged_queue_is_made_anew_from_the_rows(settings: Settings, home: Home) -> None:
    queue = settings.resolved_home / "queue.db"
    queue.write_bytes(b"\xa5" * 8192)
    waiting = home.submit("waiting", steps=5)

    supervisor = KeptSupervisor(settings, with_engine=False)
    supervisor.look_after()
    wait_for(home, waiting.id, JobStatus.COMPLETED)
    supervisor.stop()

    (aside,) = (settings.resolved_home / "backups").glob("queue-*.db")
    assert aside.read_bytes() == b"\xa5" * 8192


def test_a_training_is_found_again_after_the_database_was_lost(
    settings: Settings, home: Home, supervisor: KeptSupervisor
) -> None:
    job = home.submit("found", steps=5)
    wait_for(home, job.id, JobStatus.COMPLETED)
    supervisor.stop()
    home.database.engine.dispose()
    for part in settings.resolved_home.glob("studio.db*"):
        part.unlink()

    found = Studio.open(settings).jobs.get(job.id)

    assert (found.status, found.adapter_name, found.spec) == (JobStatus.COMPLETED, "found", job.spec)
