"""Tab 4: is it really better? First in sentences, then in numbers, then in pictures."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.ui.components.notices import tells_errors
from profile_studio.ui.page import QUIET, Page
from profile_studio.ui.tabs.compare_handlers import CompareHandlers
from profile_studio.ui.tabs.compare_parts import build_parts


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
    """The tab's components, handlers and wiring."""
    parts = build_parts(page)
    handlers = CompareHandlers(page, parts)
    safe = tells_errors(parts.notice, page.texts.common)
    form, panel = parts.form, parts.panel

    gr.on(
        [form.models.change, form.specs.blur, form.prompts.blur, form.seeds.change, form.steps.change],
        tells_errors(form.promise, page.texts.common)(handlers.promises),
        inputs_kwargs=parts.fields, outputs=form.promise, trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    form.start.click(
        safe(handlers.starts), inputs_kwargs=parts.fields, outputs=[*parts.job_parts, parts.notice],
        show_progress_on=form.start, api_visibility="private",
    )  # fmt: skip
    which, kept = parts.which_step, parts.result.kept_step
    which.training.change(
        tells_errors(which.promise, page.texts.common)(handlers.which_step.promises),
        which.training,
        which.promise,
        **QUIET,
    )
    which.start.click(
        safe(handlers.starts_on_steps), which.training, [*parts.job_parts, parts.notice], show_progress_on=which.start,
        api_visibility="private",
    )  # fmt: skip
    kept.use.click(
        tells_errors(panel.notice, page.texts.common)(handlers.keeps_step), [panel.shown_job, kept.step], panel.notice,
        **QUIET,
    )  # fmt: skip
    handlers.panel.wire(parts.job_parts)
    return CompareTab(
        parts.tab,
        parts.to_train,
        form.models,
        form.specs,
        safe(handlers.shown),
        [form.models, form.dataset, page.base, panel.shown_job, which.training],
        [
            parts.empty,
            form.card,
            form.models,
            form.dataset,
            which.fold,
            which.training,
            *parts.job_parts,
            parts.notice,
        ],
    )
