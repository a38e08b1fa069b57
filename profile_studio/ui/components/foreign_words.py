"""Beside a prompt that the base model cannot read: which of its words come close, each a button that puts it in."""

from typing import Any

import gradio as gr

from profile_studio.domain.korean_words import foreign_words
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.picture_grid import choice_of_pictures
from profile_studio.ui.texts import BlendTexts


def foreign_words_area(**options: Any) -> gr.HTML:
    """An empty place. Its `select` event carries what is written in the prompt as `value`."""
    return choice_of_pictures(**options)


def foreign_words_html(prompt: str, texts: BlendTexts) -> str:
    """Nothing where all words are in Latin letters."""
    found = foreign_words(prompt)
    if not found.known and not found.unknown:
        return ""
    known = f" {escape(texts.foreign_known)}" if found.known else ""
    buttons = "".join(
        f'<button type="button" data-id="{escape(written)}">{escape(written)} \u2192 <b lang="en">{escape(english)}</b></button>'
        for written, english in found.known
    )
    unknown = escape(texts.foreign_unknown.format(words=", ".join(found.unknown))) if found.unknown else ""
    return (
        f'<div class="notice" role="status"><p><b>{escape(texts.foreign)}</b>{known}</p>'
        f"{f'<p class=suggestions>{buttons}</p>' if buttons else ''}{f'<p>{unknown}</p>' if unknown else ''}</div>"
    )
