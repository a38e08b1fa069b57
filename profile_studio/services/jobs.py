"""Watching and steering jobs."""

import time
from pathlib import Path

from profile_studio.domain.errors import JobNotAllowed
from profile_studio.domain.jobs import Job, JobStatus, LossPoint
from profile_studio.domain.sentences import Sentence
from profile_studio.files.job_folder import Sample
from profile_studio.files.training_changes import read_changes
from profile_studio.jobs.presence import supervisor_is_there
from profile_studio.jobs.queue import enqueue
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


def job_facts(job: Job) -> dict[str, object]:
    """What programs are told about a job, wherever they run; unknown values are None, never absent."""
    file = (job.result or {}).get("file")
    error = {"kind": job.error.kind, "message": job.error.message, "fix": job.error.fix} if job.error else None
    return {
        "job": job.id,
        "kind": job.kind.value,
        "status": job.status.value,
        "step": job.step,
        "steps": job.steps,
        "fraction": job.fraction,
        "seconds_left": job.seconds_left,
        "attempt": job.attempt,
        "queue_position": job.queue_position,
        "error": error,
        "adapter": job.adapter_name,
        "file": Path(str(file)).name if file else None,
    }


class JobService:
    """Jobs of all kinds; a supervisor brings about what is asked here within about a second."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._repository = JobRepository(database)

    def facts(self, job: Job) -> dict[str, object]:
        """What programs on this computer are told about a job: as `job_facts`, with the whole path of its file."""
        return {**job_facts(job), "file": self.file_of(job), "changes": self.changes(job.id)}

    def file_of(self, job: Job) -> str | None:
        """Where the LoRA of a completed training lies, if the job made one."""
        file = job_facts(job)["file"]
        return str(self._settings.user_loras_dir / str(file)) if file else None

    def list(self) -> "list[Job]":
        """All jobs, newest first."""
        return self._repository.find()

    def get(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            UnknownJob: there is none.
        """
        return self._repository.get(job_id)

    def pause(self, job_id: str) -> Job:
        """Asks a job to save its state and make room; it goes on exactly there after `resume`.

        Raises:
            JobNotAllowed: it neither runs nor waits.
        """
        refuse_in_demo(self._settings, "Pausing jobs is")
        if not self._repository.ask_pause(job_id):
            raise self._refusal(job_id, Sentence("paused"), Sentence("Only a running or queued job can be paused."))
        return self.get(job_id)

    def resume(self, job_id: str) -> Job:
        """Puts a paused job, or a failed one that kept a checkpoint, back on the queue.

        Raises:
            JobNotAllowed: it is neither.
            InvalidName: another training has reserved its LoRA's name since it failed.
        """
        refuse_in_demo(self._settings, "Resuming jobs is")
        job = self.get(job_id)
        if not self.can_resume(job) or not (self._repository.resume(job_id) or self._repository.revive(job_id)):
            raise self._refusal(
                job_id,
                Sentence("resumed"),
                Sentence(
                    "Only a paused job, or a failed training with a whole checkpoint, can be resumed; start a new one instead."
                ),
            )
        enqueue(self._settings, job_id)
        return self.get(job_id)

    def can_resume(self, job: Job) -> bool:
        """Whether it is paused, or failed and left a whole checkpoint to go on from."""
        if job.status is not JobStatus.FAILED:
            return job.status is JobStatus.PAUSED
        return self._settings.job_folder(job.id).newest_whole_checkpoint() is not None

    def cancel(self, job_id: str) -> Job:
        """Ends a job for good; what it made so far stays in its folder.

        Raises:
            JobNotAllowed: it is over already.
        """
        refuse_in_demo(self._settings, "Canceling jobs is")
        if not self._repository.ask_cancel(job_id, time.time()):
            raise self._refusal(job_id, Sentence("canceled"), Sentence("There is nothing to do: it is over."))
        return self.get(job_id)

    def losses(self, job_id: str) -> "list[LossPoint]":
        """The loss curve so far, by step."""
        return self._repository.losses(job_id)

    def changes(self, job_id: str) -> "list[Sentence]":
        """What a training went on with after it failed, in words; empty for other jobs."""
        return [change.told for change in read_changes(self._settings.job_folder(job_id))]

    def samples(self, job_id: str) -> "list[Sample]":
        """Sample pictures so far: the base's first, then by step."""
        return self._settings.job_folder(self.get(job_id).id).samples()

    def worker_is_running(self) -> bool:
        """Whether a supervisor of this home takes jobs."""
        return supervisor_is_there(self._settings)

    def _refusal(self, job_id: str, done: Sentence, fix: Sentence) -> JobNotAllowed:
        status: JobStatus = self.get(job_id).status
        return JobNotAllowed(
            "The job {job} is {status} and cannot be {done}.", fix, job=job_id, status=Sentence(status.value), done=done
        )
