"""Trigger words: what may be one, and how prompts hold them: put in front, found, and said in ordinary words."""

import re
from collections.abc import Mapping

from profile_studio.domain.captions import TRIGGER_PLACEHOLDER, tidy
from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.names import MOST_CHARACTERS, shown, suggest_name

# What prompts, captions and the names of folders give a meaning of their own.
_FORBIDDEN = r"""\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff,()\[\]{}<>+/\\:*?"|"""
_NOT_IN_A_WORD = re.compile(rf"[{_FORBIDDEN}]+")
_NOT_IN_A_PROMPT = re.compile(r"""[\x00-\x1f\x7f-\x9f\ud800-\udfff()\[\]{}<>+\\"]+""")
LONGEST_OF_HEADER = 200  # foreign headers hold whole texts there
_PLACEHOLDER = re.compile(re.escape(TRIGGER_PLACEHOLDER), re.IGNORECASE)


def check_trigger_word(word: str) -> str:
    """Returns the word, tidied, if it may call up what is learned; an empty one is none.

    Raises:
        InvalidPrompt: it is not one word of at most 64 characters with a letter or a digit, or means something to a prompt
            or to a file system.
    """
    word = word.strip()
    if not _is_usable(word) or re.search(r"\s", word):
        raise InvalidPrompt(
            "{word!r} cannot be a trigger word.",
            "Use one made-up word of at most {most} characters without spaces, commas, brackets, slashes or +.",
            word=shown(word),
            most=MOST_CHARACTERS,
        )
    return word


def check_class_word(word: str) -> str:
    """Returns the ordinary word for what is learned, tidied; it may be of several words, and an empty one is none.

    Raises:
        InvalidPrompt: as `check_trigger_word`.
    """
    word = " ".join(word.split())
    if not _is_usable(word):
        raise InvalidPrompt(
            "{word!r} cannot be a class word.",
            'Use the ordinary word for what is shown, such as "person", of at most {most} characters without commas, brackets, '
            "slashes or +.",
            word=shown(word),
            most=MOST_CHARACTERS,
        )
    return word


def suggest_trigger_word(name: str) -> str:
    """One made-up word for a set: "My club" becomes "myclub"."""
    return suggest_name(name).replace("-", "")


def word_of_header(text: str) -> str:
    """What a LoRA's file says it is called up by, cut, and without what a prompt would read as more than words."""
    return " ".join(_NOT_IN_A_PROMPT.sub(" ", text).split())[:LONGEST_OF_HEADER].rstrip("- ")


def as_folder(words: str) -> str:
    """Words as a part of a folder's name, also those that were stored before there were rules for them."""
    return _NOT_IN_A_WORD.sub("-", words)[: 2 * MOST_CHARACTERS + 1]


def _is_usable(word: str) -> bool:
    if len(word) > MOST_CHARACTERS or word.endswith("-") or _NOT_IN_A_WORD.search(word):
        return False
    return not word or re.search(r"[^\W_]", word) is not None


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
