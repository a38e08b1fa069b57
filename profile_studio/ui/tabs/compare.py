"""Tab 4: is it really better? First in sentences, then in numbers, then in pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidModelSpec
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.services.studio import Studio
from profile_studio.ui.components.comparison_view import downloads_html, pictures_html, sentences_html, table_html
from profile_studio.ui.components.job_view import job_label, job_name, newest_first, progress_html
from profile_studio.ui.components.markup import duration, escape
from profile_studio.ui.components.notices import (
    Updates,
    error_notice_of_job,
    good_news,
    leaves_faults_to_the_bar,
    notice_area,
    parse_form,
    tells_errors,
    told,
)
from profile_studio.ui.page import COMPARE, POLLING, QUIET, Page, Part
from profile_studio.ui.texts import CompareTexts

_NO_DATASET = ""


@dataclass(frozen=True)
class CompareTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    to_train: gr.Button
    models: gr.CheckboxGroup
    specs: gr.Textbox
    shown: Any  # handler: the tab as the disk has it
    shown_inputs: list[Any]
    shown_outputs: list[Any]


def build(page: Page) -> CompareTab:
    texts, studio = page.texts.compare, page.studio
    limits = ComparisonConfig.model_fields
    with gr.Tab(texts.tab, id=COMPARE, elem_id=COMPARE) as tab:
        shown_job, last_look = gr.State(None), gr.State(None)
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as empty:
            gr.HTML(f"<p>{escape(texts.no_models)}</p>")
            to_train = gr.Button(texts.to_train, variant="primary")
        with gr.Column(elem_classes="card") as form:
            models = gr.CheckboxGroup([], label=texts.models, elem_id="compare-models")
            with gr.Row():
                dataset = gr.Dropdown([], label=texts.dataset, info=texts.dataset_info, elem_id="compare-dataset")
                seeds = gr.Slider(
                    1, 16, value=limits["seeds"].default, step=1, label=texts.seeds, elem_id="compare-seeds", buttons=[]
                )
            with gr.Accordion(texts.more, open=False, elem_id="compare-more"):
                prompts = gr.Textbox(
                    "\n".join(studio.comparison.default_prompts()),
                    label=texts.prompts,
                    lines=4,
                    max_lines=12,
                    elem_id="compare-prompts",
                )
                specs = gr.Textbox("", label=texts.specs, info=texts.specs_info, lines=2, elem_id="compare-specs")
                with gr.Row():
                    steps = gr.Number(
                        limits["num_inference_steps"].default,
                        label=texts.steps,
                        precision=0,
                        elem_id="compare-steps",
                    )
                    guidance = gr.Number(limits["guidance_scale"].default, label=texts.guidance, step=0.5)
            promise = gr.HTML(elem_id="compare-promise")
            start = gr.Button(texts.start, variant="primary", size="lg", elem_id="start-comparison")
        with gr.Column(elem_classes="card"):
            no_jobs = gr.HTML(f'<p class="quiet">{escape(texts.no_jobs)}</p>')
            jobs = gr.Radio([], label=texts.jobs, visible=False, elem_classes="jobs")
            job_notice = notice_area()
            with gr.Column(visible=False) as live:
                progress = gr.HTML(elem_id="compare-progress")
                with gr.Row(elem_classes="job-buttons"):
                    pause = gr.Button(page.texts.common.pause, size="sm")
                    resume = gr.Button(page.texts.common.resume, size="sm")
                    cancel = gr.Button(page.texts.common.cancel, size="sm")
                with gr.Column(visible=False, elem_classes="danger") as confirm:
                    question = gr.HTML()
                    with gr.Row():
                        yes = gr.Button(texts.yes_cancel, variant="stop", size="sm")
                        no = gr.Button(page.texts.common.keep, size="sm")
                with gr.Column(visible=False) as result:
                    sentences = gr.HTML(elem_id="sentences")
                    table = gr.HTML(elem_id="comparison-table")
                    downloads = gr.HTML()
                    pictures = gr.HTML(elem_id="comparison-pictures")
    safe, safe_job = tells_errors(notice, page.texts.common), tells_errors(job_notice, page.texts.common)
    fields = [models, specs, page.base, dataset, prompts, seeds, steps, guidance]

    def config_of(values: Sequence[Any]) -> ComparisonConfig:
        names, more, base, reference, prompt_lines, n_seeds, n_steps, scale = values
        form = {
            "models": _lines(more, names),
            "base": base,
            "dataset": reference or None,
            "prompts": _lines(prompt_lines),
            "seeds": n_seeds,
            "num_inference_steps": n_steps,
            "guidance_scale": scale,
        }
        if not form["models"]:
            raise InvalidModelSpec(texts.nothing_chosen, texts.nothing_chosen_fix)
        return parse_form(ComparisonConfig, form, texts.fields, page.texts.common)

    @tells_errors(promise, page.texts.common)
    def promises(*values: Any) -> Updates:
        if not values[0] and not (values[1] or "").strip():
            return {}
        return {promise: told(promise_html(page, config_of(values)))}

    @safe
    def starts(*values: Any) -> Updates:
        job = studio.comparison.submit(config_of(values))
        return {shown_job: job.id, notice: told(good_news(texts.started)), **looks_again(job.id)}

    def looks(job_id: str | None, seen: str | None) -> Updates:
        """The jobs list and the chosen job; nothing at all if nothing changed since `seen`."""
        comparisons = newest_first(studio.jobs.list(), JobKind.COMPARE)
        job = next((job for job in comparisons if job.id == job_id), comparisons[0] if comparisons else None)
        labels = [(job_label(each, page.texts), each.id) for each in comparisons]
        look = f"{labels} {job}"
        if look == seen:
            return {last_look: look}
        shown: Updates = {
            last_look: look,
            no_jobs: gr.update(visible=not comparisons),
            jobs: gr.update(choices=labels, value=job.id if job else None, visible=bool(comparisons)),
            live: gr.update(visible=job is not None),
        }
        return {**shown, shown_job: job.id, **shows_job(job)} if job else shown

    def looks_again(job_id: str | None) -> Updates:
        """The same where something was done: this answer may come after that of a later look, so there is one more."""
        return {**looks(job_id, None), page.news[Part.COMPARISONS]: ""}

    def shows_job(job: Job) -> Updates:
        is_going = job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
        shown: Updates = {
            progress: _job_html(page, job),
            pause: gr.update(visible=is_going and job.wish is None),
            resume: gr.update(visible=job.status is JobStatus.PAUSED),
            cancel: gr.update(visible=not job.status.is_finished and job.wish is None),
            result: gr.update(visible=job.status is JobStatus.COMPLETED),
        }
        return {**shown, **shows_report(job)} if job.status is JobStatus.COMPLETED else shown

    def shows_report(job: Job) -> Updates:
        report, folder = studio.comparison.report(job.id), studio.comparison.folder(job.id)
        config = ComparisonConfig.model_validate(job.spec)
        return {
            sentences: sentences_html(report, page.texts),
            table: table_html(report, page.texts),
            pictures: pictures_html(config, report, folder, texts),
            downloads: downloads_html([folder / name for name in report.files], texts),
        }

    @safe_job
    def pauses(job_id: str) -> Updates:
        studio.jobs.pause(job_id)
        return looks_again(job_id)

    @safe_job
    def resumes(job_id: str) -> Updates:
        studio.jobs.resume(job_id)
        return looks_again(job_id)

    @safe_job
    def asks_before_canceling(job_id: str) -> Updates:
        words = texts.confirm_cancel.format(step=studio.jobs.get(job_id).step)
        return {question: f"<p>{escape(words)}</p>", confirm: gr.update(visible=True)}

    @safe_job
    def cancels(job_id: str) -> Updates:
        studio.jobs.cancel(job_id)
        return {confirm: gr.update(visible=False), **looks_again(job_id)}

    @safe
    def shown(chosen: Sequence[str], reference: str | None, base: str, job_id: str | None) -> Updates:
        names = page.adapter_choices(base)
        sets = {_NO_DATASET: texts.own_dataset, **{found.name: found.name for found in studio.datasets.list()}}
        references = gr.update(choices=[(words, name) for name, words in sets.items()])
        kept = [name for name in chosen or [] if name in names] or _newest_of_own(studio, names) or names[:1]
        return {
            empty: gr.update(visible=not names),
            form: gr.update(visible=bool(names)),
            # Only what must change is sent: a choice made while the tab was opening would be taken back by its own echo.
            models: gr.update(choices=names) if kept == chosen else gr.update(choices=names, value=kept),
            dataset: references if reference in sets else {**references, "value": _NO_DATASET},
            **looks_again(job_id),
        }

    job_parts = [
        no_jobs, jobs, live, shown_job, last_look, progress, pause, resume, cancel, result, sentences, table, downloads,
        pictures, page.news[Part.COMPARISONS],
    ]  # fmt: skip
    gr.on(
        [models.change, specs.blur, prompts.blur, seeds.change, steps.change],
        promises, fields, promise, trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    start.click(starts, fields, [*job_parts, notice], show_progress_on=start, api_visibility="private")
    jobs.input(safe_job(looks), [jobs, last_look], [*job_parts, job_notice], **POLLING)
    page.news[Part.COMPARISONS].change(leaves_faults_to_the_bar(looks), [shown_job, last_look], job_parts, **POLLING)
    pause.click(pauses, shown_job, [*job_parts, job_notice], **QUIET)
    resume.click(resumes, shown_job, [*job_parts, job_notice], **QUIET)
    cancel.click(asks_before_canceling, shown_job, [question, confirm, job_notice], **QUIET)
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    yes.click(cancels, shown_job, [confirm, *job_parts, job_notice], **QUIET)
    return CompareTab(
        tab,
        to_train,
        models,
        specs,
        shown,
        [models, dataset, page.base, shown_job],
        [empty, form, models, dataset, *job_parts, notice],
    )


def _newest_of_own(studio: Studio, names: Sequence[str]) -> list[str]:
    trainings = newest_first(studio.jobs.list(), JobKind.TRAIN)
    finished = (job_name(job) for job in trainings if job.status is JobStatus.COMPLETED)
    return [name for name in finished if name in names][:1]


def _lines(text: str | None, first: Sequence[str] = ()) -> tuple[str, ...]:
    return (*first, *(line.strip() for line in (text or "").splitlines() if line.strip()))


def promise_html(page: Page, config: ComparisonConfig) -> str:
    """What the comparison will do, and how long that takes."""
    texts = page.texts.compare
    config = config.unified()
    models = len(config.models)
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
