"""Trigger words in prompts: put in front of them, found in them, and said in ordinary words."""

import re
from collections.abc import Mapping

from profile_studio.domain.captions import TRIGGER_PLACEHOLDER, tidy

_PLACEHOLDER = re.compile(re.escape(TRIGGER_PLACEHOLDER), re.IGNORECASE)


def prompt_with_trigger(trigger_word: str, caption: str) -> str:
    """The text a picture is trained with: it says the trigger word where the caption says it, else in front, once."""
    if _PLACEHOLDER.search(caption):
        filled = _PLACEHOLDER.sub(lambda _: trigger_word, caption)
        caption = filled if trigger_word else tidy(filled)
    if not trigger_word or says_trigger(caption, trigger_word):
        return caption
    return f"{trigger_word}, {caption}" if caption else trigger_word


def says_trigger(prompt: str, trigger_word: str) -> bool:
    """Whether a person wrote the trigger word into the prompt, as a word of its own."""
    return bool(trigger_word) and re.search(_as_a_word(trigger_word), prompt, re.IGNORECASE) is not None


def in_ordinary_words(prompt: str, class_words: Mapping[str, str]) -> str:
    """The same wish to a model that never learned the trigger words.

    Args:
        class_words: trigger word to the ordinary word that stands for it; an empty one lets the trigger word vanish.

    Returns:
        The prompt, unchanged where nothing else would be left of it.
    """
    plain = prompt
    for trigger_word, class_word in class_words.items():
        if says_trigger(plain, trigger_word):
            plain = _without_trigger(plain, trigger_word, class_word)
    return plain or prompt


def _without_trigger(prompt: str, trigger_word: str, class_word: str) -> str:
    word = _as_a_word(trigger_word)
    if class_word:  # "sks person" asks for one person
        pattern = rf"{word}(?:\s+{_as_a_word(class_word)})?"
        return re.sub(pattern, lambda _: class_word, prompt, flags=re.IGNORECASE)
    # With its weight, which would have no word to lean on.
    return tidy(re.sub(rf"\(\s*{word}\s*\)[\d.]*|{word}[+-]*", "", prompt, flags=re.IGNORECASE))


def _as_a_word(text: str) -> str:
    return rf"(?<!\w)(?<!\w-){re.escape(text)}(?!\w)(?!-\w)"
