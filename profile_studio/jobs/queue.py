"""The durable queue on DBOS: which job's turn it is.

The job row is the truth about a job; the queue only moves jobs to a supervisor. `dbos` is imported where it is
used, because the page must not wait for it.
"""

import sqlite3
import time
import uuid
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from profile_studio.domain.errors import DatabaseBusy, DatabaseDamaged
from profile_studio.domain.jobs import Job
from profile_studio.jobs.kinds import kind_of_config
from profile_studio.settings import Settings
from profile_studio.storage.backups import set_aside
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.sqlite_faults import check_sound

if TYPE_CHECKING:
    from dbos import DBOSClient

QUEUE_NAME = "gpu"
WORKFLOW_NAME = "run_job"
# Fixed: DBOS takes up a job only for the version that queued it, and an update must not orphan jobs.
APPLICATION_VERSION = "1"


@dataclass(frozen=True)
class QueuedJob:
    """A job on the queue; `executor` is the supervisor that took it, None while it waits."""

    workflow_id: str
    executor: str | None

    @property
    def job_id(self) -> str:
        return self.workflow_id.split(".")[0]


class JobQueue:
    """Jobs that wait for a supervisor or are with one."""

    def __init__(self, client: "DBOSClient") -> None:
        self._client = client

    def put(self, job_id: str) -> None:
        """Queues a job; nothing happens if it already waits or runs."""
        self._client.enqueue(
            {
                "workflow_name": WORKFLOW_NAME,
                "queue_name": QUEUE_NAME,
                "workflow_id": f"{job_id}.{uuid.uuid4().hex[:12]}",
                "app_version": APPLICATION_VERSION,
                "deduplication_id": job_id,
                "duplication_policy": "return-existing",
            },
            job_id,
        )

    def jobs(self) -> list[QueuedJob]:
        """The jobs that wait on the queue or are with a supervisor."""
        workflows = self._client.list_workflows(
            status=["ENQUEUED", "PENDING"], name=WORKFLOW_NAME, load_input=False, load_output=False
        )
        return [
            QueuedJob(each.workflow_id, each.executor_id if each.status == "PENDING" else None) for each in workflows
        ]

    def put_back(self, job: QueuedJob) -> None:
        """Lets any supervisor take a job whose own is gone: the queue's library does that for the same one only."""
        self._client.resume_workflow(job.workflow_id, queue_name=QUEUE_NAME)


@contextmanager
def open_queue(settings: Settings) -> Generator[JobQueue, None, None]:
    """The queue of this home; its tables exist once a supervisor has run."""
    from dbos import DBOSClient

    client = DBOSClient(system_database_url=settings.queue_database_url)
    try:
        yield JobQueue(client)
    finally:
        client.destroy()


def set_unusable_queue_aside(settings: Settings, now: float) -> Path | None:
    """Makes room for a new queue where the file is damaged or of a newer DBOS; the rows put their jobs on it again.

    Only for the one supervisor of a home, before it opens the queue.

    Returns: where the file lies now, for a week; None if it can be used, or is not there.
    """
    file = Database(settings.queue_database_url).file
    if file is None or not file.is_file() or _is_usable(file):
        return None
    return set_aside(file, now)


def _is_usable(file: Path) -> bool:
    from dbos._migration import sqlite_migrations

    try:
        check_sound(file)
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'dbos_migrations'")
            if tables.fetchone() == (0,):
                return True  # DBOS makes its tables in an empty file
            (version,) = connection.execute("SELECT version FROM dbos_migrations").fetchone()
    except DatabaseBusy:
        return True
    except DatabaseDamaged:
        return False
    return version <= len(sqlite_migrations)


def accept(settings: Settings, jobs: JobRepository, config: BaseModel, steps: int) -> Job:
    """Makes the row of the job that a config asks for, and puts it on the queue.

    Raises:
        InvalidName: an unfinished training has the name of its LoRA.
    """
    job = jobs.create(kind_of_config(config), config.model_dump(mode="json"), steps, time.time())
    enqueue(settings, job.id)
    return job


def enqueue(settings: Settings, job_id: str) -> None:
    """Queues a job at once instead of at the supervisor's next look.

    Where no supervisor ever ran there is no queue yet: the row alone waits for the first one.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        with open_queue(settings) as queue:
            queue.put(job_id)
    except DBAPIError:
        return
