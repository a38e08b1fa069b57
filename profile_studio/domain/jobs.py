"""A job's life: which states there are and which moves are allowed."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class JobKind(StrEnum):
    """What a job does; what belongs to each is told in `jobs.kinds`."""

    TRAIN = "train"
    COMPARE = "compare"
    CAPTION = "caption"
    FETCH = "fetch"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "JobKind":  # noqa: ARG003  as Enum calls it
        return cls.UNKNOWN  # of a newer version of the studio, before somebody went back to this one


class JobStatus(StrEnum):
    """queued -> running -> completed | failed | canceled; running -> pausing -> paused -> queued."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_finished(self) -> bool:
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED)

    @property
    def is_held(self) -> bool:
        """Whether an attempt has the job."""
        return self in (JobStatus.RUNNING, JobStatus.PAUSING)


class Wish(StrEnum):
    """What a person asked a running job to do; the process that runs it looks between two steps."""

    PAUSE = "pause"
    CANCEL = "cancel"


@dataclass(frozen=True)
class JobError:
    """A failure in words: a `Sentence` each, or the plain text of an earlier version. `details` is technical text."""

    kind: str
    message: str
    fix: str
    details: str = ""


@dataclass(frozen=True)
class Job:
    """One row of the truth about long work.

    `attempt` rises with each claim; writes that name an older attempt change nothing.
    """

    id: str
    kind: JobKind
    status: JobStatus
    wish: Wish | None
    attempt: int
    step: int
    steps: int
    seconds_left: float | None
    note: str
    spec: dict[str, object]
    result: dict[str, object] | None
    error: JobError | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    heartbeat_at: float | None
    adapter_name: str | None = None
    """The LoRA that a training makes: no other training and no import gets this name before the job is over."""
    queue_position: int | None = None

    @property
    def fraction(self) -> float:
        return 1.0 if self.status is JobStatus.COMPLETED else self.step / self.steps if self.steps else 0.0


@dataclass(frozen=True)
class LossPoint:
    """One point of the loss curve."""

    step: int
    loss: float


@dataclass(frozen=True)
class ProgressReport:
    """What the process that runs a job writes into its row, at most once a second."""

    step: int
    steps: int
    seconds_left: float | None = None
    note: str = ""
    losses: tuple[LossPoint, ...] = field(default_factory=tuple)


class Interrupted(Exception):
    """Raised by a job's work after it has saved what it needs to go on: the wish was seen and obeyed."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(wish.value)
        self.wish = wish


class StartAgain(Exception):
    """Raised by a job's work after it has saved what it goes on with: a new process is to take it up at once."""


class JobContext(Protocol):
    """What the process that runs a job gives to the work itself (training, comparing)."""

    job: Job
    folder: Path  # the job's own folder in the home: checkpoints, samples, results

    def report(self, progress: ProgressReport) -> None:
        """Writes progress into the row; throttled, and ignored if a newer attempt owns the job."""
        ...

    def wish(self) -> Wish | None:
        """What to do now; PAUSE also when the supervisor is gone (the job then goes on after its restart)."""
        ...

    def yield_device(self) -> None:
        """Call between two steps: hands the device to whoever waits for a picture, and takes it back after."""
        ...
