"""Jobs whose rows were lost are found again by what their processes left in their folders."""

import logging

from profile_studio.domain.errors import InvalidName
from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.jobs.kinds import JOB_KINDS
from profile_studio.settings import Settings
from profile_studio.storage.job_facts import read_job_facts
from profile_studio.storage.jobs import JobRepository

_log = logging.getLogger(__name__)


def find_jobs_again(settings: Settings, jobs: JobRepository) -> list[Job]:
    """Makes the rows of folders that the database does not know; no file in them is changed.

    What has its result is completed; a training with a whole checkpoint and a comparison with pictures are paused, so
    that they can go on. Anything else is left as it is.
    """
    known = {job.id for job in jobs.find()}
    found: list[Job] = []
    for folder in settings.job_folders():
        name = folder.path.name
        facts = read_job_facts(folder) if name not in known else None
        if facts is None:
            continue
        entry = JOB_KINDS.get(facts.kind)
        result = entry.result(folder) if entry else None
        if entry is None or (result is None and not entry.can_go_on(folder)):
            continue
        status = JobStatus.PAUSED if result is None else JobStatus.COMPLETED
        try:
            found.append(jobs.take_in(name, facts, status, result, folder.path.stat().st_mtime))
        except InvalidName as error:  # a newer training has the name of its LoRA
            _log.warning("The job %s was not taken in: %s", name, error)
            continue
        _log.warning("The job %s was found again by its folder; it is %s.", name, status.value)
    return found
