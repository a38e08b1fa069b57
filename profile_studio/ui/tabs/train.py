"""Tab 2: learn a LoRA from a set of pictures, and watch it learn."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import gradio as gr
import pandas as pd

from profile_studio.domain.crops import CropMode
from profile_studio.domain.datasets import Consent
from profile_studio.domain.errors import BaseModelMissing, InvalidDataset, NotInDemo
from profile_studio.domain.jobs import Job, JobKind, JobStatus, LossPoint
from profile_studio.domain.names import numbered, suggest_name
from profile_studio.domain.presets import Thoroughness, with_steps
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.files.job_folder import Sample
from profile_studio.jobs.kinds import job_name
from profile_studio.ui.caption_words import cut_captions_of, cut_sentences
from profile_studio.ui.components.job_view import job_label, newest_first, progress_html, renamed_words
from profile_studio.ui.components.markup import duration, escape, figure, figures, picture_source
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
from profile_studio.ui.components.training_view import versions_html
from profile_studio.ui.page import POLLING, QUIET, TRAIN, Page, Part
from profile_studio.ui.texts import Texts, TrainTexts

NUMBER_FIELDS = (
    "num_train_steps", "rank", "network_alpha", "targets", "learning_rate", "lr_scheduler", "lr_warmup_steps",
    "batch_size", "gradient_accumulation", "resolution", "precision", "min_snr_gamma", "caption_dropout",
    "checkpoint_every", "sample_every", "max_grad_norm", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon",
    "gradient_checkpointing", "seed",
)  # fmt: skip
"""What the fold shows, in this order: every field of a training but those that have words of their own."""

_CUT_FIELDS = ("crop", "flip", "color_jitter", "crop_jitter")

_PRESS_LINK = "(copied) => { document.querySelector('#download-link').click(); return [copied]; }"
_IN_ORDER: dict[str, Any] = {"concurrency_id": "training form", "concurrency_limit": 1, **QUIET}
"""What is filled in for the choice before must not arrive after what is filled in for the last one."""

_SMOOTHING = 0.9  # of the exponential mean under the loss curve
_CURVE_POINTS = 200  # all that a curve of this width can show; it is sent again at every look


@dataclass(frozen=True)
class TrainTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    to_pictures: gr.Button
    next: gr.Button
    crop: gr.Radio
    shown_job: gr.State


def build(page: Page) -> TrainTab:
    texts, studio = page.texts.train, page.studio
    with gr.Tab(texts.tab, id=TRAIN, elem_id=TRAIN) as tab:
        shown_job, last_look, taken_copy = gr.State(None), gr.State(None), gr.State(None)
        filled_for = gr.State(None)  # the set whose name and numbers are in the form
        filled_by = gr.State(None)  # the words that these numbers stand for
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as empty:
            gr.HTML(f"<p>{escape(texts.empty)}</p>")
            to_pictures = gr.Button(texts.to_pictures, variant="primary")
        with gr.Column(elem_classes="card") as form:
            with gr.Row():
                dataset = gr.Dropdown(label=texts.dataset, choices=[], elem_id="train-dataset")
                name = gr.Textbox(label=texts.name, info=texts.name_info, max_length=64, elem_id="train-name")
            with gr.Row():
                kind = gr.Radio(
                    [(words, kind.value) for kind, words in texts.kinds.items()],
                    value=AdapterKind.STYLE.value,
                    label=texts.kind,
                )
                thoroughness = gr.Radio(
                    [(words, each.value) for each, words in texts.thoroughnesses.items()],
                    value=Thoroughness.BALANCED.value,
                    label=texts.thoroughness,
                )
            consent = gr.Radio(
                [(words, each.value) for each, words in page.texts.pictures.consents.items()],
                label=page.texts.pictures.consent,
                visible=False,
                elem_id="train-consent",
            )
            crop = gr.Radio(
                [(words, mode.value) for mode, words in page.texts.pictures.crops.items()],
                value=CropMode.BUCKETS.value,
                label=page.texts.pictures.crop,
                elem_id="train-crop",
            )
            with gr.Accordion(texts.versions, open=False, elem_id="train-versions"):
                gr.HTML(f'<p class="quiet">{escape(texts.versions_info)}</p>')
                flip = gr.Checkbox(label=texts.flip)
                color_jitter = gr.Checkbox(label=texts.color_jitter)
                crop_jitter = gr.Checkbox(label=texts.crop_jitter)
                shown_picture = gr.State(0)
                versions = gr.HTML()
                another = gr.Button(texts.another_picture, size="sm", visible=False, elem_id="another-picture")
            with gr.Accordion(texts.numbers, open=False, elem_id="train-numbers"):
                gr.HTML(f'<p class="quiet">{escape(texts.numbers_info)}</p>')
                with gr.Row(elem_classes="numbers"):
                    numbers = {field: _number(field, page.texts) for field in NUMBER_FIELDS}
            promise = gr.HTML(elem_id="promise")
            if page.is_demo:
                gr.HTML(f"<p>{escape(page.texts.demo.training_is_off)}</p>")
            start = gr.Button(
                texts.start, variant="primary", size="lg", elem_id="start-training", interactive=not page.is_demo
            )
        with gr.Column(elem_classes="card"):
            no_jobs = gr.HTML(f'<p class="quiet">{escape(texts.no_jobs)}</p>')
            jobs = gr.Radio([], label=texts.jobs, visible=False, elem_classes="jobs", elem_id="train-jobs")
            job_notice = notice_area()
            with gr.Column(visible=False) as live:
                progress = gr.HTML(elem_id="train-progress")
                with gr.Row(elem_classes="job-buttons"):
                    pause = gr.Button(page.texts.common.pause, size="sm", elem_id="train-pause")
                    resume = gr.Button(page.texts.common.resume, size="sm", elem_id="train-resume")
                    cancel = gr.Button(page.texts.common.cancel, size="sm", elem_id="train-cancel")
                with gr.Column(visible=False, elem_classes="danger") as confirm:
                    question = gr.HTML()
                    with gr.Row():
                        yes = gr.Button(texts.yes_cancel, variant="stop", size="sm")
                        no = gr.Button(page.texts.common.keep, size="sm")
                with gr.Row(visible=False, elem_classes="job-buttons") as finished:
                    next_tab = gr.Button(texts.next, variant="primary", elem_id="to-blend")
                    download = gr.Button(texts.download, elem_id="download-lora")
                    link = gr.DownloadButton(elem_id="download-link", elem_classes="offstage")
                samples = gr.HTML(elem_classes="samples")
                loss = gr.LinePlot(
                    x="step", y="loss", color="curve", title=texts.loss, color_title=" ", height=240, show_label=False,
                    color_map={texts.each_step: "#c9c4ba", texts.smooth: "#0b766f"}, visible=False,
                    colors_in_legend=[texts.each_step, texts.smooth], x_title=" ", y_title=" ", buttons=[],
                )  # fmt: skip
    safe, safe_job = tells_errors(notice, page.texts.common), tells_errors(job_notice, page.texts.common)
    cut = dict(zip(_CUT_FIELDS, (crop, flip, color_jitter, crop_jitter), strict=True))
    words = {"dataset": dataset, "adapter_name": name, "kind": kind, "base": page.base, **cut}

    @safe
    def shown(job_id: str | None, carried: str | None, chosen: str | None) -> Updates:
        """The tab as the disk has it, with the set a person came with, or chose before, or the first."""
        sets = [found.name for found in studio.datasets.list()]
        opened = carried or chosen
        opened = opened if opened in sets else next(iter(sets), None)
        return {
            empty: gr.update(visible=not sets),
            form: gr.update(visible=bool(sets)),
            dataset: gr.update(choices=sets, value=opened),
            page.carried_dataset: None,
            **looks_again(job_id),
        }

    @safe
    def fills_new(filled: str | None, dataset_name: str | None, *choices: Any) -> Updates:
        """The form for a set it is not filled for yet; otherwise what a person typed stays."""
        if dataset_name is None or dataset_name == filled:
            return {filled_for: filled}
        return fills_all(dataset_name, *choices)

    def fills_all(dataset_name: str, base: str, kind_value: str, how: str) -> Updates:
        """A free name and every number, for a set that was just chosen."""
        learns_face: Updates = {}  # sent only where it changes: its echo would take back a choice made meanwhile
        if studio.datasets.get(dataset_name).is_face_set and kind_value != AdapterKind.FACE.value:
            kind_value = AdapterKind.FACE.value
            learns_face = {kind: kind_value}
        adapter_name = _free_adapter_name(page, dataset_name, AdapterKind(kind_value))
        filled = fills_numbers(adapter_name, dataset_name, base, kind_value, how)
        return {filled_for: dataset_name, **learns_face, name: adapter_name, **filled}

    @safe
    def fills_again(
        filled: tuple[str, str] | None, adapter_name: str, dataset_name: str | None, base: str, *words: str
    ) -> Updates:
        """The numbers for what a person chose while the form was being filled for something else."""
        return {} if filled in (None, words) else fills_numbers(adapter_name, dataset_name, base, *words)

    def fills_numbers(adapter_name: str, dataset_name: str | None, base: str, kind_value: str, how: str) -> Updates:
        """Every number that the words stand for."""
        if dataset_name is None:  # the tab is still opening; `fills_new` comes after it
            return {}
        opened = studio.datasets.get(dataset_name)
        config = studio.training.preset(AdapterKind(kind_value), base, dataset_name, adapter_name, Thoroughness(how))
        values = {numbers[field]: _form_value(getattr(config, field)) for field in NUMBER_FIELDS}
        asks = AdapterKind(kind_value) is AdapterKind.FACE and opened.consent is None
        return {**values, filled_by: (kind_value, how), consent: gr.update(visible=asks, value=None)}

    @tells_errors(promise, page.texts.common)
    def promises(filled: str | None, **fields: Any) -> Updates:
        if filled is None or filled != fields["dataset"] or not fields["adapter_name"]:
            return {}  # the form is still being filled
        return {promise: told(promise_html(page, _config(page, fields)))}

    @safe
    def starts(consent_value: str | None, **fields: Any) -> Updates:
        _settle_consent(page, fields, consent_value)
        job = studio.training.submit(_config(page, fields))
        news = good_news(texts.started.format(name=job_name(job)))
        next_name = _free_adapter_name(page, fields["dataset"], AdapterKind(fields["kind"]))
        return {
            consent: gr.update(visible=False),
            shown_job: job.id,
            name: next_name,
            notice: told(news),
            **looks_again(job.id),
        }

    @safe
    def shows_versions(index: int, **fields: Any) -> Updates:
        """One picture of the set in all its versions, once there is more than one."""
        config = _config(page, fields)
        if config.augmentation.versions == 1:
            return {versions: "", another: gr.update(visible=False)}
        images = studio.datasets.get(config.dataset).training_images
        try:
            seen = studio.training.view(config, images[index % len(images)])
        except (BaseModelMissing, NotInDemo):
            return {versions: "", another: gr.update(visible=False)}
        return {versions: versions_html(seen, texts), another: gr.update(visible=True)}

    def looks(job_id: str | None, seen: str | None) -> Updates:
        """The jobs list and the chosen job; nothing at all if nothing changed since `seen`."""
        trainings = newest_first(studio.jobs.list(), JobKind.TRAIN)
        job = next((job for job in trainings if job.id == job_id), trainings[0] if trainings else None)
        labels = [(job_label(each, page.texts), each.id) for each in trainings]
        look = f"{labels} {job}"
        if look == seen:
            return {last_look: look}
        shown: Updates = {
            last_look: look,
            no_jobs: gr.update(visible=not trainings),
            jobs: gr.update(choices=labels, value=job.id if job else None, visible=bool(trainings)),
            live: gr.update(visible=job is not None),
        }
        return {**shown, shown_job: job.id, **shows_job(job)} if job else shown

    def looks_again(job_id: str | None) -> Updates:
        """The same where something was done: this answer may come after that of a later look, so there is one more."""
        return {**looks(job_id, None), page.news[Part.TRAININGS]: ""}

    def shows_job(job: Job) -> Updates:
        pictures = studio.jobs.samples(job.id)
        shown = {progress: job_html(job, page.texts), **_buttons(job)}
        losses = studio.jobs.losses(job.id)
        shown[loss] = gr.update(value=loss_table(losses, texts), visible=len(losses) > 1)
        shown[samples] = samples_html(pictures, texts)
        return shown

    def _buttons(job: Job) -> Updates:
        is_going = job.status in (JobStatus.QUEUED, JobStatus.RUNNING)
        return {
            pause: gr.update(visible=is_going and job.wish is None),
            resume: gr.update(visible=studio.jobs.can_resume(job)),
            cancel: gr.update(visible=not job.status.is_finished and job.wish is None),
            finished: gr.update(visible=job.status is JobStatus.COMPLETED),
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
        job = studio.jobs.get(job_id)
        words = texts.confirm_cancel.format(name=job_name(job), step=job.step)
        return {question: f"<p>{escape(words)}</p>", confirm: gr.update(visible=True)}

    @safe_job
    def cancels(job_id: str) -> Updates:
        studio.jobs.cancel(job_id)
        return {confirm: gr.update(visible=False), **looks_again(job_id)}

    @safe_job
    def brings_file(job_id: str) -> Updates:
        """A copy where Gradio may take it from: it serves nothing out of the home."""
        adapter = studio.adapters.get(job_name(studio.jobs.get(job_id)))
        copied = Path(shutil.copy(adapter.path, tempfile.mkdtemp(prefix="profile-studio-")))
        return {link: str(copied), taken_copy: str(copied)}

    job_parts = [
        no_jobs, jobs, live, shown_job, last_look, progress, pause, resume, cancel, finished, samples, loss,
        page.news[Part.TRAININGS],
    ]  # fmt: skip
    number_parts = [*numbers.values(), name, consent, filled_by]
    choices = [page.base, kind, thoroughness]
    # A dropdown says that it changed when one leaves it, too: what was typed meanwhile must stay.
    fills = (fills_new, [filled_for, dataset, *choices], [filled_for, kind, *number_parts, notice])
    again = (fills_again, [filled_by, name, dataset, *choices], [*number_parts, notice])
    dataset.input(*fills, **_IN_ORDER).then(*again, **_IN_ORDER)
    gr.on(
        [kind.input, thoroughness.input],
        safe(fills_numbers), [name, dataset, *choices], [*number_parts, notice], **_IN_ORDER,
    )  # fmt: skip
    # The only one who promises: with a second one, an answer that comes late would take back what is newer.
    gr.on(
        [each.change for each in (name, page.base, *numbers.values(), *cut.values())] + [tab.select],
        promises, inputs_kwargs={"filled": filled_for, **words, **numbers}, outputs=promise,
        trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    gr.on(
        [*(each.change for each in cut.values()), numbers["seed"].input, numbers["resolution"].input, dataset.change],
        shows_versions, inputs_kwargs={"index": shown_picture, **words, **numbers},
        outputs=[versions, another, notice], trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    another.click(lambda index: index + 1, shown_picture, shown_picture, **QUIET).then(
        shows_versions, inputs_kwargs={"index": shown_picture, **words, **numbers},
        outputs=[versions, another, notice], **QUIET,
    )  # fmt: skip
    start.click(
        starts, inputs_kwargs={"consent_value": consent, **words, **numbers},
        outputs=[name, consent, *job_parts, notice], show_progress_on=start,
        api_name="queue_training", api_visibility="private",
    )  # fmt: skip
    jobs.input(safe_job(looks), [jobs, last_look], [*job_parts, job_notice], **POLLING)
    page.news[Part.TRAININGS].change(leaves_faults_to_the_bar(looks), [shown_job, last_look], job_parts, **POLLING)
    pause.click(pauses, shown_job, [*job_parts, job_notice], **QUIET)
    resume.click(resumes, shown_job, [*job_parts, job_notice], **QUIET)
    cancel.click(asks_before_canceling, shown_job, [question, confirm, job_notice], **QUIET)
    download.click(brings_file, shown_job, [link, taken_copy, job_notice], **QUIET).success(
        lambda copied: shutil.rmtree(Path(copied).parent), taken_copy, None, js=_PRESS_LINK, **QUIET
    )
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    yes.click(cancels, shown_job, [confirm, *job_parts, job_notice], **QUIET)
    tab.select(
        shown, [shown_job, page.carried_dataset, dataset],
        [empty, form, dataset, page.carried_dataset, *job_parts, notice], **QUIET,
    ).then(*fills, **_IN_ORDER).then(*again, **_IN_ORDER)  # fmt: skip
    return TrainTab(tab, to_pictures, next_tab, crop, shown_job)


def _number(field: str, texts: Texts) -> Any:
    """The input of one field."""
    info = LoraTrainingConfig.model_fields[field]
    label = texts.train.fields[field]
    description = texts.common.said(info.description) if info.description else None
    if field == "targets":
        return gr.Dropdown([target.value for target in Targets], label=label, info=description)
    if info.annotation is bool:
        return gr.Checkbox(label=label, info=description, min_width=150)
    if choices := [choice for choice in get_args(info.annotation) if isinstance(choice, str)]:
        return gr.Dropdown(choices, label=label, info=description)
    return gr.Number(
        label=label,
        info=description,
        precision=0 if info.annotation is int else None,
        step=1 if info.annotation is int else None,  # pyright: ignore[reportArgumentType]  # None: any number
        min_width=150,
        elem_id=f"number-{field}",
    )


def _form_value(value: object) -> object:
    return value.value if isinstance(value, Targets) else value


def _config(page: Page, fields: dict[str, Any]) -> LoraTrainingConfig:
    if not fields["dataset"]:
        raise InvalidDataset(page.texts.train.empty, page.texts.train.to_pictures)
    offered = page.studio.training.preset(
        AdapterKind(fields["kind"]), fields["base"], fields["dataset"], fields["dataset"]
    )
    # What the form does not show is as the preset has it.
    fields = {**offered.model_dump(), **fields}
    config = parse_form(LoraTrainingConfig, fields, page.texts.train.fields, page.texts.common)
    # Who lowers the steps need not know what a warm-up is; one that a person chose is refused where it is too long.
    if config.num_train_steps < config.lr_warmup_steps == offered.lr_warmup_steps:
        shorter = with_steps(offered, config.num_train_steps)
        return config.model_copy(update={"lr_warmup_steps": shorter.lr_warmup_steps})
    return config


def _settle_consent(page: Page, fields: dict[str, Any], consent_value: str | None) -> None:
    """Remembers who is in the pictures before a face is learned from them.

    Raises:
        InvalidDataset: nobody has said.
    """
    if not fields["dataset"] or fields["kind"] != AdapterKind.FACE.value:
        return
    if page.studio.datasets.get(fields["dataset"]).consent is not None:
        return
    if not consent_value:
        raise InvalidDataset(page.texts.train.consent_missing, page.texts.train.consent_missing_fix)
    page.studio.datasets.set_consent(fields["dataset"], Consent(consent_value))


def _free_adapter_name(page: Page, dataset: str, kind: AdapterKind) -> str:
    """A name that neither a LoRA nor a training has."""
    jobs = newest_first(page.studio.jobs.list(), JobKind.TRAIN)
    taken = {adapter.name for adapter in page.studio.adapters.list()} | {job_name(job) for job in jobs}
    says_kind = kind is AdapterKind.STYLE or dataset.split("-")[-1] == kind.value
    name = suggest_name(dataset if says_kind else f"{dataset}-{kind.value}")
    return next(free for free in [name, *(numbered(name, n) for n in range(2, 1000))] if free not in taken)


def promise_html(page: Page, config: LoraTrainingConfig) -> str:
    """What will happen, how long it takes and what it needs, before anything happens."""
    texts, promise = page.texts.train, page.studio.training.promise(config)
    n_images = len(page.studio.datasets.get(config.dataset).training_images)
    words = texts.promise.format(n=n_images, steps=config.num_train_steps, name=config.adapter_name)
    number = config.augmentation.versions
    versions = [texts.promise_versions.format(n=number)] if number > 1 else []
    memory = texts.memory.format(gib=promise.memory_bytes / 2**30) if promise.memory_bytes else ""
    cut = cut_sentences(page.studio.training.cut_captions(config), texts)
    parts = [words, *versions, page.texts.common.said(promise.sentence), memory, cut]
    return f'<p class="promise">{escape(" ".join(filter(None, parts)))}</p>'


def job_html(job: Job, texts: Texts) -> str:
    """The chosen job: how far, what came out, or what went wrong."""
    if job.error:
        return progress_html(job, texts.train.step, texts) + error_notice_of_job(job.error, texts.common)
    if job.status is JobStatus.COMPLETED:
        return good_news(receipt(job, texts))
    return progress_html(job, texts.train.step, texts)


def receipt(job: Job, texts: Texts) -> str:
    """What the training did, to hold against what was promised."""
    seconds = (job.finished_at or 0) - (job.started_at or 0)
    sentence = texts.train.receipt.format(name=job_name(job), steps=job.steps, time=duration(max(seconds, 0)))
    losses = (job.result or {}).get("loss")
    if isinstance(losses, dict) and losses.get("first") is not None and losses.get("last") is not None:
        sentence += " " + texts.train.receipt_loss.format(first=losses["first"], last=losses["last"])
    remarks = [texts.common.said(remark) for remark in cast(list[str], (job.result or {}).get("remarks", []))]
    cut = cut_sentences(cut_captions_of(job), texts.train)
    return " ".join(filter(None, [sentence, *remarks, cut, renamed_words(job, texts.train)]))


def loss_table(losses: Sequence[LossPoint], texts: TrainTexts) -> pd.DataFrame:
    """The curve as measured and its smoothed course, in long form; of a long training every so many steps."""
    measured = pd.DataFrame(
        {"step": [p.step for p in losses], "loss": [p.loss for p in losses], "curve": texts.each_step}
    )
    smooth = measured.assign(loss=measured["loss"].ewm(alpha=1 - _SMOOTHING).mean(), curve=texts.smooth)
    stride = max(1, -(-len(losses) // _CURVE_POINTS))
    return pd.concat([measured.iloc[::stride], smooth.iloc[::stride]], ignore_index=True)


def samples_html(samples: Sequence[Sample], texts: TrainTexts) -> str:
    """One row a face: what the base makes of it, then what the LoRA makes of it step by step."""
    if not samples:
        return ""
    rows: list[str] = []
    for index in sorted({sample.index for sample in samples}):
        row = [sample for sample in samples if sample.index == index]
        rows.append(figures([_sample_figure(sample, texts) for sample in row], "strip"))
    return f"<h3>{escape(texts.samples)}</h3>{''.join(rows)}"


def _sample_figure(sample: Sample, texts: TrainTexts) -> str:
    caption = texts.base_sample if sample.is_base else texts.sample_step.format(step=sample.step)
    return figure(picture_source(sample.path, max_side_px=256), caption)
