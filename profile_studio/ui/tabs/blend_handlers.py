"""What Blend does: asks for pictures, shows them as they form, opens recipes, changes words."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import ValidationError

from profile_studio.base_models import STARTER
from profile_studio.domain.blending import BlendMethodName
from profile_studio.domain.errors import InvalidPrompt, ProfileStudioError, UnknownAdapter
from profile_studio.domain.generation import GenerationRequest, change_word_weight
from profile_studio.domain.korean_words import foreign_words, in_english
from profile_studio.domain.request_prompts import request_notes
from profile_studio.domain.training import AdapterKind
from profile_studio.services.gallery import MadePicture, Remaking
from profile_studio.services.generation import DoneEvent, PictureEvent, PreviewEvent
from profile_studio.ui.components.adapter_slots import (
    KINDS,
    Slot,
    choose_adapter,
    chosen_weights,
    deal_weights,
    default_weights,
    fill_slots,
    offer_adapters,
    without_trigger_words,
)
from profile_studio.ui.components.foreign_words import foreign_words_html
from profile_studio.ui.components.markup import as_source, picture_source
from profile_studio.ui.components.notices import Updates, error_notice, good_news, parse_form, told
from profile_studio.ui.components.picture_grid import GridPicture, grid_html
from profile_studio.ui.components.reading import reading_html, unreadable_html
from profile_studio.ui.components.recipe import changes_since, recipe_html
from profile_studio.ui.components.save_panel import fill_save_panel
from profile_studio.ui.components.stage import Stage, Tile, empty_stage
from profile_studio.ui.components.words import WORD_GROUPS, choose_word, chosen_word, weighted_words
from profile_studio.ui.page import CarriedPicture, Page
from profile_studio.ui.picture_line import PictureLine
from profile_studio.ui.tabs.adapter_files import fill as fill_files
from profile_studio.ui.tabs.blend_parts import ANY_WORD, NEW_FACE, PLAIN_METHODS, SAME_FACE, Asked, BlendParts, Remade
from profile_studio.ui.texts import BlendTexts, Texts

RECENT_PICTURES = 16
_ENGINE_PATIENCE_S = 60.0
_SEED_LIMIT = 1_000_000  # a seed a person can read out


class BlendHandlers:
    """Answers by component: what each listener of the tab calls.

    Args:
        parts: the tab's components; only keys of the answers.
        line: where the page's pictures wait.
    """

    def __init__(self, page: Page, parts: BlendParts, line: PictureLine) -> None:
        self._page = page
        self._studio = page.studio
        self._texts = page.texts.blend
        self._parts = parts
        self._line = line

    def shows_words(self, text: str, chosen: str | None = None) -> Updates:
        """The choices that the prompt names, and its words to weigh."""
        parts = self._parts
        choices = weighted_words(text)
        kept = chosen if chosen in [word for _, word in choices] else None
        named = {parts.groups[group]: chosen_word(text, group) or ANY_WORD for group in WORD_GROUPS}
        return {parts.word: gr.update(choices=choices, value=kept), **named}

    def asks(self, session: str | None, *, asked: Asked, wants_new_face: bool, **form: Any) -> Updates:
        """Puts the form as a request into the line, which `draws` it."""
        parts = self._parts
        if wants_new_face:
            form["seed"] = random.randrange(_SEED_LIMIT)
        request = self._request(form)
        reading = self.reads(request, form["prompt"])
        return {parts.seed: request.seed, parts.reading: reading, **self.lines_up(request, asked, session)}

    def reads(self, request: GenerationRequest, typed: str) -> str:
        """How the prompt of a request is read."""
        try:
            read = self._studio.generation.read(request)
        except ProfileStudioError as error:
            return unreadable_html(error, self._page.texts)
        return reading_html(typed, read, request_notes(request), self._page.texts)

    def _request(self, form: dict[str, Any]) -> GenerationRequest:
        """The form as a request; it holds more than is asked for."""
        fields = {name: value for name, value in form.items() if name in GenerationRequest.model_fields}
        weights = chosen_weights([form[name] for name in self._parts.cards])
        fields |= {"prompt": fields["prompt"].strip(), "adapters": weights}
        return parse_form(GenerationRequest, fields, self._texts.fields, self._page.texts.common)

    def lines_up(self, request: GenerationRequest, asked_before: Asked, session: str | None) -> Updates:
        """Puts a request into the line, and says how many are before it."""
        parts = self._parts
        waiting = self._line.waiting_before(session)
        number = asked_before.put(request)
        shown: Updates = {parts.stage: empty_stage(in_line(waiting, self._texts), is_busy=True)} if waiting else {}
        # What waits in line already will draw this request instead of its own.
        return shown if self._line.waits(session) else {**shown, parts.asked_number: number}

    def draws(self, asked_of_window: Asked) -> Iterator[Updates]:
        """The pictures of the newest request as they form; ends early when a newer one took its place."""
        parts = self._parts
        request, number = asked_of_window.take()
        if request is None:
            return
        view = Stage(request.count, request.prompt)
        finished: list[Path] = []
        yield fill_save_panel(parts.saver, [], self._page.texts)
        for event in self._studio.generation.generate(request, previews=True):
            if not asked_of_window.is_newest(number):
                return
            if isinstance(event, DoneEvent):
                break
            view = _after(view, event)
            if isinstance(event, PictureEvent):
                finished.append(event.file)
            yield {parts.stage: view.html(self._page.texts)}
        yield {
            **fill_save_panel(parts.saver, finished, self._page.texts),
            **self.shows_recent(finished[-1] if finished else None),
        }

    def shows_recent(self, opened: Path | None) -> Updates:
        """The latest pictures, and the recipe of the opened one."""
        parts = self._parts
        paths = self._studio.gallery.recent(RECENT_PICTURES)
        pictures = [
            GridPicture(path.stem, picture_source(self._studio.gallery.thumbnail(path)), path.stem) for path in paths
        ]
        shown: Updates = {
            parts.recent: grid_html(pictures, opened.stem if opened else None, self._texts.recent),
            parts.recent_fold: gr.update(visible=bool(paths)),
        }
        return (
            {**shown, parts.recipe: recipe_html(self._studio.gallery.recipe(opened), self._texts)} if opened else shown
        )

    def opens(self, path: Path, chosen_base: str) -> Updates:
        """A finished picture back on the stage, and its recipe back in the form."""
        parts = self._parts
        made = self._studio.gallery.recipe(path)
        asked, remaking = made.request, self._studio.gallery.remaking(MadePicture(path, made), chosen_base)
        adapters = self._studio.adapters.list(remaking.base)
        cards = fill_slots(parts.slots, adapters, asked.adapters, self._texts)
        dealt = deal_weights(adapters, asked.adapters)
        left_out = [each.adapter_name for each in asked.adapters if each not in dealt]
        words = without_trigger_words(asked.prompt, asked.adapters, adapters)
        tile = Tile(picture_source(path), seed=made.seed, is_done=True)
        return {
            self._page.base: remaking.base,
            parts.prompt: words,
            parts.negative: asked.negative_prompt,
            parts.steps: asked.num_inference_steps,
            parts.guidance: asked.guidance_scale,
            parts.scheduler: asked.noise_scheduler,
            parts.method: asked.method,
            parts.blending: asked.method if asked.method in PLAIN_METHODS else None,
            parts.seed: made.seed,
            parts.stage: Stage(1, asked.prompt, {0: tile}).html(self._page.texts),
            **fill_save_panel(parts.saver, [path], self._page.texts),
            **self.shows_words(words),
            **cards,
            **self.shows_recent(path),
            parts.notice: told(_what_changed(remaking, asked.base, left_out, self._page.texts)),
        }

    def takes_over(self, carried: CarriedPicture, chosen_base: str) -> Updates:
        """The recipe of a picture in the form: to be made again at once, or to start from with new faces."""
        parts = self._parts
        made = self._studio.gallery.get(carried.picture_id)
        opened = self.opens(made.path, chosen_base)
        if carried.is_made_again:
            again = self._studio.gallery.request_again(made, self._studio.gallery.remaking(made, chosen_base))
            return {**opened, parts.face: SAME_FACE, parts.remade: Remade(again, opened[parts.notice])}
        return {**opened, parts.face: NEW_FACE, parts.seed: gr.skip()}

    def shown(
        self,
        is_first_look: bool,
        carried: str | None,
        carried_picture: CarriedPicture | None,
        base: str,
        text: str,
        *chosen: Any,
    ) -> Updates:
        """The tab as the disk has it."""
        parts = self._parts
        newest = self._studio.gallery.newest() if is_first_look else None
        opened: Updates = self.takes_over(carried_picture, base) if carried_picture else {}
        if newest and not carried_picture:
            opened = self.opens(newest.path, base)
            opened |= {
                parts.opened_prompt: opened[parts.prompt],
                parts.prompt: gr.skip(),
            }  # the person may be typing already
        base = opened.get(self._page.base, base)
        if carried:  # after a reload the bar has the first base again, and this LoRA may be for another
            opened[self._page.base] = base = self._studio.adapters.base_for(carried, base)
        if not (opened or self._studio.bases.is_ready(base)):
            return {}  # who looks at a base that is to be fetched first, and goes back, finds the form as it was
        adapters = self._studio.adapters.list(base)
        if carried or (is_first_look and not newest):
            cards = fill_slots(parts.slots, adapters, default_weights(adapters, carried), self._texts)
        else:
            cards = {} if opened else offer_adapters(parts.slots, adapters, chosen, self._texts)
        return {
            **self.shows_words(text),
            **opened,
            **cards,
            **fill_files(parts.files, self._page, adapters),
            parts.no_adapters: gr.update(visible=not adapters),
            parts.add_slot: gr.update(visible=len(adapters) > 1),
            parts.known_words: gr.update(visible=base == STARTER),
            self._page.carried_adapter: None,
            self._page.carried_picture: None,
            parts.is_awaited: carried is not None,
        }

    def asks_new(self, caller: gr.Request, **form: Any) -> Updates:
        """A picture of whoever the form asks for."""
        return self.asks(caller.session_hash, wants_new_face=form["face"] == NEW_FACE, **form)

    def asks_same(self, caller: gr.Request, **form: Any) -> Updates:
        """The same face otherwise: a slider shows what it does to it."""
        return self.asks(caller.session_hash, wants_new_face=False, **form)

    def asks_first(self, caller: gr.Request, **form: Any) -> Iterator[Updates]:
        """A picture for a page that has none yet."""
        parts = self._parts
        if self._studio.gallery.newest():
            return
        yield {parts.stage: empty_stage(self._texts.waiting, is_busy=True)}
        if _comes_up(self._studio.generation.engine_is_running):
            yield self.asks_same(caller, **form)
        else:
            yield {parts.stage: empty_stage(self._texts.placeholder)}

    def asks_awaited(self, caller: gr.Request, *, is_awaited: bool, remade: Remade | None, **form: Any) -> Updates:
        """A picture with the LoRA a person came with, or the one of Gallery again."""
        parts = self._parts
        if remade:
            waiting = self.lines_up(remade.request, form["asked"], caller.session_hash)
            return {parts.remade: None, parts.notice: remade.notice, **waiting}
        return {parts.is_awaited: False, **self.asks_same(caller, **form)} if is_awaited else {}

    def stops(self, asked_of_window: Asked) -> Updates:
        """Ends the picture that is drawn, and the one that waits."""
        parts = self._parts
        waiting, _ = asked_of_window.take()
        asked_of_window.put(None)
        emptied = {parts.stage: empty_stage(self._texts.placeholder)} if waiting else {}
        return {**emptied, parts.notice: told(good_news(self._texts.stopped))}

    def weighs(self, text: str, chosen: str | None, change: int) -> Updates:
        """The chosen word with more or less weight."""
        parts = self._parts
        if not chosen:
            raise InvalidPrompt(self._texts.choose_word, self._texts.choose_word_fix)
        changed = change_word_weight(text, chosen, change)
        return {parts.prompt: changed, **self.shows_words(changed, chosen)}

    def shows_prompt(self, base: str, text: str, weighed: str | None, *chosen: Any) -> Updates:
        """What the page says about a prompt: words of another language, how it is read, and which choices it names."""
        parts = self._parts
        hint = foreign_words_html(text, self._texts) if base == STARTER else ""
        reading = "" if hint else self._reads_typed(base, text, chosen)
        return {parts.foreign: hint, parts.reading: reading, **self.shows_words(text, weighed)}

    def _reads_typed(self, base: str, text: str, chosen: Sequence[Any]) -> str:
        try:
            request = GenerationRequest(prompt=text, base=base, adapters=chosen_weights(chosen))
        except ProfileStudioError as error:
            return unreadable_html(error, self._page.texts)
        except ValidationError:
            return ""  # which is told, with what to do, once a picture is asked for
        return self.reads(request, text)

    def chooses_method(self, chosen: BlendMethodName) -> Updates:
        """The plain choice of a method in the fold, where all are."""
        return {self._parts.method: chosen}

    def takes_english(self, text: str, weighed: str | None, event: gr.EventData) -> Updates:
        """The prompt with a word in English that was written in another language."""
        parts = self._parts
        written = str(event.value)
        english = dict(foreign_words(text).known).get(written)
        changed = in_english(text, written, english) if english else text
        return {parts.prompt: changed, **self.shows_words(changed, weighed)}

    def chooses(self, group: str) -> Any:
        """The handler of a group of words: the prompt with another one of it."""

        parts = self._parts

        def choose(text: str, choice: str, weighed: str | None) -> Updates:
            changed = choose_word(text, group, choice or None)
            return {parts.prompt: changed, **self.shows_words(changed, weighed)}

        return choose

    def chooses_adapter(self, slot: Slot, kind: AdapterKind | None) -> Any:
        """The handler of a card's covers: the card with another LoRA."""

        def choose(base: str, event: gr.EventData) -> Updates:
            return choose_adapter(slot, kind, self._studio.adapters.list(base), str(event.value), self._texts)

        return choose

    def reveals_slot(self, *chosen: Any) -> Updates:
        """One more card."""
        parts = self._parts
        hidden = [
            slot for slot, kind, name in zip(parts.slots, KINDS, chosen, strict=True) if kind is None and not name
        ]
        return {hidden[0].card: gr.update(visible=True)} if hidden else {}

    def opens_recent(self, base: str, event: gr.EventData) -> Updates:
        """A recent picture back on the stage; the list anew where it is gone."""
        paths = {path.stem: path for path in self._studio.gallery.recent(RECENT_PICTURES)}
        return self.opens(paths[str(event.value)], base) if str(event.value) in paths else self.shows_recent(None)


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
    changes = changes_since(remaking, base, left_out, words)
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
