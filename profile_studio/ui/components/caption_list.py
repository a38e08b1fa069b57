"""Captions beside small pictures, each in a field that is saved when it is left."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from profile_studio.domain.captions import MAXIMUM_CAPTION_CHARACTERS
from profile_studio.ui.components.markup import escape

# A field's `defaultValue` is what is saved, its `value` what is typed. While the Korean keyboard composes a letter,
# Enter and Escape are for the keyboard.
_EDIT = r"""
let typed = null;
const fields = () => [...element.querySelectorAll('textarea')];
const save = (field) => {
  field.value = field.value.trim().split(/\s+/).join(' ');
  if (field.value === field.defaultValue) return;
  field.defaultValue = field.value;
  window.savesUnderway = (window.savesUnderway ?? 0) + 1;
  trigger('input', {picture_id: field.dataset.id, caption: field.value});
};
element.addEventListener('input', ({target}) => { typed = {id: target.dataset.id, text: target.value}; });
element.addEventListener('focusout', ({target}) => { typed = null; save(target); });
element.addEventListener('keydown', (event) => {
  const field = event.target;
  if (event.isComposing) return;
  if (event.key === 'Escape') { typed = null; field.value = field.defaultValue; }
  if (event.key !== 'Enter') return;
  event.preventDefault();
  const next = fields()[fields().indexOf(field) + 1];
  if (next) next.focus(); else save(field);
});
watch('value', () => {
  for (const field of fields()) field.value = typed?.id === field.dataset.id ? typed.text : field.defaultValue;
});
"""

SAVE_BEGINS = "(...values) => { window.savesUnderway = (window.savesUnderway ?? 0) + 1; return values; }"
SAVE_ENDS = "() => { window.savesUnderway--; }"
AFTER_SAVES = """async (...values) => {
  const latest = Date.now() + 10000;
  while (window.savesUnderway > 0 && Date.now() < latest) await new Promise((next) => setTimeout(next, 20));
  return values;
}"""
"""Runs in the browser before an undo is sent: leaving a field and pressing Undo are one movement, but two requests, which
may overtake each other."""

_showings = itertools.count()


@dataclass(frozen=True)
class CaptionField:
    """One picture and its caption. `source` is a data address: nothing of it stays in a cache."""

    picture_id: str
    source: str
    label: str
    caption: str


def caption_list(**options: Any) -> gr.HTML:
    """An empty place for captions. Its `input` event carries the `picture_id` and the `caption` of a changed one."""
    return gr.HTML(js_on_load=_EDIT, apply_default_css=False, elem_classes="caption-list", **options)


def caption_list_html(fields: Iterable[CaptionField], label: str, *, is_editable: bool) -> str:
    # Gradio changes the page only where this differs from what it sent last, and knows nothing of what was typed since:
    # with another number each time it looks at every field.
    items = "".join(_field(field, is_editable) for field in fields)
    return (
        f'<div class="fields" role="group" aria-label="{escape(label)}" data-showing="{next(_showings)}">{items}</div>'
    )


def _field(field: CaptionField, is_editable: bool) -> str:
    field_id = f"caption-{escape(field.picture_id)}"
    return (
        f'<div class="field"><img src="{field.source}" alt="">'
        f'<label for="{field_id}">{escape(field.label)}</label>'
        f'<textarea id="{field_id}" data-id="{escape(field.picture_id)}" rows="3" '
        f'maxlength="{MAXIMUM_CAPTION_CHARACTERS}"{"" if is_editable else " readonly"}>{escape(field.caption)}</textarea></div>'
    )
