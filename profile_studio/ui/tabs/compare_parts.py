"""Compare's components, as the page opens with them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.ui.components.job_panel import JobPanel, job_panel
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import notice_area
from profile_studio.ui.page import COMPARE, Page, Part
from profile_studio.ui.tabs.which_step import KeptStep, WhichStepForm, kept_step, which_step_form


@dataclass(frozen=True)
class CompareForm:
    """What a person chooses before a comparison."""

    card: gr.Column
    models: gr.CheckboxGroup
    dataset: gr.Dropdown
    seeds: gr.Slider
    prompts: gr.Textbox
    specs: gr.Textbox
    steps: gr.Number
    guidance: gr.Number
    promise: gr.HTML
    start: gr.Button


@dataclass(frozen=True)
class CompareResult:
    """What a comparison showed."""

    column: gr.Column
    sentences: gr.HTML
    kept_step: KeptStep
    table: gr.HTML
    downloads: gr.HTML
    pictures: gr.HTML


@dataclass(frozen=True)
class CompareParts:
    """The tab's components, from top to bottom."""

    page: Page
    tab: gr.Tab
    notice: gr.HTML
    empty: gr.Column
    to_train: gr.Button
    form: CompareForm
    which_step: WhichStepForm
    panel: JobPanel
    result: CompareResult

    @property
    def fields(self) -> dict[str, Any]:
        """The form, by the names of `CompareHandlers.promises`."""
        form = self.form
        return {
            "models": form.models,
            "specs": form.specs,
            "base": self.page.base,
            "dataset": form.dataset,
            "prompts": form.prompts,
            "seeds": form.seeds,
            "num_inference_steps": form.steps,
            "guidance_scale": form.guidance,
        }

    @property
    def job_parts(self) -> list[Any]:
        """What changes with the chosen comparison."""
        result = self.result
        return [
            *self.panel.looked_at, result.column, result.sentences, result.table, result.downloads, result.pictures,
            result.kept_step.row, result.kept_step.step,
            self.page.news[Part.COMPARISONS],
        ]  # fmt: skip


def build_parts(page: Page) -> CompareParts:
    """The components, in the tab of that name."""
    texts = page.texts.compare
    with gr.Tab(texts.tab, id=COMPARE, elem_id=COMPARE) as tab:
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as empty:
            gr.HTML(f"<p>{escape(texts.no_models)}</p>")
            to_train = gr.Button(texts.to_train, variant="primary")
        form = _form(page)
        which_step = which_step_form(page)
        with job_panel(page, texts, COMPARE) as panel, gr.Column(visible=False) as column:
            result = CompareResult(
                column,
                sentences=gr.HTML(elem_id="sentences"),
                kept_step=kept_step(page),
                table=gr.HTML(elem_id="comparison-table"),
                downloads=gr.HTML(),
                pictures=gr.HTML(elem_id="comparison-pictures"),
            )
    return CompareParts(page, tab, notice, empty, to_train, form, which_step, panel, result)


def _form(page: Page) -> CompareForm:
    texts, limits = page.texts.compare, ComparisonConfig.model_fields
    with gr.Column(elem_classes="card") as card:
        models = gr.CheckboxGroup([], label=texts.models, elem_id="compare-models")
        with gr.Row():
            dataset = gr.Dropdown([], label=texts.dataset, info=texts.dataset_info, elem_id="compare-dataset")
            seeds = gr.Slider(
                1, 16, value=limits["seeds"].default, step=1, label=texts.seeds, elem_id="compare-seeds", buttons=[]
            )
        with gr.Accordion(texts.more, open=False, elem_id="compare-more"):
            prompts = gr.Textbox(
                "\n".join(page.studio.comparison.default_prompts()),
                label=texts.prompts,
                lines=4,
                max_lines=12,
                elem_id="compare-prompts",
            )
            specs = gr.Textbox("", label=texts.specs, info=texts.specs_info, lines=2, elem_id="compare-specs")
            with gr.Row():
                steps = gr.Number(
                    limits["num_inference_steps"].default, label=texts.steps, precision=0, elem_id="compare-steps"
                )
                guidance = gr.Number(limits["guidance_scale"].default, label=texts.guidance, step=0.5)
        promise = gr.HTML(elem_id="compare-promise")
        start = gr.Button(texts.start, variant="primary", size="lg", elem_id="start-comparison")
    return CompareForm(card, models, dataset, seeds, prompts, specs, steps, guidance, promise, start)
