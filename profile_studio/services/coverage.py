"""What a data set lacks, in plain words. Counts come from captions and measures; nothing is guessed from faces."""

from collections.abc import Sequence

from profile_studio.domain.captions import caption_advice, trigger_word_advice
from profile_studio.domain.counting import counted
from profile_studio.domain.datasets import Dataset, DatasetImage

FEW, GOOD = 8, 10
_ALIKE_SHARE = 0.9
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "No caption says otherwise, so all pictures seem to look straight ahead: add two from the side.",
        ("profile", "from the side", "three-quarter", "looking away"),
    ),
    (
        "No caption says otherwise, so all pictures seem to have the same light: add one outdoors and one in the evening.",
        ("outdoors", "sunlight", "night", "evening"),
    ),
)
_EXPRESSIONS = ("smil", "laugh", "sad", "angry", "surprised", "calm", "serious", "happy")
_BACKGROUND = "background"
_DARK, _BRIGHT = 70.0, 185.0


def coverage_advice(dataset: Dataset, is_face: bool, taken_trigger_words: dict[str, str]) -> list[str]:
    """Sentences, the most important first; none if nothing is to be said."""
    images = dataset.training_images
    captions = [image.caption for image in images if image.caption]
    advice = [*_count_advice(len(images)), *_light_advice(images)]
    if captions:
        advice += _variety_advice(captions, is_face)
    elif is_face:
        advice.append("No picture has a caption, so the LoRA cannot tell the person from clothes and background.")
    if dataset.trigger_word:
        advice += trigger_word_advice(dataset.trigger_word, taken_trigger_words)
    else:
        advice.append("There is no trigger word; without one the look cannot be called up by name.")
    return advice + caption_advice([image.caption for image in images], is_face, dataset.trigger_word)


def _count_advice(count: int) -> list[str]:
    if count < FEW:
        return [f"A set of {counted(count, 'picture')} is small: {GOOD} to 30 different ones give a steadier result."]
    return []


def _light_advice(images: Sequence[DatasetImage]) -> list[str]:
    brightness = [image.measures.brightness for image in images if image.measures]
    if len(brightness) < FEW:
        return []
    if max(brightness) < _DARK:
        return ["All pictures are rather dark: add two in daylight."]
    if min(brightness) > _BRIGHT:
        return ["All pictures are very bright: add two with shadows."]
    return []


def _variety_advice(captions: Sequence[str], is_face: bool) -> list[str]:
    texts = [text.lower() for text in captions]
    advice: list[str] = []
    backgrounds = {part.strip() for text in texts for part in text.split(",") if _BACKGROUND in part}
    if len(backgrounds) == 1 and sum(_BACKGROUND in text for text in texts) >= _ALIKE_SHARE * len(texts) > 3:
        advice.append(f"All pictures have the same background ({backgrounds.pop()}): add two with another.")
    if not is_face:
        return advice
    expressions = {word for text in texts for word in _EXPRESSIONS if word in text}
    if len(expressions) < 2:
        advice.append("The captions name hardly any expression: add a smile and a serious look, and say so.")
    return advice + [
        sentence for sentence, words in _GROUPS if not any(word in text for text in texts for word in words)
    ]
