"""Under a prompt: how it is read, where that is not as it was typed."""

from collections.abc import Sequence

from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.prompts import Joined, ReadPrompt
from profile_studio.domain.sentences import Sentence
from profile_studio.ui.components.markup import escape
from profile_studio.ui.texts import Texts

_BETWEEN = {Joined.CHAINED: " \u2192 ", Joined.MIXED: " + ", Joined.ADDED: " + "}


def reading_html(typed: str, read: ReadPrompt, notes: Sequence[Sentence], texts: Texts) -> str:
    """Nothing where the prompt is read letter by letter and nothing else is to be said."""
    told = [escape(texts.common.sentences.of(note)) for note in notes]
    if str(read) != typed.strip():
        told.insert(0, f"{escape(texts.blend.read_as)}: {_words(read)}")
    return f'<p class="quiet reading">{"<br>".join(told)}</p>' if told else ""


def unreadable_html(error: ProfileStudioError, texts: Texts) -> str:
    """Why a prompt cannot be read, quietly: a person may be in the middle of it."""
    return f'<p class="quiet reading">{escape(texts.common.sentences.of(error.message))}</p>'


def _words(read: ReadPrompt) -> str:
    clauses = [
        "".join(
            escape(words.text) if words.weight == 1 else f"<b>{escape(words.text)}</b>\u00a0\u00d7{words.weight:.3g}"
            for words in clause
        )
        for clause in read.clauses
    ]
    if read.weights == (1.0,):
        return clauses[0]
    return _BETWEEN[read.joined].join(
        f"{clause} (\u00d7{weight:.3g})" for clause, weight in zip(clauses, read.weights, strict=True)
    )
