"""What becomes of a job's row, without any process."""

import time

import pytest

from profile_studio.domain.jobs import Job, JobKind, JobStatus, ProgressReport, Wish
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


@pytest.fixture
def jobs(settings: Settings) -> JobRepository:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return JobRepository(database)


@pytest.fixture
def job(jobs: JobRepository) -> Job:
    return jobs.create(JobKind.TRAIN, {}, steps=10, now=time.time())


def claim(jobs: JobRepository, job: Job) -> int:
    attempt = jobs.claim(job.id, time.time())
    assert attempt is not None
    return attempt


def test_a_late_attempt_changes_nothing(jobs: JobRepository, job: Job) -> None:
    late = claim(jobs, job)
    claim(jobs, job)

    assert not jobs.report(job.id, late, ProgressReport(9, 10), time.time())
    assert not jobs.complete(job.id, late, {"file": "late"}, time.time())
    assert not jobs.put_back(job.id, late)

    row = jobs.get(job.id)
    assert (row.status, row.step, row.result) == (JobStatus.RUNNING, 0, None)
    assert jobs.wish(job.id, late) is Wish.CANCEL


def test_a_job_put_back_waits_for_its_turn_again(jobs: JobRepository, job: Job) -> None:
    attempt = claim(jobs, job)

    assert jobs.settle_lost(job.id, attempt, time.time())

    assert jobs.get(job.id).status is JobStatus.QUEUED
    assert claim(jobs, job) == attempt + 1


def test_the_wish_of_a_lost_attempt_is_fulfilled(jobs: JobRepository, job: Job) -> None:
    attempt = claim(jobs, job)
    jobs.ask_pause(job.id)
    jobs.settle_lost(job.id, attempt, time.time())
    assert jobs.get(job.id).status is JobStatus.PAUSED

    jobs.resume(job.id)
    attempt = claim(jobs, job)
    jobs.ask_cancel(job.id, time.time())
    jobs.settle_lost(job.id, attempt, time.time())
    assert jobs.get(job.id).status is JobStatus.CANCELED


def test_a_job_canceled_while_waiting_is_never_claimed(jobs: JobRepository, job: Job) -> None:
    jobs.ask_cancel(job.id, time.time())

    assert jobs.claim(job.id, time.time()) is None
