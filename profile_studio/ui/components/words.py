"""The words the base model knows, as choices that change the prompt; and the weight of each word."""

import re
from collections.abc import Sequence

from profile_studio.domain.prompts import keeps_its_signs
from profile_studio.domain.starter_words import (
    BACKGROUNDS,
    FACIAL_HAIR,
    GLASSES,
    HAIR_COLOURS,
    HAIR_WORDS,
    MOODS,
    SHIRT_COLOURS,
    SKIN_TONES,
    STYLES,
)

WORD_GROUPS: dict[str, dict[str, str]] = {
    "look": {word: f"{word} style" for word in STYLES.values()},
    "hair": {word.removesuffix(" hair"): word for word in HAIR_WORDS},
    "hair_colour": {colour: f"{colour} hair" for colour in HAIR_COLOURS},
    "shirt": {colour: f"{colour} shirt" for colour in SHIRT_COLOURS},
    "background": {colour: f"{colour} background" for colour in BACKGROUNDS},
    "mood": {word: word for word in MOODS},
    "glasses": {word: word for word in GLASSES},
    "beard": {word: word for word in FACIAL_HAIR},
    "skin": {word.removesuffix(" skin"): word for word in SKIN_TONES},
}
"""Group to what the page calls a choice to what the prompt says."""

_SEPARATOR = re.compile(r"\s*,\s*")


def phrases(prompt: str) -> list[str]:
    return [part for part in _SEPARATOR.split(prompt.strip()) if part]


def chosen_word(prompt: str, group: str) -> str | None:
    """The choice of this group that the prompt names, if any."""
    hair, colour = _hair_in(prompt)
    if group == "hair":
        return hair
    if group == "hair_colour":
        return colour
    plain = {_without_signs(phrase) for phrase in phrases(prompt)}
    return next((choice for choice, phrase in WORD_GROUPS[group].items() if phrase in plain), None)


def choose_word(prompt: str, group: str, choice: str | None) -> str:
    """The prompt with this group's phrase replaced, added, or (None) taken out.

    >>> choose_word("portrait, blue background", "background", "red")
    'portrait, red background'
    """
    if group in ("hair", "hair_colour"):
        hair, colour = _hair_in(prompt)
        return _replace_hair(prompt, choice if group == "hair" else hair, choice if group == "hair_colour" else colour)
    known = set(WORD_GROUPS[group].values())
    return _put(prompt, known, WORD_GROUPS[group][choice] if choice else None)


def prompt_words(prompt: str) -> list[str]:
    """The prompt's different words in order, without their weight signs."""
    return list(dict.fromkeys(re.findall(r"\w+(?:[-']\w+)*", prompt)))


def weighted_words(prompt: str) -> list[tuple[str, str]]:
    """(what the page shows, the word) for each word: "hair ++" for `hair++`."""
    return [
        (f"{word} {signs}".strip(), word)
        for word in prompt_words(prompt)
        if not keeps_its_signs(word)
        for signs in [_signs_of(prompt, word)]
    ]


def _signs_of(prompt: str, word: str) -> str:
    match = re.search(rf"(?<!\w){re.escape(word)}(\++|-+(?!\w))", prompt)
    return match.group(1).replace("-", "\u2212") if match else ""


def _without_signs(phrase: str) -> str:
    return " ".join(re.sub(r"[+-]+$", "", word) for word in phrase.split())


def _put(prompt: str, known: set[str], phrase: str | None) -> str:
    parts: list[str] = []
    is_placed = phrase is None
    for part in phrases(prompt):
        if _without_signs(part) not in known:
            parts.append(part)
        elif not is_placed and phrase:
            parts.append(phrase)
            is_placed = True
    if not is_placed and phrase:
        parts.append(phrase)
    return ", ".join(parts)


def _hair_phrase(hair: str | None, colour: str | None) -> str | None:
    if hair is None:
        return f"{colour} hair" if colour else None
    word = WORD_GROUPS["hair"][hair]
    if colour is None or hair in ("bald", "hat", "headscarf"):
        return word
    return f"{hair} {colour} hair" if word.endswith(" hair") else f"{colour} {word}"


def _hair_phrases() -> dict[str, tuple[str | None, str | None]]:
    hairs: Sequence[str | None] = [None, *WORD_GROUPS["hair"]]
    colours: Sequence[str | None] = [None, *WORD_GROUPS["hair_colour"]]
    return {phrase: (hair, colour) for colour in colours for hair in hairs if (phrase := _hair_phrase(hair, colour))}


_HAIR_PHRASES = {**_hair_phrases(), **{word: (hair, None) for hair, word in WORD_GROUPS["hair"].items()}}


def _hair_in(prompt: str) -> tuple[str | None, str | None]:
    return next((_HAIR_PHRASES[p] for p in map(_without_signs, phrases(prompt)) if p in _HAIR_PHRASES), (None, None))


def _replace_hair(prompt: str, hair: str | None, colour: str | None) -> str:
    return _put(prompt, set(_HAIR_PHRASES), _hair_phrase(hair, colour))
