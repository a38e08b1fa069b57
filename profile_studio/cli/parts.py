"""What several commands share: the studio, and a worker or an engine for the length of a call."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from profile_studio.cli.output import say
from profile_studio.domain.errors import InputError, ProfileStudioError, Stopped
from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.jobs.processes import KeptProcess, KeptSupervisor, worker_command
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.components.job_view import renamed_words
from profile_studio.ui.texts import ENGLISH

LOOK_INTERVAL_S = 0.3
SAY_INTERVAL_S = 2.0
ENGINE_START_S = 120.0
ENGINE_LEAVE_S = 5.0


def open_studio() -> Studio:
    """The studio of this home."""
    return Studio.open(Settings())


def absolute_base(base: str) -> str:
    """A base model's folder or file is looked up from here, not from where the worker runs."""
    return str(Path(base).resolve()) if Path(base).exists() else base


def wait_for_job(studio: Studio, job_id: str) -> Job:
    """Waits until a job has completed; if no worker runs on this home, runs one until then.

    Raises:
        Stopped: somebody ended the command; the fix says how to wait for the job again.
        ProfileStudioError: the job failed (an `InputError` if the input was at fault), was canceled, or was paused
            because it could not go on.
    """
    supervisor = KeptSupervisor(studio.settings, with_engine=False)
    said, said_at = "", 0.0
    try:
        while not (job := studio.jobs.get(job_id)).status.is_finished and job.error is None:
            supervisor.look_after()
            line = _progress_line(job)
            if line != said and time.monotonic() - said_at > SAY_INTERVAL_S:
                said, said_at = line, time.monotonic()
                say(line)
            time.sleep(LOOK_INTERVAL_S)
    except Stopped as stopped:
        way_back = f"`python -m profile_studio jobs wait {job_id}` waits for the job again; it goes on where it was."
        raise Stopped(stopped.message, way_back) from None
    finally:
        if supervisor.is_running():
            supervisor.stop()
    if studio.jobs.can_resume(job):
        say(f"`python -m profile_studio jobs resume {job_id}` lets it go on from its last checkpoint.")
    if renamed := renamed_words(job, ENGLISH.train):
        say(renamed)
    if job.status is JobStatus.CANCELED:
        raise Stopped("The job {job} was canceled.", "Start it again if you want its result.", job=job_id)
    if job.error is not None:
        raise _as_error(job)
    return job


@contextmanager
def running_engine(studio: Studio) -> Generator[None, None, None]:
    """An engine answers inside the block: the running studio's, or one for the length of the block.

    Raises:
        ProfileStudioError: it does not come up.
    """
    if studio.generation.engine_is_running():
        yield
        return
    engine = KeptProcess(worker_command("engine"), studio.settings, studio.settings.run_dir / "engine.log")
    deadline = time.monotonic() + ENGINE_START_S
    try:
        while not studio.generation.engine_is_running():
            engine.look_after()
            if time.monotonic() > deadline:
                raise ProfileStudioError(
                    "The engine does not start.", "Look into {log}.", log=str(studio.settings.run_dir / "engine.log")
                )
            time.sleep(LOOK_INTERVAL_S)
        yield
    finally:
        engine.end(ENGINE_LEAVE_S)


def _progress_line(job: Job) -> str:
    left = f", {job.seconds_left:.0f} s left" if job.seconds_left is not None else ""
    note = f" ({job.note})" if job.note else ""
    paused = f"; `jobs resume {job.id}` lets it go on" if job.status is JobStatus.PAUSED else ""
    return f"{job.id} {job.status.value}: step {job.step} of {job.steps}{left}{note}{paused}"


def _as_error(job: Job) -> ProfileStudioError:
    """The error a job ended with, as if it had been raised here."""
    assert job.error is not None
    input_kinds = {error.kind for error in (InputError, *InputError.__subclasses__())}
    parent = InputError if job.error.kind in input_kinds else ProfileStudioError
    job_failed: Any = type("JobFailed", (parent,), {"kind": job.error.kind})
    return job_failed(job.error.message, job.error.fix)
