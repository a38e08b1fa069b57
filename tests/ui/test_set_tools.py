"""What is shown of a set's captioning, and what may be done with it."""

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.arrangement import Arrangement
from profile_studio.domain.jobs import JobError, JobKind, JobStatus
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.app import build

FULL = JobError("disk_full", "The disk is full.", "Make room.")


class Captioning:
    """A set whose captioning is with an attempt, and the listeners of the English page."""

    def __init__(self, settings: Settings, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]) -> None:
        studio = Studio.open(settings)
        studio.datasets.import_example("pixel-art")
        self.jobs = JobRepository(Database(settings.resolved_database_url))
        self.job = self.jobs.create(JobKind.CAPTION, {"dataset": "pixel-art"}, steps=10, now=1.0)
        self.jobs.claim(self.job.id, now=2.0)
        page = in_a_loop(lambda: build(studio))
        self._parts = {block.elem_id: block for block in page.blocks.values() if block.page == ""}
        fns = [each.fn for each in page.fns.values() if each.page == "" and each.fn is not None]
        self._listeners = {each.__qualname__: each for each in fns}

    def call(self, name: str, *values: object) -> dict[Any, Any]:
        return self._listeners[f"wire_tools.<locals>.{name}"](*values)

    def visible(self, elem_id: str) -> bool:
        """Whether a part shows after a look."""
        return self.call("looks", "pixel-art", None, Arrangement(), None)[self._parts[elem_id]]["visible"]


@pytest.fixture
def captioning(settings: Settings, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]) -> Captioning:
    return Captioning(settings, in_a_loop)


def test_a_captioning_that_a_full_disk_paused_goes_on_at_a_click(captioning: Captioning) -> None:
    assert (captioning.visible("resume-captions"), captioning.visible("stop-captions")) == (False, True)
    captioning.jobs.pause_by_fault(captioning.job.id, 1, FULL)
    assert (captioning.visible("resume-captions"), captioning.visible("stop-captions")) == (True, True)

    captioning.call("resumes", "pixel-art")

    assert captioning.jobs.get(captioning.job.id).status is JobStatus.QUEUED
    assert not captioning.visible("resume-captions")
