"""What there is to know of each kind of job: one entry a kind, the one place that lists them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import BaseModel

from profile_studio.domain.captioning import CaptioningConfig
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import JobNotAllowed
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.files.job_folder import JobFolder


@dataclass(frozen=True)
class KindOfJob:
    """One kind of job.

    Args:
        config: what its row's `spec` is.
        run: where the function is that does the work, as `pkgutil.resolve_name` reads it: it may load torch, and this
            module must not. It takes the config, the `JobContext` and the settings, and returns the row's `result`.
        name: what a person calls a job: the LoRA it trains, the models it compares.
        result: what the row of a completed job says, read from its folder; None if the folder does not tell.
        can_go_on: whether the folder has enough for another attempt, where the row was lost.
        needs_device: whether it computes, and so waits for the device.
    """

    kind: JobKind
    config: type[BaseModel]
    run: str
    name: Callable[[Job], str]
    result: Callable[[JobFolder], dict[str, object] | None] = lambda _folder: None
    can_go_on: Callable[[JobFolder], bool] = lambda _folder: False
    needs_device: bool = True


def kind_of(job: Job) -> KindOfJob:
    """The entry of a job's kind.

    Raises:
        JobNotAllowed: a newer version of the studio made the job.
    """
    if (entry := JOB_KINDS.get(job.kind)) is None:
        raise JobNotAllowed(
            "This version of the studio cannot do what the job {job} asks for.",
            "Update the studio, then start it again.",
            job=job.id,
        )
    return entry


def kind_of_config(config: BaseModel) -> JobKind:
    """The kind of job that a config asks for."""
    return next(entry.kind for entry in JOB_KINDS.values() if type(config) is entry.config)


def job_name(job: Job) -> str:
    """What a person calls the job."""
    entry = JOB_KINDS.get(job.kind)
    return entry.name(job) if entry else job.id


def _compared(job: Job) -> str:
    models = job.spec.get("models")
    if not isinstance(models, list | tuple):
        return job.id
    names = list(map(str, cast(Sequence[object], models)))
    return f"{names[-1].partition('@')[0]}@\u2026" if job.spec.get("checkpoints") is not None else ", ".join(names)


def _read(path: Path) -> dict[str, object] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _result_of_comparison(folder: JobFolder) -> dict[str, object] | None:
    report = _read(folder.report)
    return None if report is None else {key: report.get(key) for key in ("files", "recommended", "fingerprint")}


_WORK = "profile_studio.worker.composition"
_ENTRIES = (
    KindOfJob(
        JobKind.TRAIN,
        LoraTrainingConfig,
        f"{_WORK}:train",
        name=lambda job: job.adapter_name or job.id,
        result=lambda folder: _read(folder.result),
        can_go_on=lambda folder: folder.newest_whole_checkpoint() is not None,
    ),
    KindOfJob(
        JobKind.COMPARE,
        ComparisonConfig,
        f"{_WORK}:compare",
        name=_compared,
        result=_result_of_comparison,
        can_go_on=lambda folder: folder.pictures.is_dir(),
    ),
    KindOfJob(
        JobKind.CAPTION,
        CaptioningConfig,
        f"{_WORK}:caption",
        name=lambda job: str(job.spec.get("dataset", job.id)),
    ),
    KindOfJob(
        JobKind.FETCH,
        FetchConfig,
        f"{_WORK}:fetch",
        name=lambda job: str(job.spec.get("base") or job.spec.get("evaluator") or job.id),
        needs_device=False,
    ),
)
JOB_KINDS = {entry.kind: entry for entry in _ENTRIES}
