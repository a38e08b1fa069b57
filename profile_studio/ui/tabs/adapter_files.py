"""The fold of Blend with the LoRA files themselves: which there are, one more, one less."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.adapters import Adapter
from profile_studio.domain.errors import BaseNotTold
from profile_studio.ui.components.adapter_slots import (
    Slot,
    chosen_weights,
    default_weights,
    fill_slots,
    slot_components,
    slot_inputs,
)
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, good_news, tells_errors, told
from profile_studio.ui.page import QUIET, Page
from profile_studio.ui.texts import BlendTexts


@dataclass(frozen=True)
class AdapterFiles:
    """The fold's components."""

    listed: gr.HTML
    upload: gr.UploadButton
    asks_base: gr.Column  # shown for a file that does not tell which base model it is for
    base_question: gr.HTML
    take_base: gr.Button
    leave_out: gr.Button
    undecided: gr.State  # the path of that file
    own: gr.Row
    doomed: gr.Dropdown
    delete: gr.Button
    asks_delete: gr.Column
    delete_question: gr.HTML
    yes: gr.Button
    no: gr.Button

    @property
    def filled(self) -> list[Any]:
        """What `fill` gives values to."""
        return [self.listed, self.own, self.doomed]


def adapter_files(page: Page) -> AdapterFiles:
    """An empty fold."""
    texts = page.texts.blend
    with gr.Accordion(texts.files, open=False, visible=not page.is_demo):
        listed = gr.HTML()
        with gr.Row():
            upload = gr.UploadButton(texts.add_file, file_types=[".safetensors"], size="sm")
        with gr.Column(visible=False, elem_classes="card") as asks_base:
            base_question = gr.HTML()
            with gr.Row():
                take_base = gr.Button(texts.take_base, variant="primary", size="sm")
                leave_out = gr.Button(texts.leave_out, size="sm")
        with gr.Row(visible=False) as own:
            doomed = gr.Dropdown([], label=texts.delete)
            delete = gr.Button(texts.delete_button, size="sm", scale=0, min_width=100)
        with gr.Column(visible=False, elem_classes="danger") as asks_delete:
            delete_question = gr.HTML()
            with gr.Row():
                yes = gr.Button(texts.yes_delete, variant="stop", size="sm")
                no = gr.Button(page.texts.common.keep, size="sm")
    return AdapterFiles(
        listed, upload, asks_base, base_question, take_base, leave_out, gr.State(None), own, doomed, delete,
        asks_delete, delete_question, yes, no,
    )  # fmt: skip


def fill(files: AdapterFiles, page: Page, adapters: Sequence[Adapter]) -> Updates:
    """The fold as the disk has it.

    Args:
        adapters: those that fit the chosen base model.
    """
    everything = page.studio.adapters.list()
    own = [adapter.name for adapter in everything if not adapter.ships]
    others = [adapter.name for adapter in everything if adapter not in adapters]
    return {
        files.listed: adapters_html(adapters, others, page.texts.blend),
        files.own: gr.update(visible=bool(own)),
        files.doomed: gr.update(choices=own, value=None),
    }


def wire(files: AdapterFiles, page: Page, slots: Sequence[Slot], notice: gr.HTML) -> None:
    """Lets a person add a file and delete one; the cards follow."""
    texts, studio = page.texts.blend, page.studio
    safe = tells_errors(notice, page.texts.common)

    def takes_in(path: str, base: str, told_base: str | None) -> Updates:
        added = studio.adapters.import_file(Path(path), base=told_base)
        Path(path).unlink(missing_ok=True)
        adapters = studio.adapters.list(base)
        return {
            **fill(files, page, adapters),
            **fill_slots(slots, adapters, default_weights(adapters, added.name), texts),
            files.asks_base: gr.update(visible=False),
            files.undecided: None,
            notice: told(good_news(texts.added.format(name=added.name))),
        }

    @safe
    def adds_file(path: str, base: str) -> Updates:
        try:
            return takes_in(path, base, None)
        except BaseNotTold:
            words = texts.which_base.format(file=Path(path).name, base=base)
            return {
                files.base_question: f"<p>{escape(words)}</p>",
                files.asks_base: gr.update(visible=True),
                files.undecided: path,
            }
        except Exception:
            Path(path).unlink(missing_ok=True)
            raise

    @safe
    def takes_base(path: str, base: str) -> Updates:
        return takes_in(path, base, base)

    @safe
    def leaves_out(path: str | None) -> Updates:
        if path:
            Path(path).unlink(missing_ok=True)
        return {files.asks_base: gr.update(visible=False), files.undecided: None}

    @safe
    def asks_before_deleting(name: str | None) -> Updates:
        if not name:
            return {}
        words = texts.confirm_delete.format(name=name)
        return {files.delete_question: f"<p>{escape(words)}</p>", files.asks_delete: gr.update(visible=True)}

    @safe
    def deletes(name: str, base: str, *chosen: Any) -> Updates:
        studio.adapters.delete(name)
        adapters = studio.adapters.list(base)
        return {
            files.asks_delete: gr.update(visible=False),
            **fill(files, page, adapters),
            **fill_slots(slots, adapters, chosen_weights(chosen), texts),
            notice: told(good_news(texts.deleted.format(name=name))),
        }

    asking = [files.asks_base, files.undecided, notice]
    cards = [*files.filled, *slot_components(slots)]
    files.upload.upload(adds_file, [files.upload, page.base], [*cards, files.base_question, *asking], **QUIET)
    files.take_base.click(takes_base, [files.undecided, page.base], [*cards, *asking], **QUIET)
    files.leave_out.click(leaves_out, files.undecided, asking, **QUIET)
    files.delete.click(asks_before_deleting, files.doomed, [files.delete_question, files.asks_delete, notice], **QUIET)
    files.no.click(lambda: gr.update(visible=False), None, files.asks_delete, **QUIET)
    files.yes.click(
        deletes, [files.doomed, page.base, *slot_inputs(slots)], [files.asks_delete, *cards, notice], **QUIET
    )


def adapters_html(adapters: Sequence[Adapter], others: Sequence[str], texts: BlendTexts) -> str:
    """Each LoRA with its numbers, for those who want to know, and those that do not fit this base."""
    items = "".join(
        f"<li><b>{escape(each.name)}</b> <span>{escape(_facts(each, texts))}</span></li>" for each in adapters
    )
    unusable = f'<p class="quiet">{escape(texts.other_base.format(names=", ".join(others)))}</p>' if others else ""
    return f'<ul class="files">{items}</ul>{unusable}'


def _facts(adapter: Adapter, texts: BlendTexts) -> str:
    return texts.file_row.format(
        kind=texts.slot[adapter.kind],
        rank=adapter.rank,
        alpha=adapter.network_alpha,
        steps=adapter.num_train_steps,
        dataset=adapter.dataset or "?",
    )
