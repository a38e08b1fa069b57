"""What an attempt does with its row."""

import sqlite3
import threading
import time

import pytest

from profile_studio.domain.jobs import JobKind, LossPoint, ProgressReport
from profile_studio.jobs.lease import DeviceLease
from profile_studio.settings import Settings
from profile_studio.storage import sqlite_faults
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.worker.job_process import RowContext


def test_a_locked_database_neither_ends_the_work_nor_loses_its_curve(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_faults, "LOCK_TIMEOUT_S", 0.01)
    database = Database(settings.resolved_database_url)
    database.upgrade()
    jobs = JobRepository(database)
    job = jobs.create(JobKind.TRAIN, {}, 10, time.time())
    jobs.claim(job.id, time.time())
    context = RowContext(settings, jobs, jobs.get(job.id), DeviceLease(settings.run_dir), threading.Event())
    holder = sqlite3.connect(settings.resolved_home / "studio.db", isolation_level=None)

    holder.execute("BEGIN IMMEDIATE")
    context.report(ProgressReport(1, 10, losses=(LossPoint(1, 0.5),)))
    holder.execute("ROLLBACK")
    holder.close()
    context.report(ProgressReport(2, 10, losses=(LossPoint(2, 0.4),)))
    context.flush()

    assert jobs.losses(job.id) == [LossPoint(1, 0.5), LossPoint(2, 0.4)]
    assert jobs.get(job.id).step == 2
