"""What every tab is given."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import gradio as gr

from profile_studio.domain.training import AdapterKind
from profile_studio.services.studio import Studio
from profile_studio.ui.texts import Texts

PICTURES, TRAIN, BLEND, COMPARE = "pictures", "train", "blend", "compare"
GALLERY, STORAGE = "gallery", "storage"

OPEN_REMEMBERED_TAB = """() => {
  const name = new URL(window.location).searchParams.get('tab');
  window.studioIsOpen = true;
  const tab = [...document.querySelectorAll('[role=tab]')].find((each) => each.dataset.tabId === name);
  if (tab) tab.click();
}"""
REMEMBER_TAB = """() => {
  if (!window.studioIsOpen) return;
  const url = new URL(window.location);
  url.searchParams.set('tab', '%s');
  window.history.replaceState(null, '', url);
}"""
"""Keeps the open tab in the address: a reload comes back to it, and a bookmark opens it."""

KEEP_TYPED = "(now, opened) => (opened && now === %s ? opened : now)"
"""The prompt that the page opens with takes the place of its first one, not of what a person typed meanwhile."""

LOOK_UP = "() => { window.scrollTo({ top: 0 }) }"
"""Progress and errors are told at the top of a tab, which on a phone is out of sight where its buttons are."""

KEEP_SLIDERS_IN_BOUNDS = """{
  const isOfASlider = (field) => field.matches('input[type=number][min][max]');
  const isTooLow = (field) => field.value === '' || Number(field.value) < Number(field.min);
  document.addEventListener('input', (event) => {
    const field = event.target;
    if (!isOfASlider(field)) return;
    if (isTooLow(field)) event.stopImmediatePropagation();
    else if (Number(field.value) > Number(field.max)) field.value = field.max;
  }, true);
  document.addEventListener('change', (event) => {
    const field = event.target;
    if (!isOfASlider(field) || !isTooLow(field)) return;
    field.value = field.min;
    field.dispatchEvent(new Event('input', {bubbles: true}));
  }, true);
}"""
"""Makes a number typed beside a slider the nearest allowed one before Gradio hears of it.

Gradio 6.31 would send it as it is and answer with an error in English. Nothing yet, or too little, may be the beginning
of a number: it is corrected only when the person is done with it.
"""

POLL_INTERVAL_S = 1.5

_ASK_FOR_NEWS = """async (...known) => {
  if (window.studioAsks) return known;
  const isOpen = (tab) => [...document.querySelectorAll('[role=tab][aria-selected=true]')].some((each) => each.dataset.tabId === tab);
  window.studioAsks = true;
  try {
    const answer = await fetch(`${window.gradio_config.root}/news/LANGUAGE`);
    if (!answer.ok) return known;
    return (await answer.json()).map((told, at) => (TABS[at] && !isOpen(TABS[at]) ? known[at] : told));
  } catch {
    return known;
  } finally {
    window.studioAsks = false;
  }
}"""

QUIET: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": [], "api_visibility": "private"}
"""How quick listeners are wired: their answer is their own progress.

No component is told that one runs: in Gradio 6.31 a component that is hidden by the very answer it waits for goes on
counting the time, 60 times a second, until the page is closed.
"""

POLLING: dict[str, Any] = {**QUIET, "concurrency_limit": None}
"""How listeners are wired that only look at rows: no veil over the page, no waiting for each other."""


class Part(StrEnum):
    """What of the news a window looks at, in the order in which `ui/news.py` tells them."""

    TRAININGS = "trainings"
    COMPARISONS = "comparisons"
    CAPTIONINGS = "captionings"
    IMPORTS = "imports"
    FETCHES = "fetches"


_TABS = {Part.TRAININGS: TRAIN, Part.COMPARISONS: COMPARE, Part.CAPTIONINGS: PICTURES}
"""Where a part is shown; elsewhere it is no news before that tab opens."""


def ask_for_news(language: str) -> str:
    """What asks `ui/news.py` and hands on what it says; without an answer all stays as it is.

    One question at a time: a browser has six connections for one studio.
    """
    tabs = json.dumps([_TABS.get(part) for part in Part])
    return _ASK_FOR_NEWS.replace("LANGUAGE", language).replace("TABS", tabs)


@dataclass(frozen=True)
class CarriedPicture:
    """A picture whose recipe goes from Gallery to Blend."""

    picture_id: str
    is_made_again: bool  # with its seed, and at once; otherwise the recipe is a start for new faces


@dataclass(frozen=True)
class Page:
    """The studio behind the page, its words, and what all tabs share."""

    studio: Studio
    texts: Texts
    tabs: gr.Tabs
    base: gr.Dropdown
    carried_dataset: gr.State  # the set a person came with from Pictures, until Train has taken it
    carried_adapter: gr.State  # the LoRA a person came with from Train, until Blend has taken it
    carried_picture: gr.State  # the `CarriedPicture` a person came with from Gallery, until Blend has taken it
    news: Mapping[Part, gr.Textbox]  # the version a window was told last; emptied, it looks once more

    @property
    def is_demo(self) -> bool:
        """Whether strangers share the studio, so that nothing of it may be changed here."""
        return self.studio.settings.is_demo

    def adapter_choices(self, base: str, kind: AdapterKind | None = None) -> list[str]:
        """Names of the LoRAs made for this base, for a dropdown."""
        return [adapter.name for adapter in self.studio.adapters.list(base) if kind in (None, adapter.kind)]
