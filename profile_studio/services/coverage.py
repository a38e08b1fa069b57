"""What a data set lacks, in plain words. Counts come from captions and measures; nothing is guessed from faces."""

import re
from collections import Counter
from collections.abc import Container, Sequence

from profile_studio.domain.captions import caption_advice, trigger_word_advice
from profile_studio.domain.counting import counted
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.sentences import Sentence

FEW, GOOD = 8, 10
_ALIKE_SHARE = 0.9
_GROUPS: tuple[tuple[Sentence, tuple[str, ...]], ...] = (
    (
        Sentence("No caption says otherwise, so all pictures seem to look straight ahead: add two from the side."),
        (
            "profile",
            "from the side",
            "side view",
            "sideways",
            "three-quarter",
            "looking away",
            "turned",
            "from above",
            "from below",
        ),
    ),
    (
        Sentence(
            "No caption says otherwise, so all pictures seem to have the same light: add one outdoors and one in the evening."
        ),
        ("outdoors", "outside", "sunlight", "sunny", "night", "evening", "shadow", "backlit", "candle", "neon"),
    ),
)
_PEOPLE = re.compile(r"\b(?:person|people|someone|wom[ae]n|m[ae]n|girls?|boys?|child|children|portrait)\b")
_SKIN = {
    "light skin": re.compile(r"\b(?:light|pale|fair|white) skin\b"),
    "tan skin": re.compile(r"\b(?:tan|tanned|olive) skin\b"),
    "brown skin": re.compile(r"\bbrown skin\b"),
    "dark skin": re.compile(r"\b(?:dark|black) skin\b"),
}
_AGES = {
    "child": re.compile(r"\b(?:child|children|kids?|bab(?:y|ies)|toddlers?)\b"),
    "young": re.compile(r"\b(?:young|teen\w*)\b"),
    "old": re.compile(r"\b(?:old(?:er)? (?:m[ae]n|wom[ae]n|person|people|lady)|elderly|middle-aged|senior)\b"),
}
_GENDERS = {
    "woman": re.compile(r"\b(?:wom[ae]n|girls?|lady|ladies|female)\b"),
    "man": re.compile(r"\b(?:m[ae]n|boys?|guys?|gentlem[ae]n|male)\b"),
}
_FEWEST_NAMED = 4
_EXPRESSIONS = ("smil", "laugh", "sad", "angry", "surprised", "calm", "serious", "happy")
_BACKGROUND = "background"
_DARK, _BRIGHT = 70.0, 185.0


def coverage_advice(
    dataset: Dataset, is_face: bool, taken_trigger_words: dict[str, str], known_words: Container[str]
) -> list[Sentence]:
    """Sentences, the most important first; none if nothing is to be said.

    Args:
        taken_trigger_words: those of other LoRAs, with the LoRA's name.
        known_words: words that a base model on this disk has a token of its own for.
    """
    images = dataset.training_images
    captions = [image.caption for image in images if image.caption]
    advice = [*_count_advice(len(images)), *_light_advice(images)]
    if captions:
        advice += _variety_advice(captions, len(images), is_face)
    elif is_face:
        advice.append(
            Sentence("No picture has a caption, so the LoRA cannot tell the person from clothes and background.")
        )
    if dataset.trigger_word:
        advice += trigger_word_advice(dataset.trigger_word, taken_trigger_words, known_words)
    else:
        advice.append(Sentence("There is no trigger word; without one the look cannot be called up by name."))
    return advice + caption_advice(captions, is_face, dataset.trigger_word, dataset.name)


def _count_advice(count: int) -> list[Sentence]:
    if count < FEW:
        return [
            Sentence(
                "A set of {pictures} is small: {good} to 30 different ones give a steadier result.",
                pictures=counted(count, "picture"),
                good=GOOD,
            )
        ]
    return []


def _light_advice(images: Sequence[DatasetImage]) -> list[Sentence]:
    brightness = [image.measures.brightness for image in images if image.measures]
    if len(brightness) < FEW:
        return []
    if max(brightness) < _DARK:
        return [Sentence("All pictures are rather dark: add two in daylight.")]
    if min(brightness) > _BRIGHT:
        return [Sentence("All pictures are very bright: add two with shadows.")]
    return []


def _variety_advice(captions: Sequence[str], count: int, is_face: bool) -> list[Sentence]:
    """How varied the pictures are, where captions tell it of at least half of them.

    Args:
        count: of all pictures, those without a caption too.
    """
    texts = [text.lower() for text in captions]
    if 2 * len(captions) < count:
        return [_untold(count - len(captions), count)] if is_face else _people_advice(texts)
    advice: list[Sentence] = []
    backgrounds = {part.strip() for text in texts for part in text.split(",") if _BACKGROUND in part}
    if len(backgrounds) == 1 and sum(_BACKGROUND in text for text in texts) >= _ALIKE_SHARE * len(texts) > 3:
        advice.append(
            Sentence(
                "All pictures have the same background ({background}): add two with another.",
                background=backgrounds.pop(),
            )
        )
    if not is_face:
        return advice + _people_advice(texts)
    expressions = {word for text in texts for word in _EXPRESSIONS if word in text}
    if len(expressions) < 2:
        advice.append(Sentence("The captions name hardly any expression: add a smile and a serious look, and say so."))
    return advice + [
        sentence for sentence, words in _GROUPS if not any(word in text for text in texts for word in words)
    ]


def _untold(without: int, count: int) -> Sentence:
    return Sentence(
        "{without} of {pictures} have no caption, so nobody can tell how varied angle, expression, light and background "
        "are.",
        without=without,
        pictures=counted(count, "picture"),
    )


def _people_advice(texts: Sequence[str]) -> list[Sentence]:
    """How varied the people of a style are, as far as captions say it."""
    if sum(bool(_PEOPLE.search(text)) for text in texts) <= len(texts) / 2:
        return []
    skins, ages, genders = (_named(texts, words) for words in (_SKIN, _AGES, _GENDERS))
    if not (skins or ages or genders):
        return [
            Sentence("The captions name no skin tone, age or gender, so nobody can tell how varied the people are.")
        ]
    advice: list[Sentence] = []
    if alike := _alike(skins):
        advice.append(
            Sentence(
                "All {count} captions that name a skin tone say \u201c{words}\u201d: add people of other skin tones.",
                count=alike[1],
                words=alike[0],
            )
        )
    if alike := _alike(ages):
        advice.append(
            Sentence(
                "All {count} captions that name an age say \u201c{words}\u201d: add people of other ages.",
                count=alike[1],
                words=alike[0],
            )
        )
    if alike := _alike(genders):
        advice.append(
            Sentence(
                "All {count} captions that name a gender say \u201c{words}\u201d: add people of another gender.",
                count=alike[1],
                words=alike[0],
            )
        )
    return advice


def _named(texts: Sequence[str], words: dict[str, re.Pattern[str]]) -> Counter[str]:
    """How many captions name each; one that names several counts for each."""
    return Counter(name for text in texts for name, pattern in words.items() if pattern.search(text))


def _alike(named: Counter[str]) -> tuple[str, int] | None:
    """What all captions say that name any, and how many these are, if they are more than a few."""
    if len(named) != 1:
        return None
    ((name, count),) = named.items()
    return (name, count) if count >= _FEWEST_NAMED else None
