"""A job's row in words: in the bar above, in the lists, in the panels."""

from collections.abc import Sequence

from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.jobs import Job, JobKind, JobStatus, Wish
from profile_studio.jobs.kinds import job_name
from profile_studio.services.background_import import BackgroundImport
from profile_studio.ui.components.markup import duration, escape, progress_bar
from profile_studio.ui.texts import Texts, TrainTexts


def renamed_words(job: Job, texts: TrainTexts) -> str:
    """Why the LoRA is not called what was asked for; empty if it is."""
    asked = job.spec.get("adapter_name")
    renamed = job.kind is JobKind.TRAIN and job.status is JobStatus.COMPLETED and asked != job.adapter_name
    return texts.receipt_renamed.format(name=job.adapter_name, asked=asked) if renamed else ""


def status_words(job: Job, texts: Texts) -> str:
    """Status, how far, and how long still."""
    if job.wish is Wish.CANCEL and not job.status.is_finished:
        return texts.common.canceling
    words = texts.common.job_status[job.status]
    if job.status in (JobStatus.RUNNING, JobStatus.PAUSING, JobStatus.PAUSED, JobStatus.FAILED):
        words += f" {100 * job.fraction:.0f} %"
    return words


def job_label(job: Job, texts: Texts) -> str:
    """One line of a jobs list."""
    return f"{job_name(job)} \u2014 {status_words(job, texts)}"


def progress_words(job: Job, step_text: str, texts: Texts) -> str:
    """What stands beside the progress bar."""
    if job.status is JobStatus.QUEUED:
        return texts.train.waiting.format(n=job.queue_position or 1)
    parts = [step_text.format(step=job.step, steps=job.steps)]
    if job.status is JobStatus.RUNNING:
        if job.step == 0:
            parts = [texts.common.preparing]
        if job.seconds_left is not None:
            parts.append(texts.common.seconds_left.format(time=duration(job.seconds_left)))
        if job.note:
            parts.append(texts.common.said(job.note))
    else:
        parts.append(texts.common.job_status[job.status])
    if job.wish is Wish.CANCEL and not job.status.is_finished:
        parts.append(texts.common.canceling)
    return ", ".join(parts)


def progress_html(job: Job, step_text: str, texts: Texts) -> str:
    return progress_bar(texts.common.progress, job.fraction, progress_words(job, step_text, texts))


def status_line(
    jobs: Sequence[Job],
    worker_is_running: bool,
    texts: Texts,
    brought_in: BackgroundImport | None = None,
    *,
    disk_is_full: bool = False,
) -> str:
    """What the bar above the tabs says about long work, and first of all what keeps it from going on.

    Args:
        brought_in: the import that goes on, if one does; it needs no worker.
    """
    paused = [job for job in jobs if job.status is JobStatus.PAUSED and job.error is not None]
    faults = [texts.header.paused_by_fault.format(name=job_name(job), why=_why(job, texts)) for job in paused]
    if disk_is_full and not faults:
        faults = [texts.header.disk_full]
    open_jobs = [job for job in jobs if not job.status.is_finished and job.status is not JobStatus.PAUSED]
    working = [job for job in open_jobs if job.status in (JobStatus.RUNNING, JobStatus.PAUSING)]
    waiting = len(open_jobs) - len(working[:1])
    doing = {
        JobKind.TRAIN: texts.header.training,
        JobKind.COMPARE: texts.header.comparing,
        JobKind.CAPTION: texts.header.captioning,
        JobKind.FETCH: texts.header.fetching,
        JobKind.UNKNOWN: "{name}",
    }
    parts = [
        _how_far(doing[job.kind].format(name=job_name(job)), job.fraction, job.seconds_left, texts)
        for job in working[:1]
    ]
    if brought_in is not None:
        words = texts.header.importing.format(name=brought_in.name)
        parts.append(_how_far(words, brought_in.fraction, brought_in.seconds_left, texts))
    state = "off" if faults else "busy" if parts else "idle" if worker_is_running else "off"
    parts = [*faults, *parts]
    if not parts:
        parts.append(texts.header.idle if worker_is_running else texts.header.no_worker)
    if waiting > 0:
        parts.append(texts.header.more_waiting.format(n=waiting))
    return _status(state, " \u00b7 ".join(parts))


def status_trouble(error: ProfileStudioError, texts: Texts) -> str:
    """The bar where nothing can be known about the jobs, and why."""
    return _status("off", f"{texts.common.said(error.message)} {texts.common.said(error.fix)}")


def _status(state: str, words: str) -> str:
    dot = '<span class="dot" aria-hidden="true"></span>'
    return f'<div class="status {state}" role="status">{dot}{escape(words)}</div>'


def _why(job: Job, texts: Texts) -> str:
    return texts.common.said(job.error.message) if job.error else ""


def _how_far(what: str, fraction: float, seconds_left: float | None, texts: Texts) -> str:
    left = "" if seconds_left is None else f", {texts.common.seconds_left.format(time=duration(seconds_left))}"
    return f"{what} {100 * fraction:.0f} %{left}"


def newest_first(jobs: Sequence[Job], kind: JobKind) -> list[Job]:
    return sorted((job for job in jobs if job.kind is kind), key=lambda job: job.created_at, reverse=True)
