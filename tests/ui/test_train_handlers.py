"""What Train fills in, queues and shows, without a page in a browser."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.errors import InvalidDataset, InvalidSettings
from profile_studio.domain.jobs import JobError, JobKind, JobStatus
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.domain.training_changes import TrainingChange
from profile_studio.files.training_changes import keep_changes
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.page import Page, Part
from profile_studio.ui.tabs.train_handlers import TrainHandlers
from profile_studio.ui.tabs.train_parts import build_parts
from profile_studio.ui.texts import ENGLISH
from tests.training.helpers import create_dataset


class Window:
    """Train's handlers and a form that is filled for a set of dots."""

    def __init__(self, settings: Settings) -> None:
        self.studio = Studio.open(settings)
        create_dataset(settings)
        with gr.Blocks():
            base, states = gr.Dropdown(["starter"], label="base"), [gr.State(None) for _ in range(3)]
            news = {part: gr.Textbox("", label=part) for part in Part}
            with gr.Tabs() as tabs:
                page = Page(self.studio, ENGLISH, tabs, base, *states, news=news)
                self.parts = build_parts(page)
            self.handlers = TrainHandlers(page, self.parts)

    def filled(self, kind: AdapterKind = AdapterKind.STYLE) -> dict[str, Any]:
        """The form as it stands once it is filled, by the names of a training."""
        filled = self.handlers.fills_all("dots", "starter", kind.value, "balanced")
        choices = {"dataset": "dots", "kind": kind.value, "base": "starter"}
        return {
            name: choices.get(name, filled.get(part, getattr(part, "value", None)))
            for name, part in self.parts.fields.items()
        }


@pytest.fixture
def window(settings: Settings, in_a_loop: Callable[[Callable[[], Window]], Window]) -> Window:
    return in_a_loop(lambda: Window(settings))


def test_a_filled_form_is_promised_and_queued_as_the_preset_has_it(window: Window) -> None:
    fields = window.filled()
    promised = window.handlers.promises("dots", **fields)[window.parts.form.promise]["value"]
    assert "1200 steps" in promised

    shown = window.handlers.starts(None, **fields)

    (job,) = window.studio.jobs.list()
    assert job.kind is JobKind.TRAIN
    assert (shown[window.parts.panel.shown_job], shown[window.parts.form.name]) == (job.id, "dots-2")
    offered = window.studio.training.preset(AdapterKind.STYLE, "starter", "dots", "dots")
    assert LoraTrainingConfig.model_validate(job.spec).model_copy(update={"dataset_version": ""}) == offered


def test_a_form_that_is_still_being_filled_promises_nothing_and_what_was_typed_stays(window: Window) -> None:
    assert window.handlers.promises("another set", **window.filled()) == {}
    assert list(window.handlers.fills_new("dots", "dots", "starter", "style", "quick")) == [
        window.parts.form.filled_for
    ]


@pytest.mark.parametrize(
    ("kind", "changed", "refused"),
    [
        (AdapterKind.STYLE, {"dataset": None}, InvalidDataset),
        (AdapterKind.STYLE, {"num_train_steps": 0}, InvalidSettings),
        (AdapterKind.FACE, {}, InvalidDataset),
    ],
)
def test_what_cannot_be_trained_is_refused(
    window: Window, kind: AdapterKind, changed: dict[str, Any], refused: type[Exception]
) -> None:
    fields = {**window.filled(kind), **changed}
    with pytest.raises(refused):
        window.handlers.starts(None, **fields)
    assert window.studio.jobs.list() == []


def test_who_is_in_a_face_set_is_remembered_when_it_starts(window: Window) -> None:
    window.handlers.starts("permission", **window.filled(AdapterKind.FACE))
    assert window.studio.datasets.get("dots").consent == "permission"


def test_fewer_steps_shorten_the_presets_warm_up_and_no_other(window: Window) -> None:
    fields = window.filled()
    assert window.handlers.config_of({**fields, "num_train_steps": 5}).lr_warmup_steps == 0
    assert window.handlers.config_of({**fields, "num_train_steps": 5, "lr_warmup_steps": 7}).lr_warmup_steps == 7


def test_what_a_training_went_on_with_is_told_while_it_goes_on_and_after_it_failed(window: Window) -> None:
    shown = window.handlers.starts(None, **window.filled())
    (job,) = window.studio.jobs.list()
    told = Sentence(
        "After step {step} the memory was too small: it went on with gradient checkpointing, which takes more time.",
        step=3,
    )
    change = TrainingChange(cause="memory", step=3, told=told, values={"gradient_checkpointing": True})
    keep_changes(window.studio.settings.job_folder(job.id), (change,))

    assert told not in shown[window.parts.panel.progress]
    failed = replace(job, status=JobStatus.FAILED, error=JobError("crashed", "It broke.", "Mend it."))
    for seen in (job, failed):
        assert told in window.handlers.shows_job(seen)[window.parts.panel.progress]
    assert window.studio.jobs.facts(job)["changes"] == [told]
