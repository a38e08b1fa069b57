"""The process that runs a home's jobs and keeps its engine alive.

DBOS moves jobs here, one at a time; the rows say what is true; both are brought together once a second, so that
whatever died, and in whatever order, no accepted job is forgotten.
"""

import math
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from types import FrameType

from profile_studio.domain.errors import StudioRunning
from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.files.full_disk import disk_full, is_full, keep_reserve
from profile_studio.jobs.attempts import AttemptEnd, Attempts
from profile_studio.jobs.lease import DeviceLease
from profile_studio.jobs.presence import AlreadyThere, is_living, living_executors, supervisor_presence
from profile_studio.jobs.processes import KeptProcess, ProcessMark, worker_command
from profile_studio.jobs.queue import (
    APPLICATION_VERSION,
    QUEUE_NAME,
    WORKFLOW_NAME,
    JobQueue,
    QueuedJob,
    open_queue,
    set_unusable_queue_aside,
)
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository

TICK_S = 0.5
HEARTBEAT_INTERVAL_S = 5.0
UNATTENDED_AFTER_S = 15.0  # the moment between taking a job from the queue and beginning with it is no fault
IDLE_LEAVE_S = 60.0
ENGINE_LEAVE_S = 3.0
QUEUE_POLL_S = 0.5


