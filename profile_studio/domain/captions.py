"""Rules about captions: editing many at once, trigger words, and what a set of captions says of its pictures."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from profile_studio.domain.counting import counted
from profile_studio.domain.starter_words import HAIR_COLOURS


class CaptionEdit(StrEnum):
    """A change of many captions at once."""

    REPLACE = "replace"
    PREFIX = "prefix"
    SUFFIX = "suffix"


COMMON_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "and",
        "with",
        "of",
        "in",
        "on",
        "portrait",
        "photo",
        "picture",
        "person",
        "man",
        "woman",
        "girl",
        "boy",
        "face",
        "style",
        "art",
        "painting",
        "drawing",
        "dog",
        "cat",
        "house",
        "car",
        "red",
        "blue",
        "green",
        "yellow",
        "black",
        "white",
        "hair",
        "eyes",
        "smile",
        "light",
        "background",
        "shirt",
        "hat",
        "pixel",
        "anime",
        "cartoon",
        "sketch",
        "landscape",
        "club",
        "team",
        "friend",
        "family",
        "summer",
        "winter",
        "beach",
        "city",
        "night",
        "day",
        "love",
        "happy",
    ]
)
"""Words that every base model has a meaning for already."""

_UNCHANGING = re.compile(
    r"\b(?:(?:round|oval|square|long|narrow) face|(?:blue|brown|green|hazel|gray|grey) eyes|(?:big|small|straight) nose"
    r"|(?:thin|full) lips|freckles|dimples|cheekbones|jawline|years old)\b",
    re.IGNORECASE,
)


def edited(captions: Mapping[str, str], edit: CaptionEdit, words: str, replacement: str = "") -> dict[str, str]:
    """Every caption after the change; `replacement` is what `words` are replaced by."""
    if edit is CaptionEdit.REPLACE:
        return replace_in(captions, words, replacement)
    words = tidy(words)
    return with_prefix(captions, words) if edit is CaptionEdit.PREFIX else with_suffix(captions, words)


def replace_in(captions: Mapping[str, str], find: str, replacement: str) -> dict[str, str]:
    """Every caption with each occurrence of a text replaced; parts that became empty vanish with their comma."""
    return {key: tidy(text.replace(find, replacement)) for key, text in captions.items()} if find else dict(captions)


def with_prefix(captions: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Every caption with these words in front, once."""
    return {
        key: text if text == prefix or text.startswith(f"{prefix}, ") else tidy(f"{prefix}, {text}")
        for key, text in captions.items()
    }


def with_suffix(captions: Mapping[str, str], suffix: str) -> dict[str, str]:
    """Every caption with these words at its end, once."""
    return {
        key: text if text == suffix or text.endswith(f", {suffix}") else tidy(f"{text}, {suffix}")
        for key, text in captions.items()
    }


def tidy(text: str) -> str:
    """Parts between commas without the empty ones."""
    return ", ".join(part for part in (" ".join(part.split()) for part in text.split(",")) if part)


def tag_frequencies(captions: Sequence[str]) -> dict[str, int]:
    """How many captions hold each part between commas; the commonest first."""
    counts = Counter(part for text in captions for part in {part.strip() for part in text.split(",")} if part)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def trigger_word_advice(word: str, taken: Mapping[str, str]) -> list[str]:
    """What speaks against a trigger word, in sentences.

    Args:
        taken: trigger words of other LoRAs, with the LoRA's name.
    """
    advice: list[str] = []
    plain = word.lower()
    if plain in COMMON_WORDS or plain in HAIR_COLOURS:
        advice.append(f"\u201c{word}\u201d already means something to every base model; a made-up word learns cleaner.")
    elif 0 < len(plain) < 3:
        advice.append(f"\u201c{word}\u201d is very short and may be part of other words; take four letters or more.")
    if plain in taken:
        advice.append(f"\u201c{word}\u201d already calls up the LoRA {taken[plain]}; both would answer in a blend.")
    return advice


def caption_advice(captions: Sequence[str], is_face: bool, trigger_word: str) -> list[str]:
    """What captions say that the trigger word should stand for instead, in sentences."""
    written = [text for text in captions if text]
    if not written:
        return []
    if is_face:
        unchanging = Counter(match.lower() for text in written for match in _UNCHANGING.findall(text))
        return [
            f"\u201c{words}\u201d ({counted(count, 'caption')}) never changes in this face: leave it out, and describe hair, "
            "expression, light and angle instead."
            for words, count in unchanging.most_common(3)
        ]
    everywhere = [
        tag
        for tag, count in tag_frequencies(written).items()
        if count == len(written) >= 4 and tag.lower() != trigger_word.lower()
    ]
    return [
        f"Every caption says \u201c{tag}\u201d: what is the same everywhere is what the trigger word learns, "
        "so it can be left out."
        for tag in everywhere[:3]
    ]
