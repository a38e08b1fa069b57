"""Blend's components, as the page opens with them."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.base_models import STARTER
from profile_studio.domain.generation import NUM_INFERENCE_STEPS, GenerationRequest, Quality
from profile_studio.domain.noise_schedulers import offered_noise_schedulers
from profile_studio.ui.components.adapter_slots import Slot, adapter_slots, slot_components, slot_inputs
from profile_studio.ui.components.foreign_words import foreign_words_area
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import notice_area
from profile_studio.ui.components.picture_grid import picture_grid
from profile_studio.ui.components.save_panel import SavePanel, save_panel
from profile_studio.ui.components.stage import empty_stage
from profile_studio.ui.components.words import WORD_GROUPS
from profile_studio.ui.page import BLEND, Page
from profile_studio.ui.tabs.adapter_files import AdapterFiles, adapter_files
from profile_studio.ui.texts import BlendTexts

NEW_FACE, SAME_FACE = "new", "same"
ANY_WORD = ""
PLAIN_METHODS = ("sum", "balanced", "face-first")
"""Ways of blending that need no explanation; the fold has the rest."""

_OPENING_SEED = 1  # a face that shows the shipped style well


@dataclass(frozen=True)
class Remade:
    """A picture that is made again at once; `notice` says what may come out otherwise."""

    request: GenerationRequest
    notice: Any


class Asked:
    """A window's newest request, the only one that counts: it takes the place of one that waits, and ends one that is
    drawn at its next step."""

    def __init__(self) -> None:
        self._number = 0
        self._waiting: GenerationRequest | None = None

    def put(self, request: GenerationRequest | None) -> int:
        """Makes a request the newest, or none; returns its number."""
        self._number += 1
        self._waiting = request
        return self._number

    def take(self) -> tuple[GenerationRequest | None, int]:
        """The request to draw now, if there is one, and its number."""
        request, self._waiting = self._waiting, None
        return request, self._number

    def is_newest(self, number: int) -> bool:
        return number == self._number


@dataclass(frozen=True)
class BlendParts:
    """The tab's components, from the top left to the bottom right."""

    tab: gr.Tab
    notice: gr.HTML
    stage: gr.HTML
    saver: SavePanel
    recent_fold: gr.Accordion
    recent: gr.HTML
    recipe: gr.HTML
    prompt: gr.Textbox
    opened_prompt: gr.Textbox  # of the picture that the page opens with
    foreign: gr.HTML
    reading: gr.HTML
    known_words: gr.Accordion
    groups: dict[str, gr.Radio]
    word: gr.Radio
    stronger: gr.Button
    weaker: gr.Button
    no_adapters: gr.HTML
    slots: list[Slot]
    add_slot: gr.Button
    blending: gr.Radio  # the plain choice of a method
    count: gr.Slider
    face: gr.Radio
    quality: gr.Radio
    make: gr.Button
    stop: gr.Button
    negative: gr.Textbox
    steps: gr.Number
    guidance: gr.Number
    scheduler: gr.Dropdown
    method: gr.Dropdown
    seed: gr.Number
    files: AdapterFiles
    next: gr.Button
    asked: gr.State  # the window's `Asked`
    asked_number: gr.State  # of the request that waits for `draws`
    is_awaited: gr.State  # whether a person came with a LoRA, of which a picture is made at once
    remade: gr.State  # the `Remade` that a person came with

    @property
    def words(self) -> list[Any]:
        """What follows the words of the prompt."""
        return [self.word, *self.groups.values()]

    @property
    def numbers(self) -> dict[str, Any]:
        """The form without its base model, by the names of `GenerationRequest`."""
        return {
            "prompt": self.prompt,
            "negative_prompt": self.negative,
            "count": self.count,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
            "noise_scheduler": self.scheduler,
            "method": self.method,
            "seed": self.seed,
        }

    @property
    def cards(self) -> dict[str, Any]:
        """A LoRA and a weight for each card."""
        return {f"card_{number}": part for number, part in enumerate(slot_inputs(self.slots))}

    @property
    def opened(self) -> list[Any]:
        """What changes when the tab or a picture is opened, but for what all tabs share."""
        return [
            *self.numbers.values(), *self.words, *slot_components(self.slots), self.no_adapters, self.add_slot,
            self.known_words, self.stage, *self.saver.parts, self.recipe, self.recent, self.recent_fold, self.face,
            self.opened_prompt, self.blending, *self.files.filled, self.notice,
        ]  # fmt: skip

    @property
    def drawn(self) -> list[Any]:
        """What changes while a picture is drawn."""
        return [self.stage, *self.saver.parts, self.recipe, self.recent, self.recent_fold, self.notice]


