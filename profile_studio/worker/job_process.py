"""One attempt at a job, in this process: hold the device, do the work, write the end into the row."""

import pkgutil
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path

from profile_studio.domain.errors import DatabaseBusy, DatabaseUnreachable, ProfileStudioError
from profile_studio.domain.jobs import Interrupted, Job, JobContext, JobError, ProgressReport, StartAgain, Wish
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.starter_size import FORMER_SIZE_TOLD, is_former_size
from profile_studio.files.full_disk import disk_full
from profile_studio.jobs.attempts import EXIT_DISK_FULL, EXIT_START_AGAIN
from profile_studio.jobs.kinds import KindOfJob, kind_of
from profile_studio.jobs.lease import DeviceLease
from profile_studio.services.traces import TracesOfDatasets
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.faults import known_fault
from profile_studio.storage.job_facts import write_job_facts
from profile_studio.storage.jobs import JobRepository
from profile_studio.worker.parent import on_parent_gone

REPORT_INTERVAL_S = 1.0
WISH_INTERVAL_S = 0.2
HEARTBEAT_INTERVAL_S = 10.0
WAITING_FOR_DEVICE = Sentence("waits for the device")
WAITING_FOR_PICTURE = Sentence("waits for your picture")

EXIT_SETTLED = 0  # the row has its next state
EXIT_INTERRUPTED = 75  # saved, because the supervisor left; the job goes on after its restart
EXIT_CRASHED = 1


class RowContext:
    """The `JobContext` of an attempt: its progress, its wishes and its device, all through the job's row.

    Args:
        supervisor_gone: set when nobody watches this process any more.
    """

    def __init__(
        self,
        settings: Settings,
        repository: JobRepository,
        job: Job,
        lease: DeviceLease,
        supervisor_gone: threading.Event,
    ) -> None:
        self.job = job
        self.folder: Path = settings.job_folder(job.id).path
        self._repository = repository
        self._lease = lease
        self._supervisor_gone = supervisor_gone
        self._lock = threading.Lock()
        self._progress = ProgressReport(job.step, job.steps)
        self._written_at = 0.0
        self._wish: Wish | None = None
        self._wish_read_at = 0.0

    def report(self, progress: ProgressReport) -> None:
        """Writes progress into the row; what comes within a second of the last write goes with the next one."""
        with self._lock:
            self._progress = replace(progress, losses=(*self._progress.losses, *progress.losses))
            is_last = progress.step >= progress.steps
            if is_last or time.monotonic() - self._written_at >= REPORT_INTERVAL_S:
                self._write()

    def wish(self) -> Wish | None:
        """What to do now; PAUSE also when the supervisor is gone (the job then goes on after its restart)."""
        if self._wish is None and time.monotonic() - self._wish_read_at >= WISH_INTERVAL_S:
            self._wish = self._repository.wish(self.job.id, self.job.attempt)
            self._wish_read_at = time.monotonic()
        return self._wish or (Wish.PAUSE if self._supervisor_gone.is_set() else None)

    def yield_device(self) -> None:
        """Hands the device to whoever waits for a picture, and takes it back after."""
        self._lease.yield_to_picture(lambda: self.note(WAITING_FOR_PICTURE))

    def note(self, text: str) -> None:
        """Says at once, in words, what the job is doing."""
        with self._lock:
            self._progress = replace(self._progress, note=text)
            self._write()

    def beat(self) -> None:
        """Shows that this process lives, where the work itself has had nothing to report."""
        with self._lock:
            if time.monotonic() - self._written_at >= HEARTBEAT_INTERVAL_S:
                self._write()

    def flush(self) -> None:
        """Writes what was reported since the last write."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        """On a full disk or a locked database the work goes on; what was to be written goes with the next write."""
        self._written_at = time.monotonic()
        try:
            self._repository.report(self.job.id, self.job.attempt, self._progress, time.time())
        except (DatabaseBusy, DatabaseUnreachable):
            return
        except Exception as error:
            if disk_full(error) is None:
                raise
        else:
            self._progress = replace(self._progress, losses=())


def run_attempt(settings: Settings, job_id: str, attempt: int) -> int:
    """Does an attempt's work; returns the exit code of this process."""
    try:
        return _run_attempt(settings, job_id, attempt)
    except Exception as error:
        if disk_full(error) is None:
            raise
        traceback.print_exc()
        return EXIT_DISK_FULL  # the supervisor says so in the row as soon as it can


def _run_attempt(settings: Settings, job_id: str, attempt: int) -> int:
    supervisor_gone = threading.Event()
    on_parent_gone(supervisor_gone.set)
    repository = JobRepository(Database(settings.resolved_database_url))
    job = repository.get(job_id)
    if job.attempt != attempt or not job.status.is_held:
        return EXIT_SETTLED
    lease = DeviceLease(settings.run_dir, settings.device_name)
    context = RowContext(settings, repository, job, lease, supervisor_gone)
    context.folder.mkdir(parents=True, exist_ok=True)
    write_job_facts(settings.job_folder(job_id), job)
    done = threading.Event()
    heart = threading.Thread(target=_beat_until, args=(done, context), daemon=True)
    heart.start()
    try:
        kind = kind_of(job)
        if kind.needs_device:
            context.note(WAITING_FOR_DEVICE)
            with lease.for_job():
                context.note("")
                result = _work(kind, job, context, settings)
        else:
            result = _work(kind, job, context, settings)
        context.flush()
        repository.complete(job_id, attempt, result, time.time())
    except Interrupted:
        context.flush()
        return _settle_wish(repository, job)
    except StartAgain:
        traceback.print_exc()
        context.flush()
        return EXIT_START_AGAIN
    except (DatabaseBusy, DatabaseUnreachable):  # no fault of the job: another attempt finds what is saved
        traceback.print_exc()
        return EXIT_CRASHED
    except Exception as error:
        context.flush()  # the row of a failed job says how far it came
        if disk_full(error) is not None:
            raise
        traceback.print_exc()
        known = error if isinstance(error, ProfileStudioError) else known_fault(error)
        if known is None:
            return EXIT_CRASHED  # the supervisor decides between another attempt and a failure
        details = traceback.format_exc(limit=-3)
        repository.fail(job_id, attempt, JobError(known.kind, known.message, known.fix, details), time.time())
    finally:
        done.set()
        heart.join()
        TracesOfDatasets(settings, repository).remove_pictures_of(job_id)
    return EXIT_SETTLED


def _work(kind: KindOfJob, job: Job, context: JobContext, settings: Settings) -> dict[str, object]:
    if is_former_size(job.spec, ("resolution",)):
        print(FORMER_SIZE_TOLD, file=sys.stderr)  # noqa: T201  into the job's log
    run = pkgutil.resolve_name(kind.run)
    return run(kind.config.model_validate(job.spec), context, settings)


def _settle_wish(repository: JobRepository, job: Job) -> int:
    if repository.settle_pause(job.id, job.attempt) or repository.settle_cancel(job.id, job.attempt, time.time()):
        return EXIT_SETTLED
    print("The supervisor is gone; the work is saved.", file=sys.stderr)  # noqa: T201
    return EXIT_INTERRUPTED


def _beat_until(done: threading.Event, context: RowContext) -> None:
    while not done.wait(1.0):
        context.beat()