class Supervisor:
    """Runs until it is stopped, or idle without a parent.

    Args:
        parent_gone: set when the process that started this one is gone; None if it is nobody's child.
        with_engine: keep an engine for the live lane.
    """

    def __init__(
        self, settings: Settings, parent_gone: threading.Event | None = None, with_engine: bool = True
    ) -> None:
        settings.create_folders()
        self._settings = settings
        self._parent_gone = parent_gone
        self._presence = supervisor_presence(settings)
        self._executor_id = _executor_id(settings)
        self._lease = DeviceLease(settings.run_dir, settings.device_name)
        self._at_work: set[str] = set()  # jobs whose workflow runs in this process
        self._unattended_since: dict[QueuedJob, float] = {}
        self._stopping = threading.Event()
        self._working = threading.Lock()  # held by the workflow while an attempt runs
        log = settings.run_dir / "engine.log"
        self._engine = KeptProcess(worker_command("engine"), settings, log) if with_engine else None
        self._last_heartbeat = -math.inf
        self._last_activity = time.monotonic()

    def run(self) -> None:
        """Works on the jobs of this home.

        Raises:
            StudioRunning: another supervisor already does.
        """
        try:
            with self._presence.hold():
                self._run_alone()
        except AlreadyThere:
            raise StudioRunning(
                "Another worker of this machine already runs the jobs of this home folder.",
                "Let it work, or stop it first; for a second studio set PROFILE_STUDIO_HOME to another folder.",
            ) from None

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Asks `run` to save everything and return; a signal handler."""
        self._stopping.set()

    def _run_alone(self) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self.stop)
        self._beat()
        while is_full(self._settings.resolved_home) and not self._is_over():
            self._stopping.wait(TICK_S)
            self._beat()
        database = Database(self._settings.resolved_database_url)
        database.upgrade()
        self._repository = JobRepository(database)
        self._attempts = Attempts(self._settings, self._repository, self._stopping)
        set_unusable_queue_aside(self._settings, time.time())
        _launch_dbos(self._settings, self._executor_id, self._run_job)
        try:
            with open_queue(self._settings) as queue:
                while not self._is_over():
                    self._tick_if_it_fits(queue)
                    self._stopping.wait(TICK_S)
        finally:
            self._leave()

    def _is_over(self) -> bool:
        return self._stopping.is_set() or self._may_leave()

    def _tick_if_it_fits(self, queue: JobQueue) -> None:
        """Whatever a full disk does not take is tried again at the next tick."""
        try:
            self._tick(queue)
        except Exception as error:
            if disk_full(error) is None:
                raise

    def _tick(self, queue: JobQueue) -> None:
        now = time.monotonic()
        if self._engine is not None:
            self._engine.look_after()
        self._beat()
        unfinished = self._repository.find([JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSING])
        if unfinished:
            self._put_back(queue, unfinished)
            self._reconcile(queue, unfinished)
        if unfinished or self._working.locked() or self._lease.picture_is_wanted():
            self._last_activity = now

    def _reconcile(self, queue: JobQueue, unfinished: list[Job]) -> None:
        """Queues each waiting row that DBOS does not know, and settles each held one that nobody works on any more."""
        on_queue = {queued.job_id for queued in queue.jobs()}
        for job in reversed(unfinished):  # oldest first
            if job.id in on_queue:
                continue
            if job.status is JobStatus.QUEUED:
                queue.put(job.id)
            elif not is_living(job.heartbeat_at):
                self._repository.settle_lost(job.id, job.attempt, time.time())

    def _put_back(self, queue: JobQueue, unfinished: list[Job]) -> None:
        """Puts back on the queue what was taken from it by a machine that fell silent, or by a workflow that broke."""
        living, now = living_executors(self._settings), time.monotonic()
        rows = {job.id: job for job in unfinished}
        unattended = [queued for queued in queue.jobs() if not self._is_attended(queued, living, rows)]
        self._unattended_since = {queued: self._unattended_since.get(queued, now) for queued in unattended}
        for queued, since in self._unattended_since.items():
            if now - since > UNATTENDED_AFTER_S:
                if (job := rows.get(queued.job_id)) is not None:
                    self._repository.settle_lost(job.id, job.attempt, time.time())
                queue.put_back(queued)

    def _is_attended(self, queued: QueuedJob, living: set[str], rows: Mapping[str, Job]) -> bool:
        if queued.executor is None:
            return True  # it waits for whoever comes first
        if queued.executor == self._executor_id:
            return queued.job_id in self._at_work
        job = rows.get(queued.job_id)
        return queued.executor in living or (job is not None and job.status.is_held and is_living(job.heartbeat_at))

    def _run_job(self, job_id: str) -> None:
        """The workflow: attempts until the job's row is settled."""
        from dbos import DBOS

        crashes = 0
        self._at_work.add(job_id)
        try:
            while (
                end := DBOS.run_step({"name": "run_attempt"}, self._run_attempt, job_id, crashes)
            ) != AttemptEnd.SETTLED:
                crashes += end == AttemptEnd.CRASHED
        finally:
            self._at_work.discard(job_id)

    def _run_attempt(self, job_id: str, earlier_crashes: int) -> str:
        with self._working:
            return self._attempts.run(job_id, earlier_crashes).value

    def _may_leave(self) -> bool:
        idle_s = time.monotonic() - self._last_activity
        return self._parent_gone is not None and self._parent_gone.is_set() and idle_s > IDLE_LEAVE_S

    def _beat(self) -> None:
        """Tells who works here and that it lives; on a full disk the last heartbeat stays, and this one is tried anew."""
        if time.monotonic() - self._last_heartbeat < HEARTBEAT_INTERVAL_S:
            return
        try:
            self._presence.tell(
                {**ProcessMark.of(os.getpid()).facts, "executor": self._executor_id, "heartbeat": time.time()}
            )
            keep_reserve(self._settings.run_dir)
            self._last_heartbeat = time.monotonic()
        except OSError as error:
            if disk_full(error) is None:
                raise

    def _leave(self) -> None:
        from dbos import DBOS

        self._stopping.set()
        if self._engine is not None:
            self._engine.end(ENGINE_LEAVE_S)
        with self._working:  # the running attempt has saved its state and settled its row
            DBOS.destroy()


def _launch_dbos(settings: Settings, executor_id: str, run_job: Callable[[str], None]) -> None:
    from dbos import DBOS

    DBOS(
        config={
            "name": "profile-studio",
            "system_database_url": settings.queue_database_url,
            "application_version": APPLICATION_VERSION,
            "executor_id": executor_id,
            "log_level": "WARNING",
        }
    )

    @DBOS.workflow(name=WORKFLOW_NAME)
    def workflow(job_id: str) -> None:  # pyright: ignore[reportUnusedFunction]
        run_job(job_id)

    DBOS.launch()
    DBOS.register_queue(
        QUEUE_NAME, worker_concurrency=1, polling_interval_sec=QUEUE_POLL_S, on_conflict="always_update"
    )


def _executor_id(settings: Settings) -> str:
    """Stays the same over restarts of this machine: DBOS recovers the jobs of the same executor only."""
    path = settings.run_dir / f"executor-id.{settings.machine}"
    if not path.exists():
        path.write_text(uuid.uuid4().hex, encoding="utf-8")
    return path.read_text(encoding="utf-8")
