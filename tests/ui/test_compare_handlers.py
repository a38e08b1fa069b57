"""What Compare asks for and shows, without a page in a browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport, ComparisonRow
from profile_studio.domain.errors import InvalidModelSpec, InvalidSettings
from profile_studio.domain.jobs import JobKind
from profile_studio.domain.sentences import Sentence
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.components.job_view import job_name
from profile_studio.ui.page import Page, Part
from profile_studio.ui.tabs.compare_handlers import CompareHandlers
from profile_studio.ui.tabs.compare_parts import build_parts
from profile_studio.ui.texts import ENGLISH
from tests.kept_training import keep_training
from tests.training.helpers import create_dataset


class Window:
    """Compare's handlers and a form as a person left it: pixel art, two prompts, one picture each."""

    def __init__(self, settings: Settings) -> None:
        self.studio = Studio.open(settings)
        with gr.Blocks():
            base, states = gr.Dropdown(["starter"], label="base"), [gr.State(None) for _ in range(3)]
            news = {part: gr.Textbox("", label=part) for part in Part}
            with gr.Tabs() as tabs:
                page = Page(self.studio, ENGLISH, tabs, base, *states, news=news)
                self.parts = build_parts(page)
            self.handlers = CompareHandlers(page, self.parts)
        values = {name: part.value for name, part in self.parts.fields.items()}
        values |= {"models": ["pixel-art"], "base": "starter", "prompts": "a hat\n\n a man \n", "seeds": 1}
        self.form: dict[str, Any] = values


@pytest.fixture
def window(settings: Settings, in_a_loop: Callable[[Callable[[], Window]], Window]) -> Window:
    return in_a_loop(lambda: Window(settings))


def test_a_form_is_promised_and_queued_as_it_is(window: Window) -> None:
    promised = window.handlers.promises(**window.form)
    assert "Makes 4 pictures: 2 models x 2 prompts x 1 seed" in promised[window.parts.form.promise]["value"]

    shown = window.handlers.starts(**window.form | {"specs": "pixel-art=0.5"})

    (job,) = window.studio.jobs.list()
    assert shown[window.parts.panel.shown_job] == job.id
    config = ComparisonConfig.model_validate(job.spec)
    assert [spec.text for spec in config.models] == ["base", "pixel-art", "pixel-art=0.5"]
    assert config.prompts == ("a hat", "a man") and job.kind is JobKind.COMPARE


@pytest.mark.parametrize(
    ("changed", "refused"), [({"models": []}, InvalidModelSpec), ({"num_inference_steps": 0}, InvalidSettings)]
)
def test_what_cannot_be_compared_is_refused(window: Window, changed: dict[str, Any], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        window.handlers.starts(**window.form | changed)


def test_a_look_that_sees_nothing_new_sends_nothing_and_a_canceled_job_asks_first(window: Window) -> None:
    window.handlers.starts(**window.form)
    (job,) = window.studio.jobs.list()
    panel = window.parts.panel
    seen = window.handlers.panel.looks(job.id, None)
    assert seen[panel.pause]["visible"] and not seen[panel.resume]["visible"]

    assert list(window.handlers.panel.looks(job.id, seen[panel.last_look])) == [panel.last_look]

    asked = window.handlers.panel.asks_before_canceling(job.id)
    assert "0 pictures are lost" in asked[panel.question] and asked[panel.confirm]["visible"]
    canceled = window.handlers.panel.cancels(job.id)
    assert not canceled[panel.cancel]["visible"] and not canceled[panel.confirm]["visible"]


def test_the_steps_of_a_finished_training_are_compared_and_any_of_them_can_be_used(
    settings: Settings, tiny_base: Path, in_a_loop: Callable[[Callable[[], Window]], Window]
) -> None:
    create_dataset(settings)
    training = keep_training(settings, tiny_base)
    window = in_a_loop(lambda: Window(settings))
    parts = window.parts
    shown = window.handlers.shown([], None, "starter", None, None)
    assert shown[parts.which_step.fold]["visible"] and shown[parts.which_step.training]["value"] == training.id
    assert "promise" in window.handlers.which_step.promises(training.id)[parts.which_step.promise]["value"]

    job_id = window.handlers.starts_on_steps(training.id)[parts.panel.shown_job]

    job = window.studio.jobs.get(job_id)
    assert job_name(job) == "dotted@\u2026"
    row = ComparisonRow("dotted@2", {})
    report = ComparisonReport((row,), "dotted@2", Sentence("because"), (), "", (), {})
    offered = window.handlers.which_step.offers(ComparisonConfig.model_validate(job.spec), report)
    kept = parts.result.kept_step
    assert offered[kept.step]["choices"] == ["dotted@2", "dotted@4", "dotted@6"]
    assert offered[kept.step]["value"] == "dotted@2" and offered[kept.row]["visible"]
    told = window.handlers.keeps_step(job_id, "dotted@4")
    assert "dotted is its step 4 now" in told[parts.panel.notice]["value"]
    assert window.studio.adapters.get("dotted").num_train_steps == 4
