"""Small pictures to choose from; each is a button, so keys and thumbs work."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.ui.components.markup import escape

_CHOOSE = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-id]');
  if (!button) return;
  for (const each of element.querySelectorAll('button[data-id]')) each.ariaPressed = String(each === button);
  trigger('select', {value: button.dataset.id});
});
"""


@dataclass(frozen=True)
class GridPicture:
    """One choice. `source` is a data address: nothing of it stays in a cache."""

    picture_id: str
    source: str
    label: str
    badge: str = ""


def choice_of_pictures(**options: Any) -> gr.HTML:
    """An empty place for buttons with a `data-id`. Its `select` event carries the chosen one's id as `value`."""
    return gr.HTML(js_on_load=_CHOOSE, **options)


def picture_grid(label: str, **options: Any) -> gr.HTML:
    """An empty grid of pictures; see `choice_of_pictures`."""
    return choice_of_pictures(label=label, elem_classes="picture-grid", **options)


def grid_html(pictures: Iterable[GridPicture], chosen_id: str | None, label: str) -> str:
    buttons = "".join(_button(picture, picture.picture_id == chosen_id) for picture in pictures)
    return f'<div class="grid" role="group" aria-label="{escape(label)}">{buttons}</div>'


def _button(picture: GridPicture, is_chosen: bool) -> str:
    badge = f'<span class="badge">{escape(picture.badge)}</span>' if picture.badge else ""
    return (
        f'<button type="button" data-id="{escape(picture.picture_id)}" aria-pressed="{str(is_chosen).lower()}" '
        f'title="{escape(picture.label)}"><img src="{picture.source}" alt="{escape(picture.label)}">'
        f"{badge}</button>"
    )
