"""One attempt at a job: claim it, run it in a process of its own, and settle its row by what was left behind."""

import subprocess
import threading
import time
from enum import StrEnum
from pathlib import Path

from profile_studio.domain.jobs import Job, JobError, Wish
from profile_studio.domain.out_of_memory import says_out_of_memory
from profile_studio.domain.sentences import Sentence
from profile_studio.files.atomic import write_json
from profile_studio.files.full_disk import disk_full, is_full, no_room, spend_reserve
from profile_studio.jobs.presence import read_facts
from profile_studio.jobs.processes import ProcessMark, kill_tree, say_goodbye, start, worker_command
from profile_studio.settings import Settings
from profile_studio.storage.jobs import JobRepository

LOOK_INTERVAL_S = 0.25
CANCEL_TERMINATE_S = 20.0  # a step of a large model on a slow machine may take this long to notice
CANCEL_KILL_S = 30.0
STOP_KILL_S = 14.0  # all is to be over 20 s after Ctrl-C
LEFTOVER_LEAVE_S = 30.0
MOST_CRASHES = 3
ROOM_LOOK_INTERVAL_S = 1.0
EXIT_DISK_FULL = 74  # of a job's process: what it could not write is not in its row either
EXIT_START_AGAIN = 77  # it has saved what it goes on with
LOG_TAIL_LINES = 40


class AttemptEnd(StrEnum):
    """How an attempt left its job."""

    SETTLED = "settled"  # the row has its next state; nothing more to do
    CRASHED = "crashed"  # the process died, and another attempt may do better
    STARTS_AGAIN = "starts again"  # the process changed what it goes on with, and asked for another one


class Attempts:
    """Runs attempts for one supervisor.

    Args:
        stopping: set when the supervisor is to leave; running attempts then save their state and end.
    """

    def __init__(self, settings: Settings, repository: JobRepository, stopping: threading.Event) -> None:
        self._settings = settings
        self._repository = repository
        self._stopping = stopping

    def run(self, job_id: str, earlier_crashes: int) -> AttemptEnd:
        """Runs a job until it completes, obeys a wish, fails, or its process dies.

        Args:
            earlier_crashes: how often its process has died since the job was queued.
        """
        if self._stopping.is_set():
            return AttemptEnd.SETTLED
        self._end_leftover(job_id)
        if not self._wait_for_room():
            return AttemptEnd.SETTLED
        before = self._repository.get(job_id)
        attempt = self._repository.claim(job_id, time.time())
        if attempt is None:
            return AttemptEnd.SETTLED
        try:
            exit_code = self._run_process(job_id, attempt)
        except Exception as error:
            if disk_full(error) is None:
                raise
            exit_code = EXIT_DISK_FULL
        if exit_code == EXIT_DISK_FULL:
            return self._pause_for_room(job_id, attempt)
        return self._settle(before, attempt, exit_code, earlier_crashes)

    def _wait_for_room(self) -> bool:
        """Waits until the disk takes more than rows; False if the supervisor is to leave before."""
        while is_full(self._settings.resolved_home):
            if self._stopping.wait(ROOM_LOOK_INTERVAL_S):
                return False
        return True

    def _pause_for_room(self, job_id: str, attempt: int) -> AttemptEnd:
        """Pauses the job, or cancels it if that was asked for, as soon as the disk takes its row."""
        fault = no_room()
        error = JobError(fault.kind, fault.message, fault.fix, log_tail(self._settings.job_folder(job_id).log))
        while True:
            try:
                if not self._repository.settle_cancel(job_id, attempt, time.time()):
                    self._repository.pause_by_fault(job_id, attempt, error)
                return AttemptEnd.SETTLED
            except Exception as refusal:
                if disk_full(refusal) is None:
                    raise
            spend_reserve(self._settings.run_dir)
            if self._stopping.wait(ROOM_LOOK_INTERVAL_S):
                return AttemptEnd.SETTLED

    def _run_process(self, job_id: str, attempt: int) -> int:
        command = worker_command("run", "--job", job_id, "--attempt", str(attempt))
        process = start(command, self._settings, self._settings.job_folder(job_id).log)
        try:
            mark = {**ProcessMark.of(process.pid).facts, "machine": self._settings.machine}
            write_json(self._mark_path(job_id), mark)
            self._watch(process, job_id, attempt)
        finally:
            if process.poll() is None:
                kill_tree(process.pid)
            say_goodbye(process)
            self._mark_path(job_id).unlink(missing_ok=True)
        return process.wait()

    def _watch(self, process: "subprocess.Popen[bytes]", job_id: str, attempt: int) -> None:
        """Returns when the process is gone, or is to be killed because it did not obey in time."""
        cancel_asked_at: float | None = None
        stop_asked_at: float | None = None
        while not _is_gone(process, LOOK_INTERVAL_S):
            now = time.monotonic()
            if self._stopping.is_set() and stop_asked_at is None:
                stop_asked_at = now
                say_goodbye(process)
            if cancel_asked_at is None and self._repository.wish(job_id, attempt) is Wish.CANCEL:
                cancel_asked_at = now
            if cancel_asked_at is not None and now - cancel_asked_at > CANCEL_TERMINATE_S:
                process.terminate()
            if cancel_asked_at is not None and now - cancel_asked_at > CANCEL_KILL_S:
                return
            if stop_asked_at is not None and now - stop_asked_at > STOP_KILL_S:
                return

    def _settle(self, before: Job, attempt: int, exit_code: int, earlier_crashes: int) -> AttemptEnd:
        repository, job_id = self._repository, before.id
        job = repository.get(job_id)
        if job.attempt != attempt or not job.status.is_held:
            return AttemptEnd.SETTLED
        if job.wish is not None or self._stopping.is_set():
            repository.settle_lost(job_id, attempt, time.time())
            return AttemptEnd.SETTLED
        if exit_code == EXIT_START_AGAIN:
            return AttemptEnd.STARTS_AGAIN
        made_progress = job.step > before.step
        was_killed = exit_code < 0
        if earlier_crashes + 1 < MOST_CRASHES and (made_progress or was_killed):
            return AttemptEnd.CRASHED
        details = log_tail(self._settings.job_folder(job_id).log)
        repository.fail(job_id, attempt, _crash_error(exit_code, details), time.time())
        return AttemptEnd.SETTLED

    def _end_leftover(self, job_id: str) -> None:
        """An attempt of a supervisor that was killed sees its pipe close, saves and leaves; then the job is free.

        On another machine nobody can be ended from here: there the attempt hears that it owns the job no more.
        """
        facts = read_facts(self._mark_path(job_id))
        mark = ProcessMark.of_facts(facts)
        if mark is not None and facts.get("machine", self._settings.machine) == self._settings.machine:
            mark.end(LEFTOVER_LEAVE_S)

    def _mark_path(self, job_id: str) -> Path:
        return self._settings.job_folder(job_id).process


def log_tail(log: Path) -> str:
    """The last lines of a job's log."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])
    except OSError:
        return ""


def _is_gone(process: "subprocess.Popen[bytes]", timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _crash_error(exit_code: int, details: str) -> JobError:
    if exit_code == -9 or says_out_of_memory(details):
        return JobError(
            "out_of_memory",
            Sentence("The job's process was killed, most likely because memory ran out."),
            Sentence("Close other programs, or choose a smaller batch size or resolution, then start it again."),
            details,
        )
    return JobError(
        "crashed",
        Sentence("The job's process ended unexpectedly (exit code {code}).", code=exit_code),
        Sentence("Start it again; if it stays, the details say where it went wrong."),
        details,
    )
