"""Every kind of job is told once, and one of a newer version is nobody's comparison."""

import pkgutil
import time
from dataclasses import replace

import pytest

from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.jobs.kinds import JOB_KINDS, job_name
from profile_studio.jobs.queue import accept
from profile_studio.services.jobs import job_facts
from profile_studio.settings import Settings
from profile_studio.storage.database import Database, jobs
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.components.job_view import status_line
from profile_studio.ui.texts import ENGLISH
from profile_studio.worker.job_process import run_attempt


@pytest.fixture
def repository(settings: Settings) -> JobRepository:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return JobRepository(database)


@pytest.mark.parametrize("kind", [kind for kind in JobKind if kind is not JobKind.UNKNOWN])
def test_a_kind_has_an_entry_whose_work_is_there(kind: JobKind) -> None:
    assert callable(pkgutil.resolve_name(JOB_KINDS[kind].run))


def test_an_accepted_config_is_a_queued_job_of_its_kind(settings: Settings, repository: JobRepository) -> None:
    job = accept(settings, repository, FetchConfig(base="sdxl"), 1)

    assert (job.kind, job.status, job.spec, job_name(job)) == (
        JobKind.FETCH,
        JobStatus.QUEUED,
        {"base": "sdxl", "evaluator": ""},
        "sdxl",
    )


@pytest.mark.usefixtures("supervised")
def test_a_job_of_a_newer_version_is_listed_and_fails_in_words(settings: Settings, repository: JobRepository) -> None:
    job = repository.create(JobKind.COMPARE, {"dream": "of sheep"}, 1, time.time())
    with Database(settings.resolved_database_url).transaction() as connection:
        connection.execute(jobs.update().values(kind="dream"))
    attempt = repository.claim(job.id, time.time())
    assert attempt is not None

    run_attempt(settings, job.id, attempt)

    (failed,) = repository.find()
    assert (failed.kind, failed.status, job_name(failed)) == (JobKind.UNKNOWN, JobStatus.FAILED, job.id)
    assert failed.error is not None
    assert failed.error.message == f"This version of the studio cannot do what the job {job.id} asks for."
    assert job_facts(failed)["kind"] == "unknown"
    assert job.id in status_line([replace(failed, status=JobStatus.RUNNING)], True, ENGLISH)