def build_parts(page: Page) -> BlendParts:
    """The components, in the tab of that name."""
    texts = page.texts.blend
    adapters = page.studio.adapters.list(STARTER)
    with gr.Tab(texts.tab, id=BLEND, elem_id=BLEND) as tab:
        asked, asked_number, is_awaited, remade = gr.State(Asked()), gr.State(0), gr.State(False), gr.State(None)
        notice = notice_area()
        with gr.Row(elem_classes="blend"):
            with gr.Column(scale=5, min_width=300, elem_classes="picture-side"):
                stage = gr.HTML(empty_stage(texts.placeholder), elem_id="stage")
                saver = save_panel(page.texts, "save-stage")
                with gr.Accordion(texts.recent, open=True, visible=False, elem_classes="bare") as recent_fold:
                    gr.HTML(f'<p class="quiet">{escape(texts.recent_info)}</p>')
                    recent = picture_grid(texts.recent, elem_id="recent")
                with gr.Accordion(texts.recipe, open=False, elem_classes="bare"):
                    recipe = gr.HTML(f'<p class="quiet">{escape(texts.recipe_empty)}</p>', elem_id="recipe")
            with gr.Column(scale=6, min_width=300, elem_classes="card"):
                prompt = gr.Textbox(
                    texts.prompt_value, label=texts.prompt, lines=2, max_lines=5, max_length=2000, elem_id="prompt"
                )
                opened_prompt = gr.Textbox(label=texts.prompt, visible=False)  # of the picture that the page opens with
                foreign = foreign_words_area(elem_id="foreign-words")
                reading = gr.HTML(elem_id="reading")
                with gr.Accordion(texts.words, open=False, elem_id="known-words") as known_words:
                    groups = {group: _word_group(group, texts) for group in WORD_GROUPS}
                with gr.Accordion(texts.stress, open=False, elem_id="word-weights"):
                    word = gr.Radio([], label=texts.stress, show_label=False, container=False, elem_classes="chips")
                    with gr.Row(elem_classes="job-buttons"):
                        stronger = gr.Button(texts.stronger, size="sm")
                        weaker = gr.Button(texts.weaker, size="sm")
                no_adapters = gr.HTML(f'<p class="quiet">{escape(texts.no_adapters)}</p>', visible=False)
                with gr.Row(elem_classes="slots"):
                    slots = adapter_slots(adapters, texts)
                add_slot = gr.Button(texts.add_slot, size="sm", elem_classes="quiet-button", visible=len(adapters) > 1)
                blending = gr.Radio(
                    [(texts.methods[method], method) for method in PLAIN_METHODS],
                    value="sum",
                    label=texts.blending,
                    elem_id="blending",
                    elem_classes="chips",
                )
                with gr.Row():
                    count = gr.Slider(1, 8, value=1, step=1, label=texts.count, min_width=140, buttons=[])
                    face = gr.Radio(
                        [(texts.new_face, NEW_FACE), (texts.same_face, SAME_FACE)],
                        value=NEW_FACE,
                        label=texts.face,
                        min_width=140,
                        elem_id="face",
                    )
                    quality = gr.Radio(
                        [(words, each.value) for each, words in texts.qualities.items()],
                        value=Quality.QUALITY.value,
                        label=texts.quality,
                        min_width=140,
                    )
                with gr.Row():
                    make = gr.Button(texts.make, variant="primary", size="lg", scale=3, elem_id="make")
                    stop = gr.Button(texts.stop, size="lg", scale=1, min_width=90, elem_id="stop")
                with gr.Accordion(texts.numbers, open=False):
                    negative = gr.Textbox("", label=texts.negative, max_length=2000)
                    with gr.Row(elem_classes="numbers"):
                        limits = GenerationRequest.model_fields
                        steps = gr.Number(NUM_INFERENCE_STEPS[Quality.QUALITY], label=texts.steps, precision=0)
                        guidance = gr.Number(limits["guidance_scale"].default, label=texts.guidance, step=0.5)
                        scheduler = gr.Dropdown(offered_noise_schedulers(), value="default", label=texts.scheduler)
                        method = gr.Dropdown(
                            [(words, name) for name, words in texts.methods.items()], value="sum", label=texts.method
                        )
                        seed = gr.Number(_OPENING_SEED, label=texts.seed, precision=0, elem_id="seed")
                files = adapter_files(page)
        next_tab = gr.Button(texts.next, size="lg", elem_id="to-compare")
    return BlendParts(
        tab, notice, stage, saver, recent_fold, recent, recipe, prompt, opened_prompt, foreign, reading, known_words, groups, word, stronger, weaker, no_adapters, slots, add_slot, blending, count, face, quality, make, stop, negative, steps, guidance, scheduler, method, seed, files, next_tab,
        asked, asked_number, is_awaited, remade,
    )  # fmt: skip


def _word_group(group: str, texts: BlendTexts) -> gr.Radio:
    choices = [(texts.any_word, ANY_WORD), *((texts.word_choices[word], word) for word in WORD_GROUPS[group])]
    return gr.Radio(choices, value=ANY_WORD, label=texts.word_groups[group], elem_classes="chips")
