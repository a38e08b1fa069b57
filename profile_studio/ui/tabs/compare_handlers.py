"""What Compare does: promises, starts, and shows what came out."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidModelSpec
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.jobs.kinds import job_name
from profile_studio.services.studio import Studio
from profile_studio.ui.components.comparison_view import downloads_html, pictures_html, sentences_html, table_html
from profile_studio.ui.components.job_panel import JobPanelHandlers
from profile_studio.ui.components.job_view import newest_first, progress_html
from profile_studio.ui.components.markup import duration, escape
from profile_studio.ui.components.notices import Updates, error_notice_of_job, good_news, parse_form, told
from profile_studio.ui.page import Page, Part
from profile_studio.ui.tabs.compare_parts import CompareParts
from profile_studio.ui.tabs.which_step import WhichStepHandlers
from profile_studio.ui.texts import CompareTexts

_NO_DATASET = ""


class CompareHandlers:
    """The tab's handlers; each returns updates by component."""

    def __init__(self, page: Page, parts: CompareParts) -> None:
        self._page = page
        self._parts = parts
        self._studio = page.studio
        self._texts = page.texts.compare
        self.which_step = WhichStepHandlers(page, parts.which_step, parts.result.kept_step)
        self.panel = JobPanelHandlers(
            page, parts.panel, page.texts.compare, JobKind.COMPARE, Part.COMPARISONS, self.shows_job
        )

    def config_of(self, form: dict[str, Any]) -> ComparisonConfig:
        """The form as a comparison.

        Raises:
            InvalidModelSpec: no model is chosen.
            InvalidSettings: a number is out of its bounds.
        """
        values = {
            **form,
            "models": _lines(form["specs"], form["models"]),
            "dataset": form["dataset"] or None,
            "prompts": _lines(form["prompts"]),
        }
        del values["specs"]
        if not values["models"]:
            raise InvalidModelSpec(self._texts.nothing_chosen, self._texts.nothing_chosen_fix)
        return parse_form(ComparisonConfig, values, self._texts.fields, self._page.texts.common)

    def promises(self, **form: Any) -> Updates:
        """What the form will do; nothing while it names no model."""
        if not form["models"] and not (form["specs"] or "").strip():
            return {}
        return {self._parts.form.promise: told(promise_html(self._page, self.config_of(form)))}

    def starts(self, **form: Any) -> Updates:
        """A comparison in the queue."""
        return self._started(self._studio.comparison.submit(self.config_of(form)))

    def starts_on_steps(self, training: str) -> Updates:
        """A comparison of a training's steps in the queue."""
        return self._started(self.which_step.starts(training))

    def keeps_step(self, job_id: str, step: str) -> Updates:
        """The chosen step as the LoRA."""
        return {self._parts.panel.notice: told(self.which_step.keeps(job_id, step))}

    def _started(self, job: Job) -> Updates:
        started = told(good_news(self._texts.started))
        return {self._parts.panel.shown_job: job.id, self._parts.notice: started, **self.panel.looks_again(job.id)}

    def shown(
        self, chosen: Sequence[str], reference: str | None, base: str, job_id: str | None, training: str | None
    ) -> Updates:
        """The tab as the disk has it."""
        parts, studio = self._parts, self._studio
        names = self._page.adapter_choices(base)
        sets = {_NO_DATASET: self._texts.own_dataset, **{found.name: found.name for found in studio.datasets.list()}}
        references = gr.update(choices=[(words, name) for name, words in sets.items()])
        kept = [name for name in chosen or [] if name in names] or _newest_of_own(studio, names) or names[:1]
        return {
            parts.empty: gr.update(visible=not names),
            parts.form.card: gr.update(visible=bool(names)),
            # Only what must change is sent: a choice made while the tab was opening would be taken back by its own echo.
            parts.form.models: gr.update(choices=names) if kept == chosen else gr.update(choices=names, value=kept),
            parts.form.dataset: references if reference in sets else {**references, "value": _NO_DATASET},
            **self.which_step.shown(training),
            **self.panel.looks_again(job_id),
        }

    def shows_job(self, job: Job) -> Updates:
        """How far a comparison is, and what it showed once it is done."""
        is_done = job.status is JobStatus.COMPLETED
        shown: Updates = {
            self._parts.panel.progress: _job_html(self._page, job),
            self._parts.result.column: gr.update(visible=is_done),
        }
        return {**shown, **self.shows_report(job)} if is_done else shown

    def shows_report(self, job: Job) -> Updates:
        """Sentences, table, pictures and files of a finished comparison."""
        result, comparison = self._parts.result, self._studio.comparison
        report, folder = comparison.report(job.id), comparison.folder(job.id)
        config = ComparisonConfig.model_validate(job.spec)
        return {
            result.sentences: sentences_html(report, self._page.texts),
            result.table: table_html(report, self._page.texts),
            result.pictures: pictures_html(config, report, folder, self._texts),
            result.downloads: downloads_html([folder / name for name in report.files], self._texts),
            **self.which_step.offers(config, report),
        }


def _newest_of_own(studio: Studio, names: Sequence[str]) -> list[str]:
    trainings = newest_first(studio.jobs.list(), JobKind.TRAIN)
    finished = (job_name(job) for job in trainings if job.status is JobStatus.COMPLETED)
    return [name for name in finished if name in names][:1]


def _lines(text: str | None, first: Sequence[str] = ()) -> tuple[str, ...]:
    return (*(first or ()), *(line.strip() for line in (text or "").splitlines() if line.strip()))


def promise_html(page: Page, config: ComparisonConfig) -> str:
    """What the comparison will do, and how long that takes."""
    texts = page.texts.compare
    config = config.unified()
    models = config.n_drawn
    words = texts.promise.format(
        pictures=models * len(config.prompts) * config.seeds,
        models=models,
        prompts=len(config.prompts),
        seeds=config.seeds,
    )
    time = page.texts.common.said(page.studio.comparison.promise(config).sentence)
    foresight = page.studio.comparison.foresight(config, page.texts.language)
    shown = f"<br>{escape(page.texts.common.said(foresight))}" if foresight else ""
    return f'<p class="promise">{escape(f"{words} {time}")}{shown}</p>'


def receipt(job: Job, texts: CompareTexts) -> str:
    """What the comparison did, to hold against what was promised."""
    seconds = (job.finished_at or 0) - (job.started_at or 0)
    return texts.receipt.format(pictures=job.steps, time=duration(max(seconds, 0)))


def _job_html(page: Page, job: Job) -> str:
    if job.error:
        return progress_html(job, page.texts.compare.working, page.texts) + error_notice_of_job(
            job.error, page.texts.common
        )
    if job.status is JobStatus.COMPLETED:
        return good_news(receipt(job, page.texts.compare))
    return progress_html(job, page.texts.compare.working, page.texts)
