"""What Blend asks the engine for, by the names of its form."""

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.generation import GenerationRequest
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.page import Page
from profile_studio.ui.picture_line import PictureLine
from profile_studio.ui.tabs.blend_handlers import BlendHandlers
from profile_studio.ui.tabs.blend_parts import NEW_FACE, SAME_FACE, Asked, Remade, build_parts
from profile_studio.ui.texts import ENGLISH

CALLER = gr.Request(session_hash="window")


class Window:
    """Blend's handlers and a form as a person left it: pixel art at 0.8, seed 5."""

    def __init__(self, settings: Settings) -> None:
        with gr.Blocks():
            base, states = gr.Dropdown(["starter"], label="base"), [gr.State(None) for _ in range(3)]
            with gr.Tabs() as tabs:
                page = Page(Studio.open(settings), ENGLISH, tabs, base, *states, news={})
                parts = build_parts(page)
            self.handlers = BlendHandlers(page, parts, PictureLine.of_this_page())
        self.asked = Asked()
        values = {name: part.value for name, part in parts.numbers.items()} | dict.fromkeys(parts.cards, "")
        values |= {"card_0": "pixel-art", "card_1": 0.8, "prompt": "red hair", "count": 2, "seed": 5}
        self.form: dict[str, Any] = {"asked": self.asked, "base": "starter", "face": NEW_FACE, **values}

    def request(self) -> GenerationRequest:
        """What is drawn next."""
        request, _ = self.asked.take()
        assert request is not None
        return request


@pytest.fixture
def window(settings: Settings, in_a_loop: Callable[[Callable[[], Window]], Window]) -> Window:
    return in_a_loop(lambda: Window(settings))


def test_the_form_is_asked_for_as_it_is(window: Window) -> None:
    window.handlers.asks_same(CALLER, **window.form)

    request = window.request()
    assert (request.seed, request.count, request.base) == (5, 2, "starter")
    assert [(each.adapter_name, each.weight) for each in request.adapters] == [("pixel-art", 0.8)]
    assert request.prompt == "red hair"


def test_the_page_shows_how_a_prompt_is_read_where_that_is_not_as_typed(window: Window) -> None:
    handlers, reading = window.handlers, window.handlers._parts.reading

    assert handlers.shows_prompt("starter", "red hair", None)[reading] == ""
    shown = handlers.shows_prompt("starter", "(red:1.2) <b>", None, "pixel-art", 0.8)[reading]
    assert "<b>red</b>\u00a0\u00d71.2 &lt;b&gt;" in shown and "Read as: pixel" in shown
    assert "never closed" in handlers.shows_prompt("starter", "a (hat", None)[reading]
    form = {**window.form, "negative_prompt": "hat", "guidance_scale": 1.0}
    assert "the negative prompt does nothing" in handlers.asks_same(CALLER, **form)[reading]


def test_the_plain_choice_of_a_method_is_what_is_asked_for(window: Window) -> None:
    parts = window.handlers._parts
    chosen = window.handlers.chooses_method("face-first")[parts.method]

    window.handlers.asks_same(CALLER, **{**window.form, "method": chosen})

    assert window.request().method == "face-first"


@pytest.mark.parametrize(("face", "is_new"), [(NEW_FACE, True), (SAME_FACE, False)])
def test_only_the_button_asks_for_a_new_face(window: Window, face: str, is_new: bool) -> None:
    window.handlers.asks_new(CALLER, **{**window.form, "face": face})
    assert (window.request().seed != 5) is is_new


@pytest.mark.parametrize(("is_awaited", "is_asked"), [(True, True), (False, False)])
def test_who_came_with_a_lora_sees_a_picture_of_it(window: Window, is_awaited: bool, is_asked: bool) -> None:
    window.handlers.asks_awaited(CALLER, is_awaited=is_awaited, remade=None, **window.form)
    assert (window.asked.take()[0] is not None) is is_asked


def test_a_picture_that_is_made_again_is_asked_for_as_its_recipe_has_it(window: Window) -> None:
    recipe = GenerationRequest(prompt="blue hat", seed=9)
    window.handlers.asks_awaited(CALLER, is_awaited=True, remade=Remade(recipe, None), **window.form)
    assert window.request() == recipe


@pytest.mark.usefixtures("hub_cache")
def test_a_base_that_is_to_be_fetched_first_leaves_the_form_as_it_is(window: Window) -> None:
    assert window.handlers.shown(False, None, None, "sdxl", "red hair", "pixel-art", 0.8) == {}
