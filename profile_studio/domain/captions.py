"""Rules about captions: editing many at once, trigger words, and what a set of captions says of its pictures."""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from enum import StrEnum

from profile_studio.domain.counting import counted
from profile_studio.domain.sentences import Sentence


class CaptionEdit(StrEnum):
    """A change of many captions at once."""

    REPLACE = "replace"
    PREFIX = "prefix"
    SUFFIX = "suffix"


TRIGGER_PLACEHOLDER = "[trigger]"
"""Stands for the trigger word in captions that fit any, as ai-toolkit writes it."""
MAXIMUM_CAPTION_CHARACTERS = 2000

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
    r"\b(?:(?:round|oval|square|long|narrow|wide|heart-shaped) face|(?:blue|brown|green|hazel|gray|grey|dark) eyes"
    r"|(?:big|small|straight|wide|thin) nose|(?:thin|full) lips|(?:thick|thin|bushy) eyebrows|(?:strong|square) jaw"
    r"|(?:light|pale|fair|tan|tanned|olive|brown|dark|black) skin|freckles|dimples|birthmark|cheekbones|jawline"
    r"|\d+ years old)\b",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"\b(?:(?!this\b|the\b|hair\b)[a-z-]+ style|pixel art|voxel art|line art|digital art|paper cutouts?"
    r"|water ?colou?r(?: painting)?|(?:oil|acrylic) painting|(?:pencil|ink|charcoal) drawing|3d render|low poly|anime"
    r"|cartoon|comic|illustration|sketch|painting|drawing)\b",
    re.IGNORECASE,
)
"""How a picture is made, in words that a style's trigger word should stand for."""

_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<=\s)[A-Z][a-z]{2,}\b(?![-'\u2019])")
"""Inside a sentence, where English writes only names so."""

_NOTABLE_SHARE = 0.5
"""Of all captions: what half of them say is a habit and no accident."""


def clean_caption(text: str) -> str:
    """The words of a text with single blanks between them, without what no file can hold: controls, half an emoji."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    odd = {letter for letter in set(text) if unicodedata.category(letter) in ("Cc", "Cs") and not letter.isspace()}
    return " ".join(text.translate(dict.fromkeys(map(ord, {*odd, "\ufeff"}))).split())


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


def trigger_word_advice(word: str, taken: Mapping[str, str], known: Container[str]) -> list[Sentence]:
    """What speaks against a trigger word, in sentences.

    Args:
        taken: trigger words of other LoRAs, with the LoRA's name.
        known: words that a base model on this disk has a token of its own for, in small letters.
    """
    advice: list[Sentence] = []
    plain = word.lower()
    if plain in COMMON_WORDS or plain in known:
        advice.append(
            Sentence(
                "\u201c{word}\u201d already means something to a base model; a made-up word learns cleaner.", word=word
            )
        )
    elif 0 < len(plain) < 3:
        advice.append(
            Sentence(
                "\u201c{word}\u201d is very short and may be part of other words; take four letters or more.", word=word
            )
        )
    if plain in taken:
        advice.append(
            Sentence(
                "\u201c{word}\u201d already calls up the LoRA {name}; both would answer in a blend.",
                word=word,
                name=taken[plain],
            )
        )
    return advice


def caption_advice(captions: Sequence[str], is_face: bool, trigger_word: str, set_name: str = "") -> list[Sentence]:
    """What captions say that the trigger word should stand for instead, in sentences.

    Args:
        set_name: of a face set it may be the person's name.
    """
    written = [text for text in captions if text]
    if not written:
        return []
    return _face_caption_advice(written, trigger_word, set_name) if is_face else _style_advice(written, trigger_word)


def _face_caption_advice(written: Sequence[str], trigger_word: str, set_name: str) -> list[Sentence]:
    unchanging = _counted(_UNCHANGING, written)
    return [
        Sentence(
            "\u201c{name}\u201d ({captions}) names the person, which is what the trigger word is for: leave it out, "
            "and describe hair, expression, light and angle instead.",
            name=name,
            captions=counted(count, "caption"),
        )
        for name, count in names_of_person(written, trigger_word, set_name).items()
    ] + [
        Sentence(
            "\u201c{words}\u201d ({captions}) never changes in this face: leave it out, and describe hair, expression, "
            "light and angle instead.",
            words=words,
            captions=counted(count, "caption"),
        )
        for words, count in unchanging.most_common(3)
    ]


def _style_advice(written: Sequence[str], trigger_word: str) -> list[Sentence]:
    trigger = trigger_word.lower()
    looks = {
        words: count
        for words, count in _counted(_LOOK, written).most_common(3)
        if count >= _NOTABLE_SHARE * len(written) and count > 1 and words not in trigger
    }
    everywhere = [
        tag
        for tag, count in tag_frequencies(written).items()
        if count == len(written) >= 4 and tag.lower() not in (trigger, TRIGGER_PLACEHOLDER) and not _LOOK.search(tag)
    ]
    return [
        Sentence(
            "\u201c{words}\u201d ({captions}) is how the pictures look, which the trigger word should learn: leave it "
            "out, and describe what is in the picture.",
            words=words,
            captions=counted(count, "caption"),
        )
        for words, count in looks.items()
    ] + [
        Sentence(
            "Every caption says \u201c{tag}\u201d: what is the same everywhere is what the trigger word learns, so it can be "
            "left out.",
            tag=tag,
        )
        for tag in everywhere[:3]
    ]


def names_of_person(written: Sequence[str], trigger_word: str, set_name: str) -> dict[str, int]:
    """Words that seem to be the person's name, with the number of captions that hold each.

    They are words of the set's own name, and words that half of the captions write with a capital inside a sentence.
    """
    trigger = trigger_word.lower()
    own = {part for part in set_name.split("-") if len(part) > 2 and part not in COMMON_WORDS and part != trigger}
    counts: Counter[str] = Counter()
    for text in written:
        names = {name for name in _CAPITALISED.findall(text) if name.lower() != trigger}
        names |= {word for word in re.findall(r"[^\W\d_]+", text) if word.lower() in own}
        counts.update({name.capitalize() for name in names})
    needed = max(2, _NOTABLE_SHARE * len(written))
    return {name: count for name, count in counts.most_common(2) if count >= needed or name.lower() in own}


def _counted(words: re.Pattern[str], captions: Sequence[str]) -> Counter[str]:
    """How many captions hold each match, in small letters."""
    return Counter(match for text in captions for match in {found.lower() for found in words.findall(text)})
