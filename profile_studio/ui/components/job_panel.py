"""Jobs of one kind, and the progress and buttons of the one that is chosen: the lower half of a tab that starts jobs."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.jobs.kinds import job_name
from profile_studio.ui.components.job_view import job_label, newest_first
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, leaves_faults_to_the_bar, notice_area, tells_errors
from profile_studio.ui.page import POLLING, QUIET, Page, Part
from profile_studio.ui.texts import CompareTexts, TrainTexts


@dataclass(frozen=True)
class JobPanel:
    """The panel's components, from top to bottom."""

    shown_job: gr.State  # the id of the chosen job
    last_look: gr.State  # what the window saw when it looked last
    none_yet: gr.HTML
    jobs: gr.Radio
    notice: gr.HTML
    live: gr.Column
    progress: gr.HTML
    pause: gr.Button
    resume: gr.Button
    cancel: gr.Button
    confirm: gr.Column
    question: gr.HTML
    yes: gr.Button
    no: gr.Button

    @property
    def looked_at(self) -> list[Any]:
        """What a look at the rows changes, beside what the tab shows of the chosen job."""
        return [
            self.shown_job, self.last_look, self.none_yet, self.jobs, self.live, self.progress, self.pause, self.resume,
            self.cancel,
        ]  # fmt: skip


@contextmanager
def job_panel(page: Page, texts: TrainTexts | CompareTexts, name: str) -> Generator[JobPanel]:
    """The panel; what the block makes stands below the buttons of the chosen job.

    Args:
        texts: of the tab.
        name: what the ids of its elements begin with.
    """
    shown_job, last_look = gr.State(None), gr.State(None)
    with gr.Column(elem_classes="card"):
        none_yet = gr.HTML(f'<p class="quiet">{escape(texts.no_jobs)}</p>')
        jobs = gr.Radio([], label=texts.jobs, visible=False, elem_classes="jobs", elem_id=f"{name}-jobs")
        notice = notice_area()
        with gr.Column(visible=False) as live:
            progress = gr.HTML(elem_id=f"{name}-progress")
            with gr.Row(elem_classes="job-buttons"):
                pause = gr.Button(page.texts.common.pause, size="sm", elem_id=f"{name}-pause")
                resume = gr.Button(page.texts.common.resume, size="sm", elem_id=f"{name}-resume")
                cancel = gr.Button(page.texts.common.cancel, size="sm", elem_id=f"{name}-cancel")
            with gr.Column(visible=False, elem_classes="danger") as confirm:
                question = gr.HTML()
                with gr.Row():
                    yes = gr.Button(texts.yes_cancel, variant="stop", size="sm")
                    no = gr.Button(page.texts.common.keep, size="sm")
            yield JobPanel(
                shown_job, last_look, none_yet, jobs, notice, live, progress, pause, resume, cancel, confirm, question,
                yes, no,
            )  # fmt: skip


class JobPanelHandlers:
    """What the panel does.

    Args:
        news: the part of the news that tells of these jobs.
        shows: what the tab shows of the chosen job, its progress among it.
    """

    def __init__(
        self,
        page: Page,
        panel: JobPanel,
        texts: TrainTexts | CompareTexts,
        kind: JobKind,
        news: Part,
        shows: Callable[[Job], Updates],
    ) -> None:
        self._page = page
        self._panel = panel
        self._texts = texts
        self._kind = kind
        self._news = news
        self._shows = shows
        self._jobs = page.studio.jobs

    def looks(self, job_id: str | None, seen: str | None) -> Updates:
        """The jobs list and the chosen job; nothing at all if nothing changed since `seen`."""
        panel = self._panel
        jobs = newest_first(self._jobs.list(), self._kind)
        job = next((job for job in jobs if job.id == job_id), jobs[0] if jobs else None)
        labels = [(job_label(each, self._page.texts), each.id) for each in jobs]
        look = f"{labels} {job}"
        if look == seen:
            return {panel.last_look: look}
        shown: Updates = {
            panel.last_look: look,
            panel.none_yet: gr.update(visible=not jobs),
            panel.jobs: gr.update(choices=labels, value=job.id if job else None, visible=bool(jobs)),
            panel.live: gr.update(visible=job is not None),
        }
        return {**shown, panel.shown_job: job.id, **self._buttons(job), **self._shows(job)} if job else shown

    def looks_again(self, job_id: str | None) -> Updates:
        """The same where something was done: this answer may come after that of a later look, so there is one more."""
        return {**self.looks(job_id, None), self._page.news[self._news]: ""}

    def pauses(self, job_id: str) -> Updates:
        self._jobs.pause(job_id)
        return self.looks_again(job_id)

    def resumes(self, job_id: str) -> Updates:
        self._jobs.resume(job_id)
        return self.looks_again(job_id)

    def asks_before_canceling(self, job_id: str) -> Updates:
        """What is lost."""
        job = self._jobs.get(job_id)
        words = self._texts.confirm_cancel.format(name=job_name(job), step=job.step)
        return {self._panel.question: f"<p>{escape(words)}</p>", self._panel.confirm: gr.update(visible=True)}

    def cancels(self, job_id: str) -> Updates:
        self._jobs.cancel(job_id)
        return {self._panel.confirm: gr.update(visible=False), **self.looks_again(job_id)}

    def _buttons(self, job: Job) -> Updates:
        is_going = job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
        return {
            self._panel.pause: gr.update(visible=is_going and job.wish is None),
            self._panel.resume: gr.update(visible=self._jobs.can_resume(job)),
            self._panel.cancel: gr.update(visible=not job.status.is_finished and job.wish is None),
        }

    def wire(self, outputs: list[Any]) -> None:
        """Has the panel's buttons and the news call these.

        Args:
            outputs: all that a look changes.
        """
        panel, news = self._panel, self._page.news[self._news]
        safe = tells_errors(panel.notice, self._page.texts.common)
        told = [*outputs, panel.notice]
        panel.jobs.input(safe(self.looks), [panel.jobs, panel.last_look], told, **POLLING)
        news.change(leaves_faults_to_the_bar(self.looks), [panel.shown_job, panel.last_look], outputs, **POLLING)
        panel.pause.click(safe(self.pauses), panel.shown_job, told, **QUIET)
        panel.resume.click(safe(self.resumes), panel.shown_job, told, **QUIET)
        panel.cancel.click(
            safe(self.asks_before_canceling), panel.shown_job, [panel.question, panel.confirm, panel.notice], **QUIET
        )
        panel.no.click(lambda: gr.update(visible=False), None, panel.confirm, **QUIET)
        panel.yes.click(safe(self.cancels), panel.shown_job, [panel.confirm, *told], **QUIET)
