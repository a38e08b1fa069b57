"""Tab 3: words and sliders in, pictures out while you watch."""

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.generation import NUM_INFERENCE_STEPS, Quality
from profile_studio.ui.components.adapter_slots import KINDS, slot_inputs
from profile_studio.ui.components.notices import tells_errors
from profile_studio.ui.components.save_panel import wire_save_panel
from profile_studio.ui.page import KEEP_TYPED, QUIET, Page
from profile_studio.ui.picture_line import IN_LINE, PictureLine
from profile_studio.ui.tabs.adapter_files import wire as wire_files
from profile_studio.ui.tabs.blend_handlers import BlendHandlers
from profile_studio.ui.tabs.blend_parts import PLAIN_METHODS, BlendParts, build_parts

_LIVE: dict[str, Any] = {**QUIET, "concurrency_limit": None, "trigger_mode": "multiple"}
"""How pictures are asked for: a slider that moved again does not wait for the answer to its last place."""


@dataclass(frozen=True)
class BlendTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    next: gr.Button
    chosen: list[Any]  # LoRA and weight of each slot
    shown: Any  # handler: the tab as the disk has it
    shown_inputs: list[Any]
    shown_outputs: list[Any]
    first: dict[str, Any]  # listener: a picture for a page that has none yet
    awaited: dict[str, Any]  # listener: a picture with the LoRA a person came with


def build(page: Page) -> BlendTab:
    """The tab's components, handlers and wiring."""
    parts = build_parts(page)
    handlers = BlendHandlers(page, parts, PictureLine.of_this_page())
    safe = tells_errors(parts.notice, page.texts.common)
    shared = [page.base, page.carried_adapter, page.carried_picture, parts.is_awaited, parts.remade]
    shown_outputs = [*shared, *parts.opened]
    made: dict[str, Any] = {"asked": parts.asked, "face": parts.face, "base": page.base, **parts.numbers, **parts.cards}
    asking = [parts.stage, parts.seed, parts.reading, parts.asked_number, parts.notice]
    asks_same: dict[str, Any] = {"fn": safe(handlers.asks_same), "inputs_kwargs": made, "outputs": asking, **_LIVE}

    gr.on([parts.make.click, parts.prompt.submit], safe(handlers.asks_new), inputs_kwargs=made, outputs=asking, **_LIVE)
    gr.on([slot.weight.release for slot in parts.slots], **asks_same)
    parts.asked_number.change(
        safe(handlers.draws), parts.asked, parts.drawn, **QUIET, **IN_LINE, trigger_mode="multiple"
    )  # fmt: skip
    plain_method = safe(handlers.chooses_method), parts.blending, [parts.method, parts.notice]
    parts.blending.input(*plain_method, **QUIET).then(**asks_same)
    parts.method.input(
        lambda chosen: chosen if chosen in PLAIN_METHODS else None, parts.method, parts.blending, **QUIET
    )
    parts.stop.click(safe(handlers.stops), parts.asked, [parts.stage, parts.notice], **QUIET)
    for slot, kind in zip(parts.slots, KINDS, strict=True):
        chosen = [slot.adapter, slot.covers, slot.word, parts.notice]
        slot.covers.select(safe(handlers.chooses_adapter(slot, kind)), page.base, chosen, **QUIET).then(**asks_same)
    parts.add_slot.click(
        safe(handlers.reveals_slot),
        [slot.adapter for slot in parts.slots], [*(slot.card for slot in parts.slots), parts.notice], **QUIET,
    )  # fmt: skip
    _wire_words(page, parts, handlers)
    parts.quality.input(lambda chosen: NUM_INFERENCE_STEPS[Quality(chosen)], parts.quality, parts.steps, **QUIET)
    parts.recent.select(safe(handlers.opens_recent), page.base, shown_outputs, **QUIET)
    wire_save_panel(parts.saver, page.texts, parts.notice)
    wire_files(parts.files, page, parts.slots, parts.notice)
    return BlendTab(
        parts.tab,
        parts.next,
        slot_inputs(parts.slots),
        safe(handlers.shown),
        [page.carried_adapter, page.carried_picture, page.base, parts.prompt, *slot_inputs(parts.slots)],
        shown_outputs,
        {"fn": safe(handlers.asks_first), "inputs_kwargs": made, "outputs": asking},
        {
            "fn": safe(handlers.asks_awaited),
            "inputs_kwargs": {"is_awaited": parts.is_awaited, "remade": parts.remade, **made},
            "outputs": [parts.is_awaited, parts.remade, *asking],
        },
    )


def _wire_words(page: Page, parts: BlendParts, handlers: BlendHandlers) -> None:
    """Prompt, choices and weights say the same, whichever of them a person changes."""
    safe = tells_errors(parts.notice, page.texts.common)
    changed = [parts.prompt, *parts.words, parts.notice]
    shows = (
        safe(handlers.shows_prompt), [page.base, parts.prompt, parts.word, *slot_inputs(parts.slots)],
        [parts.foreign, parts.reading, *parts.words, parts.notice],
    )  # fmt: skip
    parts.prompt.change(*shows, trigger_mode="always_last", **QUIET)
    keep_typed = KEEP_TYPED % json.dumps(page.texts.blend.prompt_value)
    parts.opened_prompt.change(
        None, [parts.prompt, parts.opened_prompt], parts.prompt, js=keep_typed, **QUIET
    ).then(*shows, **QUIET)  # fmt: skip
    parts.foreign.select(safe(handlers.takes_english), [parts.prompt, parts.word], changed, **QUIET)
    for group, radio in parts.groups.items():
        parts_of_group = [parts.prompt, radio, parts.word]
        radio.input(safe(handlers.chooses(group)), parts_of_group, changed, **QUIET)
    weighs = safe(handlers.weighs)
    parts.stronger.click(lambda *v: weighs(*v, 1), [parts.prompt, parts.word], changed, **QUIET)
    parts.weaker.click(lambda *v: weighs(*v, -1), [parts.prompt, parts.word], changed, **QUIET)
