"""What a job's process does with its row, where it cannot be written too."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from profile_studio.domain.jobs import JobKind, LossPoint, ProgressReport
from profile_studio.jobs.lease import DeviceLease
from profile_studio.settings import Settings
from profile_studio.storage import sqlite_faults
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.worker.engine import explain
from profile_studio.worker.job_process import RowContext
from tests.small_disk import fill, small_disk


def test_a_locked_database_neither_ends_the_work_nor_loses_its_curve(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_faults, "LOCK_TIMEOUT_S", 0.01)
    database = Database(settings.resolved_database_url)
    database.upgrade()
    jobs = JobRepository(database)
    job = jobs.create(JobKind.TRAIN, {}, 10, time.time())
    jobs.claim(job.id, time.time())
    context = RowContext(
        settings, jobs, jobs.get(job.id), DeviceLease(settings.run_dir, settings.device_name), threading.Event()
    )
    holder = sqlite3.connect(settings.resolved_home / "studio.db", isolation_level=None)

    holder.execute("BEGIN IMMEDIATE")
    context.report(ProgressReport(1, 10, losses=(LossPoint(1, 0.5),)))
    holder.execute("ROLLBACK")
    holder.close()
    context.report(ProgressReport(2, 10, losses=(LossPoint(2, 0.4),)))
    context.flush()

    assert jobs.losses(job.id) == [LossPoint(1, 0.5), LossPoint(2, 0.4)]
    assert jobs.get(job.id).step == 2


def test_progress_that_a_full_disk_refuses_is_written_with_the_next(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8 * 2**20) as disk:
        settings = Settings(home=disk)
        settings.create_folders()
        database = Database(settings.resolved_database_url)
        database.upgrade()
        repository = JobRepository(database)
        job = repository.create(JobKind.TRAIN, {"adapter_name": "mine"}, steps=4000, now=0.0)
        repository.claim(job.id, now=1.0)
        lease = DeviceLease(settings.run_dir, settings.device_name)
        context = RowContext(settings, repository, repository.get(job.id), lease, threading.Event())
        other = fill(disk)

        points = tuple(LossPoint(step, 0.5) for step in range(1, 4001))
        context.report(ProgressReport(4000, 4000, losses=points))
        context.note("goes on")

        assert repository.get(job.id).step == 0
        other.unlink()
        context.flush()
        assert repository.losses(job.id) == list(points)
        assert repository.get(job.id).note == "goes on"
        database.engine.dispose()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_picture_that_does_not_fit_is_told_as_a_full_disk() -> None:
    with pytest.raises(OSError) as caught:  # the number says it
        Path("/dev/full").write_bytes(b"a picture")
    assert explain(caught.value).kind == "disk_full"
