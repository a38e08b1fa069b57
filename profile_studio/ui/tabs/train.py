"""Tab 2: learn a LoRA from a set of pictures, and watch it learn."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.ui.components.notices import leaves_faults_to_the_bar, tells_errors
from profile_studio.ui.page import QUIET, Page
from profile_studio.ui.tabs.train_handlers import TrainHandlers
from profile_studio.ui.tabs.train_parts import TrainParts, build_parts

_PRESS_LINK = "(copied) => { document.querySelector('#download-link').click(); return [copied]; }"
_IN_ORDER: dict[str, Any] = {"concurrency_id": "training form", "concurrency_limit": 1, **QUIET}
"""What is filled in for the choice before must not arrive after what is filled in for the last one."""


@dataclass(frozen=True)
class TrainTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    to_pictures: gr.Button
    next: gr.Button
    crop: gr.Radio
    shown_job: gr.State


def build(page: Page) -> TrainTab:
    """The tab's components, handlers and wiring."""
    parts = build_parts(page)
    handlers = TrainHandlers(page, parts)
    safe = tells_errors(parts.notice, page.texts.common)
    safe_job = tells_errors(parts.panel.notice, page.texts.common)
    form, panel, result = parts.form, parts.panel, parts.result

    _wire_form(page, parts, handlers)
    form.start.click(
        safe(handlers.starts), inputs_kwargs={"consent": form.consent, **parts.fields},
        outputs=[form.name, form.consent, *parts.job_parts, parts.notice], show_progress_on=form.start,
        api_name="queue_training", api_visibility="private",
    )  # fmt: skip
    handlers.panel.wire(parts.job_parts)
    result.download.click(
        safe_job(handlers.brings_file), panel.shown_job, [result.link, result.taken_copy, panel.notice], **QUIET
    ).success(
        lambda copied: shutil.rmtree(Path(copied).parent), result.taken_copy, None, js=_PRESS_LINK, **QUIET
    )  # fmt: skip
    return TrainTab(parts.tab, parts.to_pictures, result.next, form.crop, panel.shown_job)


def _wire_form(page: Page, parts: TrainParts, handlers: TrainHandlers) -> None:
    """A chosen set and the words fill the numbers, the numbers and the set are promised and shown."""
    safe = tells_errors(parts.notice, page.texts.common)
    form, versions = parts.form, parts.form.versions
    choices = [page.base, form.kind, form.thoroughness]
    # A dropdown says that it changed when one leaves it, too: what was typed meanwhile must stay.
    fills = (
        safe(handlers.fills_new),
        [form.filled_for, form.dataset, *choices], [form.filled_for, form.kind, *form.filled, parts.notice],
    )  # fmt: skip
    again = (
        safe(handlers.fills_again),
        [form.filled_by, form.name, form.dataset, *choices], [*form.filled, parts.notice],
    )  # fmt: skip
    form.dataset.input(*fills, **_IN_ORDER).then(*again, **_IN_ORDER)
    gr.on(
        [form.kind.input, form.thoroughness.input],
        safe(handlers.fills_numbers), [form.name, form.dataset, *choices], [*form.filled, parts.notice], **_IN_ORDER,
    )  # fmt: skip
    # The only one who promises: with a second one, an answer that comes late would take back what is newer.
    promised = [form.name, page.base, *form.numbers.values(), *form.cut.values()]
    gr.on(
        [*(each.change for each in promised), parts.tab.select],
        tells_errors(form.promise, page.texts.common)(handlers.promises),
        inputs_kwargs={"filled_for": form.filled_for, **parts.fields}, outputs=form.promise,
        trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    shows: dict[str, Any] = {
        "fn": safe(handlers.shows_versions),
        "inputs_kwargs": {"picture": versions.picture, **parts.fields},
        "outputs": [versions.shown, versions.another, parts.notice],
    }
    gr.on(
        [*(each.change for each in form.cut.values()), form.numbers["seed"].input, form.numbers["resolution"].input,
         form.dataset.change],
        **shows, trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    gr.on(
        [form.dataset.change, page.base.change],
        leaves_faults_to_the_bar(handlers.opens_where_much_is_lost), [form.dataset, page.base],
        [form.fit, form.fit_fold], trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    form.fit_fold.expand(
        tells_errors(form.fit, page.texts.common)(handlers.looks_at_fit), [form.dataset, page.base], form.fit, **QUIET
    )
    versions.another.click(lambda picture: picture + 1, versions.picture, versions.picture, **QUIET).then(
        **shows, **QUIET
    )  # fmt: skip
    parts.tab.select(
        safe(handlers.shown), [parts.panel.shown_job, page.carried_dataset, form.dataset],
        [parts.empty, form.card, form.dataset, page.carried_dataset, *parts.job_parts, parts.notice], **QUIET,
    ).then(*fills, **_IN_ORDER).then(*again, **_IN_ORDER)  # fmt: skip
