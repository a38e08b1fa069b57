"""Train's components, as the page opens with them."""

from dataclasses import dataclass
from typing import Any, get_args

import gradio as gr

from profile_studio.domain.crops import CropMode
from profile_studio.domain.presets import Thoroughness
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.ui.components.job_panel import JobPanel, job_panel
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import notice_area
from profile_studio.ui.page import TRAIN, Page, Part
from profile_studio.ui.texts import Texts

NUMBER_FIELDS = (
    "num_train_steps", "rank", "network_alpha", "targets", "optimizer", "learning_rate", "lr_scheduler", "lr_warmup_steps",
    "batch_size", "gradient_accumulation", "resolution", "precision", "min_snr_gamma", "noise_offset", "caption_dropout",
    "checkpoint_every", "sample_every", "max_grad_norm", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon",
    "gradient_checkpointing", "seed",
)  # fmt: skip
"""What the fold shows, in this order: every field of a training but those that have words of their own."""


@dataclass(frozen=True)
class TrainVersions:
    """Other versions of each picture, and what they look like."""

    flip: gr.Checkbox
    color_jitter: gr.Checkbox
    crop_jitter: gr.Checkbox
    shown: gr.HTML
    another: gr.Button
    picture: gr.State  # which picture is shown, counted on for ever


@dataclass(frozen=True)
class TrainForm:
    """What a person chooses before a training."""

    card: gr.Column
    dataset: gr.Dropdown
    name: gr.Textbox
    kind: gr.Radio
    thoroughness: gr.Radio
    consent: gr.Radio
    crop: gr.Radio
    versions: TrainVersions
    numbers: dict[str, Any]
    fit_fold: gr.Accordion
    fit: gr.HTML  # what the base keeps of the pictures
    promise: gr.HTML
    start: gr.Button
    filled_for: gr.State  # the set whose name and numbers are in the form
    filled_by: gr.State  # the words that these numbers stand for

    @property
    def cut(self) -> dict[str, Any]:
        """How pictures are cut and varied, by the names of a training."""
        versions = self.versions
        return {
            "crop": self.crop,
            "flip": versions.flip,
            "color_jitter": versions.color_jitter,
            "crop_jitter": versions.crop_jitter,
        }

    @property
    def filled(self) -> list[Any]:
        """What follows the words."""
        return [*self.numbers.values(), self.name, self.consent, self.filled_by]


@dataclass(frozen=True)
class TrainResult:
    """What a training has made so far, and what can be done with it at its end."""

    finished: gr.Row
    next: gr.Button
    download: gr.Button
    link: gr.DownloadButton
    taken_copy: gr.State  # the copy that a browser takes, to be deleted after
    samples: gr.HTML
    loss: gr.LinePlot


@dataclass(frozen=True)
class TrainParts:
    """The tab's components, from top to bottom."""

    page: Page
    tab: gr.Tab
    notice: gr.HTML
    empty: gr.Column
    to_pictures: gr.Button
    form: TrainForm
    panel: JobPanel
    result: TrainResult

    @property
    def fields(self) -> dict[str, Any]:
        """The form, by the names of a training."""
        form = self.form
        named = {"dataset": form.dataset, "adapter_name": form.name, "kind": form.kind, "base": self.page.base}
        return {**named, **form.cut, **form.numbers}

    @property
    def job_parts(self) -> list[Any]:
        """What changes with the chosen training."""
        result = self.result
        return [
            *self.panel.looked_at, result.finished, result.samples, result.loss, self.page.news[Part.TRAININGS],
        ]  # fmt: skip


def build_parts(page: Page) -> TrainParts:
    """The components, in the tab of that name."""
    texts = page.texts.train
    with gr.Tab(texts.tab, id=TRAIN, elem_id=TRAIN) as tab:
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as empty:
            gr.HTML(f"<p>{escape(texts.empty)}</p>")
            to_pictures = gr.Button(texts.to_pictures, variant="primary")
        form = _form(page)
        with job_panel(page, texts, TRAIN) as panel:
            result = _result(page)
    return TrainParts(page, tab, notice, empty, to_pictures, form, panel, result)


def _form(page: Page) -> TrainForm:
    texts = page.texts.train
    with gr.Column(elem_classes="card") as card:
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
            versions = TrainVersions(
                flip=gr.Checkbox(label=texts.flip),
                color_jitter=gr.Checkbox(label=texts.color_jitter),
                crop_jitter=gr.Checkbox(label=texts.crop_jitter),
                shown=gr.HTML(),
                another=gr.Button(texts.another_picture, size="sm", visible=False, elem_id="another-picture"),
                picture=gr.State(0),
            )
        with gr.Accordion(texts.numbers, open=False, elem_id="train-numbers"):
            gr.HTML(f'<p class="quiet">{escape(texts.numbers_info)}</p>')
            with gr.Row(elem_classes="numbers"):
                numbers = {field: _number(field, page.texts) for field in NUMBER_FIELDS}
        with gr.Accordion(texts.fit, open=False, elem_id="train-fit") as fit_fold:
            fit = gr.HTML()
        promise = gr.HTML(elem_id="promise")
        if page.is_demo:
            gr.HTML(f"<p>{escape(page.texts.demo.training_is_off)}</p>")
        start = gr.Button(
            texts.start, variant="primary", size="lg", elem_id="start-training", interactive=not page.is_demo
        )
    filled_for, filled_by = gr.State(None), gr.State(None)
    return TrainForm(
        card, dataset, name, kind, thoroughness, consent, crop, versions, numbers, fit_fold, fit, promise, start,
        filled_for, filled_by,
    )  # fmt: skip


def _result(page: Page) -> TrainResult:
    texts = page.texts.train
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
    return TrainResult(finished, next_tab, download, link, gr.State(None), samples, loss)


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
