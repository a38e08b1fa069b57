"""Jobs whose rows were lost are found again by what their processes left in their folders."""

import json
import logging

from profile_studio.domain.errors import InvalidName
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.files.job_folder import JobFolder
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
        result = _result(facts.kind, folder)
        if result is None and not _can_go_on(facts.kind, folder):
            continue
        status = JobStatus.PAUSED if result is None else JobStatus.COMPLETED
        try:
            found.append(jobs.take_in(name, facts, status, result, folder.path.stat().st_mtime))
        except InvalidName as error:  # a newer training has the name of its LoRA
            _log.warning("The job %s was not taken in: %s", name, error)
            continue
        _log.warning("The job %s was found again by its folder; it is %s.", name, status.value)
    return found


def _result(kind: JobKind, folder: JobFolder) -> dict[str, object] | None:
    """What the row of a completed job says; None if it did not get that far."""
    files = {JobKind.TRAIN: folder.result, JobKind.COMPARE: folder.report}
    try:
        written: dict[str, object] = json.loads(files[kind].read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError):
        return None
    if kind is JobKind.TRAIN:
        return written
    return {key: written.get(key) for key in ("files", "recommended", "fingerprint")}


def _can_go_on(kind: JobKind, folder: JobFolder) -> bool:
    if kind is JobKind.TRAIN:
        return folder.newest_whole_checkpoint() is not None
    return kind is JobKind.COMPARE and folder.pictures.is_dir()
