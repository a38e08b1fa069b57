"""Fetches of base models and evaluators: accept the job; a worker fetches."""

from profile_studio.domain.errors import JobNotAllowed
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.jobs.queue import accept, enqueue
from profile_studio.settings import Settings
from profile_studio.storage.jobs import JobRepository


def queue_fetch(config: FetchConfig, jobs: JobRepository, settings: Settings) -> Job:
    """Queues a fetch, or lets a paused one of the same go on.

    Raises:
        JobNotAllowed: it is being fetched already.
    """
    unfinished = [status for status in JobStatus if not status.is_finished]
    job = next((job for job in jobs.find(unfinished, JobKind.FETCH) if is_fetch_of(job, config)), None)
    if job is None:
        return accept(settings, jobs, config, 1)
    if not jobs.resume(job.id):
        raise JobNotAllowed(
            "{base!r} is being fetched already.", "Wait for the job {job}, or cancel it.", base=config.name, job=job.id
        )
    enqueue(settings, job.id)
    return jobs.get(job.id)


def is_fetch_of(job: Job, config: FetchConfig) -> bool:
    """Whether a fetch job is of this very thing."""
    return FetchConfig.model_validate(job.spec) == config
