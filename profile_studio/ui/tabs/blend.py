"""Tab 3: words and sliders in, pictures out while you watch."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.base_models import STARTER
from profile_studio.domain.errors import InvalidPrompt, UnknownAdapter
from profile_studio.domain.generation import (
    NUM_INFERENCE_STEPS,
    GenerationRequest,
    Quality,
    change_word_weight,
)
from profile_studio.domain.korean_words import foreign_words, in_english
from profile_studio.domain.noise_schedulers import offered_noise_schedulers
from profile_studio.domain.training import AdapterKind
from profile_studio.services.gallery import MadePicture, Remaking
from profile_studio.services.generation import DoneEvent, PictureEvent, PreviewEvent
from profile_studio.ui.components.adapter_slots import (
    KINDS,
    Slot,
    adapter_slots,
    choose_adapter,
    chosen_weights,
    deal_weights,
    default_weights,
    fill_slots,
    offer_adapters,
    slot_components,
    slot_inputs,
    with_trigger_words,
    without_trigger_words,
)
from profile_studio.ui.components.foreign_words import foreign_words_area, foreign_words_html
from profile_studio.ui.components.markup import as_source, escape, picture_source
from profile_studio.ui.components.notices import (
    Updates,
    error_notice,
    good_news,
    notice_area,
    parse_form,
    tells_errors,
    told,
)
from profile_studio.ui.components.picture_grid import GridPicture, grid_html, picture_grid
from profile_studio.ui.components.recipe import recipe_html
from profile_studio.ui.components.save_panel import fill_save_panel, save_panel, wire_save_panel
from profile_studio.ui.components.stage import Stage, Tile, empty_stage
from profile_studio.ui.components.words import WORD_GROUPS, choose_word, chosen_word, weighted_words
from profile_studio.ui.page import BLEND, KEEP_TYPED, QUIET, CarriedPicture, Page
from profile_studio.ui.picture_line import IN_LINE, PictureLine
from profile_studio.ui.tabs.adapter_files import adapter_files
from profile_studio.ui.tabs.adapter_files import fill as fill_files
from profile_studio.ui.tabs.adapter_files import wire as wire_files
from profile_studio.ui.texts import BlendTexts, Texts

RECENT_PICTURES = 16
NEW_FACE, SAME_FACE = "new", "same"
_ENGINE_PATIENCE_S = 60.0
_ANY = ""
_OPENING_SEED = 5  # a face that shows the shipped style well
_SEED_LIMIT = 1_000_000  # a seed a person can read out
_LIVE: dict[str, Any] = {**QUIET, "concurrency_limit": None, "trigger_mode": "multiple"}
"""How pictures are asked for: a slider that moved again does not wait for the answer to its last place."""


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
class BlendTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    next: gr.Button
    chosen: list[Any]  # LoRA and weight of each slot
    shown: Any  # handler: the tab as the disk has it
    shown_inputs: list[Any]
    shown_outputs: list[Any]
    asks_first: Any  # handler: a picture for a page that has none yet
    asks_awaited: Any  # handler: a picture with the LoRA a person came with
    awaited_inputs: list[Any]
    awaited_outputs: list[Any]
    make_inputs: list[Any]
    make_outputs: list[Any]


def build(page: Page) -> BlendTab:
    texts, studio = page.texts.blend, page.studio
    adapters = studio.adapters.list(STARTER)
    with gr.Tab(texts.tab, id=BLEND, elem_id=BLEND) as tab:
        asked, asked_number = gr.State(Asked()), gr.State(0)
        is_awaited, remade = gr.State(False), gr.State(None)
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
                        seed = gr.Number(_OPENING_SEED, label=texts.seed, precision=0, elem_id="seed")
                files = adapter_files(page)
        next_tab = gr.Button(texts.next, size="lg", elem_id="to-compare")
    safe = tells_errors(notice, page.texts.common)
    line = PictureLine.of_this_page()

    form = [page.base, prompt, negative, count, steps, guidance, scheduler, seed]
    make_inputs = [asked, face, *form, *slot_inputs(slots)]
    make_outputs = [stage, seed, asked_number, notice]
    word_parts = [word, *groups.values()]
    shown_outputs = [
        prompt, negative, count, steps, guidance, scheduler, seed, *word_parts, *slot_components(slots), no_adapters,
        add_slot, known_words, stage, *saver.parts, recipe, recent, recent_fold, face, page.base, page.carried_adapter,
        page.carried_picture, is_awaited, remade, opened_prompt, *files.filled, notice,
    ]  # fmt: skip

    def shows_words(text: str, chosen: str | None = None) -> Updates:
        """The choices that the prompt names, and its words to weigh."""
        choices = weighted_words(text)
        kept = chosen if chosen in [word for _, word in choices] else None
        named = {groups[group]: chosen_word(text, group) or _ANY for group in WORD_GROUPS}
        return {word: gr.update(choices=choices, value=kept), **named}

    def asks(values: Sequence[Any], session: str | None, wants_new_face: bool) -> Updates:
        """Puts the form as a request into the line, which `draws` it."""
        asked_before, face_choice, base, *rest = values
        if wants_new_face and face_choice == NEW_FACE:
            rest[_SEED] = random.randrange(_SEED_LIMIT)
        request = _request(page, base, rest)
        return {seed: request.seed, **lines_up(request, asked_before, session)}

    def lines_up(request: GenerationRequest, asked_before: Asked, session: str | None) -> Updates:
        waiting = line.waiting_before(session)
        number = asked_before.put(request)
        shown: Updates = {stage: empty_stage(in_line(waiting, texts), is_busy=True)} if waiting else {}
        # What waits in line already will draw this request instead of its own.
        return shown if line.waits(session) else {**shown, asked_number: number}

    @safe
    def draws(asked_of_window: Asked) -> Iterator[Updates]:
        """The pictures of the newest request as they form; ends early when a newer one took its place."""
        request, number = asked_of_window.take()
        if request is None:
            return
        view = Stage(request.count, request.prompt)
        finished: list[Path] = []
        yield fill_save_panel(saver, [], page.texts)
        for event in studio.generation.generate(request, previews=True):
            if not asked_of_window.is_newest(number):
                return
            if isinstance(event, DoneEvent):
                break
            view = _after(view, event)
            if isinstance(event, PictureEvent):
                finished.append(event.file)
            yield {stage: view.html(page.texts)}
        yield {**fill_save_panel(saver, finished, page.texts), **shows_recent(finished[-1] if finished else None)}

    def shows_recent(opened: Path | None) -> Updates:
        """The latest pictures, and the recipe of the opened one."""
        paths = studio.gallery.recent(RECENT_PICTURES)
        pictures = [GridPicture(path.stem, picture_source(studio.gallery.thumbnail(path)), path.stem) for path in paths]
        shown: Updates = {
            recent: grid_html(pictures, opened.stem if opened else None, texts.recent),
            recent_fold: gr.update(visible=bool(paths)),
        }
        return {**shown, recipe: recipe_html(studio.gallery.recipe(opened), texts)} if opened else shown

    def opens(path: Path, chosen_base: str) -> Updates:
        """A finished picture back on the stage, and its recipe back in the form."""
        made = studio.gallery.recipe(path)
        asked, remaking = made.request, studio.gallery.remaking(MadePicture(path, made), chosen_base)
        adapters = studio.adapters.list(remaking.base)
        cards = fill_slots(slots, adapters, asked.adapters, texts)
        dealt = deal_weights(adapters, asked.adapters)
        left_out = [each.adapter_name for each in asked.adapters if each not in dealt]
        words = without_trigger_words(asked.prompt, asked.adapters, adapters)
        tile = Tile(picture_source(path), seed=made.seed, is_done=True)
        return {
            page.base: remaking.base,
            prompt: words,
            negative: asked.negative_prompt,
            steps: asked.num_inference_steps,
            guidance: asked.guidance_scale,
            scheduler: asked.noise_scheduler,
            seed: made.seed,
            stage: Stage(1, asked.prompt, {0: tile}).html(page.texts),
            **fill_save_panel(saver, [path], page.texts),
            **shows_words(words),
            **cards,
            **shows_recent(path),
            notice: told(_what_changed(remaking, asked.base, left_out, page.texts)),
        }

    def takes_over(carried: CarriedPicture, chosen_base: str) -> Updates:
        """The recipe of a picture in the form: to be made again at once, or to start from with new faces."""
        made = studio.gallery.get(carried.picture_id)
        opened = opens(made.path, chosen_base)
        if carried.is_made_again:
            update = {"seed": made.recipe.seed, "count": 1, "base": opened[page.base]}
            again = made.recipe.request.model_copy(update=update)
            return {**opened, face: SAME_FACE, remade: Remade(again, opened[notice])}
        return {**opened, face: NEW_FACE, seed: gr.skip()}

    @safe
    def shown(
        is_first_look: bool,
        carried: str | None,
        carried_picture: CarriedPicture | None,
        base: str,
        text: str,
        *chosen: Any,
    ) -> Updates:
        newest = studio.gallery.newest() if is_first_look else None
        opened: Updates = takes_over(carried_picture, base) if carried_picture else {}
        if newest and not carried_picture:
            opened = opens(newest.path, base)
            opened |= {opened_prompt: opened[prompt], prompt: gr.skip()}  # the person may be typing already
        base = opened.get(page.base, base)
        adapters = studio.adapters.list(base)
        if carried or (is_first_look and not newest):
            cards = fill_slots(slots, adapters, default_weights(adapters, carried), texts)
        else:
            cards = {} if opened else offer_adapters(slots, adapters, chosen, texts)
        return {
            **shows_words(text),
            **opened,
            **cards,
            **fill_files(files, page, adapters),
            no_adapters: gr.update(visible=not adapters),
            add_slot: gr.update(visible=len(adapters) > 1),
            known_words: gr.update(visible=base == STARTER),
            page.carried_adapter: None,
            page.carried_picture: None,
            is_awaited: carried is not None,
        }

    @safe
    def asks_new(caller: gr.Request, *values: Any) -> Updates:
        return asks(values, caller.session_hash, wants_new_face=True)

    @safe
    def asks_same(caller: gr.Request, *values: Any) -> Updates:
        return asks(values, caller.session_hash, wants_new_face=False)

    @safe
    def asks_first(caller: gr.Request, *values: Any) -> Iterator[Updates]:
        if studio.gallery.newest():
            return
        yield {stage: empty_stage(texts.waiting, is_busy=True)}
        if _comes_up(studio.generation.engine_is_running):
            yield asks(values, caller.session_hash, wants_new_face=False)
        else:
            yield {stage: empty_stage(texts.placeholder)}

    @safe
    def asks_awaited(caller: gr.Request, is_awaited_now: bool, again: Remade | None, *values: Any) -> Updates:
        if again:
            return {remade: None, notice: again.notice, **lines_up(again.request, values[0], caller.session_hash)}
        return {is_awaited: False, **asks(values, caller.session_hash, wants_new_face=False)} if is_awaited_now else {}

    @safe
    def stops(asked_of_window: Asked) -> Updates:
        waiting, _ = asked_of_window.take()
        asked_of_window.put(None)
        emptied = {stage: empty_stage(texts.placeholder)} if waiting else {}
        return {**emptied, notice: told(good_news(texts.stopped))}

    @safe
    def weighs(text: str, chosen: str | None, change: int) -> Updates:
        if not chosen:
            raise InvalidPrompt(texts.choose_word, texts.choose_word_fix)
        changed = change_word_weight(text, chosen, change)
        return {prompt: changed, **shows_words(changed, chosen)}

    @safe
    def shows_prompt(base: str, text: str, weighed: str | None) -> Updates:
        hint = foreign_words_html(text, texts) if base == STARTER else ""
        return {foreign: hint, **shows_words(text, weighed)}

    @safe
    def takes_english(text: str, weighed: str | None, event: gr.EventData) -> Updates:
        written = str(event.value)
        english = dict(foreign_words(text).known).get(written)
        changed = in_english(text, written, english) if english else text
        return {prompt: changed, **shows_words(changed, weighed)}

    def chooses(group: str) -> Any:
        @safe
        def choose(text: str, choice: str, weighed: str | None) -> Updates:
            changed = choose_word(text, group, choice or None)
            return {prompt: changed, **shows_words(changed, weighed)}

        return choose

    def chooses_adapter(slot: Slot, kind: AdapterKind | None) -> Any:
        @safe
        def choose(base: str, event: gr.EventData) -> Updates:
            return choose_adapter(slot, kind, studio.adapters.list(base), str(event.value), texts)

        return choose

    @safe
    def reveals_slot(*chosen: Any) -> Updates:
        hidden = [slot for slot, kind, name in zip(slots, KINDS, chosen, strict=True) if kind is None and not name]
        return {hidden[0].card: gr.update(visible=True)} if hidden else {}

    @safe
    def opens_recent(base: str, event: gr.EventData) -> Updates:
        paths = {path.stem: path for path in studio.gallery.recent(RECENT_PICTURES)}
        return opens(paths[str(event.value)], base) if str(event.value) in paths else shows_recent(None)

    adapter_choices = [slot.adapter for slot in slots]
    draw_outputs = [stage, *saver.parts, recipe, recent, recent_fold, notice]
    asked_number.change(draws, asked, draw_outputs, **QUIET, **IN_LINE, trigger_mode="multiple")
    gr.on([make.click, prompt.submit], asks_new, make_inputs, make_outputs, **_LIVE)
    gr.on([slot.weight.release for slot in slots], asks_same, make_inputs, make_outputs, **_LIVE)
    for slot, kind in zip(slots, KINDS, strict=True):
        slot.covers.select(
            chooses_adapter(slot, kind), page.base, [slot.adapter, slot.covers, slot.word, notice], **QUIET
        ).then(asks_same, make_inputs, make_outputs, **_LIVE)
    wire_save_panel(saver, page.texts, notice)
    stop.click(stops, asked, [stage, notice], **QUIET)
    shows_words_of = (shows_prompt, [page.base, prompt, word], [foreign, *word_parts, notice])
    prompt.change(*shows_words_of, trigger_mode="always_last", **QUIET)
    opened_prompt.change(
        None, [prompt, opened_prompt], prompt, js=KEEP_TYPED % json.dumps(texts.prompt_value), **QUIET
    ).then(*shows_words_of, **QUIET)
    foreign.select(takes_english, [prompt, word], [prompt, *word_parts, notice], **QUIET)
    for group, radio in groups.items():
        radio.input(chooses(group), [prompt, radio, word], [prompt, *word_parts, notice], **QUIET)
    stronger.click(lambda *v: weighs(*v, 1), [prompt, word], [prompt, *word_parts, notice], **QUIET)
    weaker.click(lambda *v: weighs(*v, -1), [prompt, word], [prompt, *word_parts, notice], **QUIET)
    quality.input(lambda chosen: NUM_INFERENCE_STEPS[Quality(chosen)], quality, steps, **QUIET)
    add_slot.click(reveals_slot, adapter_choices, [*(slot.card for slot in slots), notice], **QUIET)
    recent.select(opens_recent, page.base, [*shown_outputs], **QUIET)
    wire_files(files, page, slots, notice)
    return BlendTab(
        tab,
        next_tab,
        slot_inputs(slots),
        shown,
        [page.carried_adapter, page.carried_picture, page.base, prompt, *slot_inputs(slots)],
        shown_outputs,
        asks_first,
        asks_awaited,
        [is_awaited, remade, *make_inputs],
        [is_awaited, remade, *make_outputs],
        make_inputs,
        make_outputs,
    )


_FORM = ("prompt", "negative_prompt", "count", "num_inference_steps", "guidance_scale", "noise_scheduler", "seed")
_SEED = _FORM.index("seed")


def _request(page: Page, base: str, values: Sequence[Any]) -> GenerationRequest:
    """The form as a request; `values` are the fields of `_FORM`, then a LoRA and a weight for each slot."""
    fields = dict(zip(_FORM, values, strict=False))
    weights = chosen_weights(values[len(_FORM) :])
    words = with_trigger_words(str(fields["prompt"]).strip(), weights, page.studio.adapters.list(base))
    form = {**fields, "prompt": words, "base": base, "adapters": weights}
    return parse_form(GenerationRequest, form, page.texts.blend.fields, page.texts.common)


def in_line(waiting: int, texts: BlendTexts) -> str:
    """What a person is told whose picture does not begin at once."""
    return texts.one_before if waiting == 1 else texts.some_before.format(count=waiting)


def _what_changed(remaking: Remaking, base: str, left_out: Sequence[str], texts: Texts) -> str:
    """Why a picture cannot be made again, or comes out another one; nothing where it can.

    Args:
        base: what the picture calls its base model.
        left_out: LoRAs of the picture that are not here, or do not fit the base.
    """
    words = texts.blend
    changes = [words.changed_base.format(base=base, now=Path(remaking.base).name)] if not remaking.is_its_base else []
    if left_out:
        changes.append(words.left_out.format(names=", ".join(left_out)))
    if remaking.changed_adapters:
        changes.append(words.changed_loras.format(names=", ".join(remaking.changed_adapters)))
    if remaking.grows:
        changes.append(words.grows)
    if not changes:
        return ""
    fix = words.changed_base_fix if not remaking.is_its_base else words.left_out_fix if left_out else words.changed_fix
    return error_notice(UnknownAdapter(" ".join(changes), fix), texts.common)


def _comes_up(is_running: Callable[[], bool]) -> bool:
    """Whether the engine answers before a person would have given up: it starts after the page."""
    give_up_at = time.monotonic() + _ENGINE_PATIENCE_S
    while not is_running():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.5)
    return True


def _after(view: Stage, event: PreviewEvent | PictureEvent) -> Stage:
    if isinstance(event, PictureEvent):
        source = picture_source(event.file)
        return view.with_tile(event.index, Tile(source, seed=event.seed, is_done=True))
    return view.with_tile(event.index, Tile(as_source(event.image, "webp"), event.step, event.steps))


def _word_group(group: str, texts: BlendTexts) -> gr.Radio:
    choices = [(texts.any_word, _ANY), *((texts.word_choices[word], word) for word in WORD_GROUPS[group])]
    return gr.Radio(choices, value=_ANY, label=texts.word_groups[group], elem_classes="chips")
