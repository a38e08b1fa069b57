"""What a person may type as a prompt, checked and brought into compel's form before a model sees it.

compel reads `word++` and `(some words)1.3`. What it cannot read it keeps as plain words without saying so; here
the usual cases are turned into its form, and the others are refused with a sentence.
"""

import re
import unicodedata

from profile_studio.domain.errors import InvalidPrompt

MAX_NESTING = 5  # compel's parser takes seconds from here on, twice as long for every level
WORD_WEIGHT_LIMIT = 3.0
SMALLEST_BLEND_SUM = 0.1  # of the largest weight; compel divides by the sum, and one of 0 makes a black picture

_PLAIN_PARENTHESES = r"Close it, or write \( and \) for plain parentheses."
_COLON_WEIGHT = re.compile(r":\s*(?P<weight>[0-2](?:\.[0-9]+)?|\.[0-9]+)\s*\)(?![\w.+-])")
_COLON_NUMBER = re.compile(r"(?<!\\)\([^()]*:\s*[0-9.]+\s*\)")
_SQUARE_BRACKETS = re.compile(r"(?<!\\)\[(?P<words>[^\[\]:|()]+)\]")
_BLEND = re.compile(r"\.blend\((?P<weights>[^()]*)\)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_LORA_TAG = re.compile(r"<lora:[^>]*>|\b(?:with|use)Lora\(", re.IGNORECASE)


def prepare_prompt(prompt: str, *, latin_only: bool) -> str:
    """The prompt in compel's form: `(cat:1.3)` becomes `(cat)1.3`, `[cat]` becomes `(cat)0.9`.

    Args:
        latin_only: the base model learned English words in Latin letters only.
    Raises:
        InvalidPrompt: it has unbalanced parentheses, words in another script, or syntax that has no meaning here,
            or a blend's weights add up to nothing.
    """
    if latin_only:
        _check_script(prompt)
    _check_balance(prompt)
    _check_syntax(prompt)
    _check_blends(prompt)
    prompt = _SQUARE_BRACKETS.sub(r"(\g<words>)0.9", prompt)
    prompt = _COLON_WEIGHT.sub(r")\g<weight>", prompt)
    if example := _COLON_NUMBER.search(prompt):
        raise InvalidPrompt(
            "{weight!r} is not a weight this studio can read.",
            "Write (some words)1.3, with a weight of 0 to 2.",
            weight=example.group(),
        )
    return prompt


def _check_script(prompt: str) -> None:
    words = [word for word in re.findall(r"[^\W\d_]+", prompt) if not is_latin(word)]
    if words:
        raise InvalidPrompt(
            "The starter model reads English words only and cannot read “{words}”.",
            "Describe the picture in English words, such as: portrait of a woman, red hair, glasses, blue background.",
            words=" ".join(words)[:40],
        )


def is_latin(word: str) -> bool:
    """Whether all letters of a word are Latin ones."""
    return all("LATIN" in unicodedata.name(letter, "") for letter in word)


def _check_balance(prompt: str) -> None:
    plain = re.sub(r"\\.", "", prompt)
    depth = 0
    for character in plain:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise InvalidPrompt("The prompt closes a parenthesis that was never opened.", _PLAIN_PARENTHESES)
        if depth > MAX_NESTING:
            raise InvalidPrompt(
                "The prompt nests more than {depth} parentheses.", "Use fewer levels.", depth=MAX_NESTING
            )
    if depth:
        raise InvalidPrompt("The prompt opens a parenthesis that is never closed.", _PLAIN_PARENTHESES)
    if plain.count('"') % 2:
        raise InvalidPrompt("The prompt opens a quotation mark that is never closed.", "Close it, or leave it out.")
    if re.search(r"\(\s*\)", plain.replace(".and()", "")):
        raise InvalidPrompt(
            "The prompt has a pair of parentheses with nothing inside.", "Put words inside, or leave it out."
        )


def _check_syntax(prompt: str) -> None:
    if tag := _LORA_TAG.search(prompt):
        raise InvalidPrompt(
            "{tag!r} in a prompt does nothing here.",
            "Leave it out and set the LoRA's weight beside the prompt.",
            tag=tag.group(),
        )
    if ".swap(" in prompt:
        raise InvalidPrompt(".swap() is not supported.", "Write the word you want in its place.")
    if re.search(r"(?<!\\)[\[\]]", _SQUARE_BRACKETS.sub("", prompt)):
        raise InvalidPrompt(
            "The prompt has square brackets that cannot be read.", "Write (some words)0.9 to make words count less."
        )


def _check_blends(prompt: str) -> None:
    for blend in _BLEND.finditer(prompt):
        weights = [float(number) for number in _NUMBER.findall(blend["weights"])]
        largest = max((abs(weight) for weight in weights), default=0.0)
        is_divided = "no_normalize" not in blend["weights"]
        if weights and is_divided and abs(sum(weights)) <= SMALLEST_BLEND_SUM * largest:
            raise InvalidPrompt(
                "The weights in {blend!r} cancel each other out, so nothing is left to draw.",
                "Choose weights with a sum well above 0, such as .blend(0.6, 0.4).",
                blend=blend.group(),
            )
