"""Reads a typed prompt into a `ReadPrompt`, or says what in it has no meaning here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.prompt_choices import choose
from profile_studio.domain.prompts import (
    SIGNS_AT_THE_END,
    Clause,
    Joined,
    ReadPrompt,
    WeightedWords,
    is_latin,
    keeps_its_signs,
)
from profile_studio.domain.typed_text import plain_signs

MAX_NESTING = 12  # 1.1 to the power of this is beyond the limit of a weight
WORD_WEIGHT_LIMIT = 3.0
SMALLEST_SUM = 0.1  # of the largest weight; a mean divides by the sum, and one of 0 makes a black picture
MORE, LESS = 1.1, 0.9  # a sign, or a bracket without a number

_PLAIN_PARENTHESES = r"Close it, or write \( and \) for plain parentheses."
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~]|B(?=REAK\b)|A(?=ND\b))")
_FIRST_LETTER = 0xE000  # where escaped signs wait, out of sight of what reads signs
_OWN_LETTERS = re.compile("[\ue000-\ue07f]")
_CHAINING = re.compile(r"(?<!\w)(?:BREAK|AND)(?!\w)")
_JOINED = re.compile(r"^\((?P<parts>.*)\)\s*\.(?P<how>blend|and|add)\((?P<weights>[^()]*)\)$", re.DOTALL)
_JOINING = re.compile(r"\.(?:blend|and|add)\(")
_OPERATOR = re.compile(r"\.(?:blend|and|add)\([^()]*\)$")
_PART = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^",()]+)|\((?P<bracketed>[^"()]*)\))\s*(?:,|$)')
_NUMBER = r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+"
_COLON_NUMBER = re.compile(rf":\s*(?P<weight>-?(?:{_NUMBER}))\s*$")  # at the end of a bracket, or of a clause
_AFTER = re.compile(rf"\++|-+|(?:{_NUMBER})(?!\w)")
_MEANINGLESS = re.compile(
    r"<(?!lora:)[a-z]+:[^>]*>|\bembedding:[^\s,()]+|(?<!\w)__[\w/*-]+__(?!\w)|\.swap\(|\.attend\("
    r"|\[[^\[\]]*(?:\|[^\[\]]*|:\s*[0-9.]+\s*)\]",
    re.IGNORECASE,
)
"""Embeddings, hypernetworks, lists of words, and words that change in the middle of drawing."""
_LORA_TAG = re.compile(r"<lora:[^>]*>?|\b(?:with|use)Lora\(", re.IGNORECASE)


def read_prompt(prompt: str, *, seed: int = 0, latin_only: bool = False) -> ReadPrompt:
    """A prompt, understood.

    Args:
        prompt: without tags of LoRAs, which a request takes out.
        seed: of the picture; decides what is chosen of `{red|blue}`.
        latin_only: the base model learned English words in Latin letters only.
    Raises:
        InvalidPrompt: its brackets do not match, it has words in another script, signs without a meaning here, or
            weights that make no sense.
    """
    hidden = choose(_hide_escaped(plain_signs(prompt)), seed).strip()
    if found := _MEANINGLESS.search(hidden):
        raise InvalidPrompt(
            "“{signs}” in a prompt has no meaning here.",
            r"Leave it out and write the words themselves, or put \ before its signs to mean the letters.",
            signs=_letters(found[0]),
        )
    if found := _LORA_TAG.search(hidden):
        raise InvalidPrompt(
            "“{signs}” does not choose a LoRA here.",
            "Write <lora:NAME:0.8>, outside of braces and of the negative prompt.",
            signs=_letters(found[0]),
        )
    read = _read_joined(joined) if (joined := _JOINED.match(hidden)) else _read_chained(hidden)
    if latin_only:
        _check_script(read)
    _check_weights(read, hidden)
    return read


def _hide_escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(_FIRST_LETTER + ord(match[1])), _OWN_LETTERS.sub("", text))


def _letters(text: str) -> str:
    return _OWN_LETTERS.sub(lambda match: chr(ord(match[0]) - _FIRST_LETTER), text)


def _read_chained(text: str) -> ReadPrompt:
    if joining := _JOINING.search(text):
        raise InvalidPrompt(
            "{joining}…) works only when it joins the whole prompt.",
            'Write ("one", "two").blend(0.6, 0.4), with all words inside the quotation marks.',
            joining=joining[0],
        )
    clauses: list[Clause] = []
    weights: list[float] = []
    for part in _CHAINING.split(text):
        found = _COLON_NUMBER.search(part) if _CHAINING.search(text) else None
        clause = _read_clause(part[: found.start()] if found else part)
        if any(words.text.strip() for words in clause):
            clauses.append(clause)
            weights.append(float(found["weight"]) if found else 1.0)
    return ReadPrompt(tuple(clauses) or ((WeightedWords(""),),), tuple(weights) or (1.0,))


def _read_joined(joined: re.Match[str]) -> ReadPrompt:
    parts: list[str] = []
    at = 0
    inside = joined["parts"]
    while at < len(inside):
        part = _PART.match(inside, at)
        if part is None:
            raise _unreadable_weights()
        parts.append(part["quoted"] or part["plain"] or part["bracketed"] or "")
        at = part.end()
    if any(_CHAINING.search(part) or _JOINING.search(part) for part in parts):
        raise InvalidPrompt("A blend cannot hold BREAK, AND or another blend.", "Write its words with commas.")
    numbers = [number.strip() for number in joined["weights"].split(",") if number.strip()]
    is_sum = numbers[-1:] == ["no_normalize"]
    try:
        weights = [float(number) for number in numbers[: -1 if is_sum else None]] or [1.0] * len(parts)
    except ValueError as error:
        raise _unreadable_weights() from error
    if not parts or len(weights) != len(parts):
        raise _unreadable_weights()
    is_blend = joined["how"] == "blend"
    how = (Joined.ADDED if is_sum else Joined.MIXED) if is_blend else Joined.CHAINED
    return ReadPrompt(tuple(_read_clause(part) for part in parts), tuple(weights), how)


@dataclass
class _Group:
    """An open bracket; the outermost is the clause itself."""

    opened_by: str
    words: list[WeightedWords] = field(default_factory=list[WeightedWords])

    def weighted(self, weight: float) -> list[WeightedWords]:
        return [WeightedWords(each.text, round(each.weight * weight, 4)) for each in self.words]


_CLOSES = {")": "(", "]": "["}


def _read_clause(text: str) -> Clause:
    groups = [_Group("")]
    at = 0
    for sign in [*re.finditer(r'[()\[\]]|"(?=[^"]*")', text), None]:
        if sign is not None and sign.start() < at:
            continue  # inside what was read already
        end = sign.start() if sign else len(text)
        groups[-1].words += _read_words(text[at:end])
        if sign is None:
            break
        at = sign.end()
        if sign[0] == '"':
            at = _read_quoted(text, sign.start(), groups[-1])
        elif sign[0] in "([":
            if len(groups) > MAX_NESTING:
                raise InvalidPrompt(
                    "The prompt nests more than {depth} parentheses.", "Use fewer levels.", depth=MAX_NESTING
                )
            groups.append(_Group(sign[0]))
        else:
            at = _close(text, at, sign[0], groups)
    if groups[-1].opened_by == "(":
        raise InvalidPrompt("The prompt opens a parenthesis that is never closed.", _PLAIN_PARENTHESES)
    if groups[-1].opened_by:
        raise _unreadable_brackets()
    first, *others = _fused(groups[0].words)
    words = [WeightedWords(first.text.lstrip(), first.weight), *others]
    return (*words[:-1], WeightedWords(words[-1].text.rstrip(), words[-1].weight))


def _close(text: str, at: int, sign: str, groups: list[_Group]) -> int:
    """Ends the innermost group; returns where to read on."""
    group = groups.pop()
    if group.opened_by != _CLOSES[sign]:
        if sign == "]" or group.opened_by == "[":
            raise _unreadable_brackets()
        raise InvalidPrompt("The prompt closes a parenthesis that was never opened.", _PLAIN_PARENTHESES)
    weight = LESS if sign == "]" else None
    if sign == ")" and group.words and (number := _COLON_NUMBER.search(group.words[-1].text)):
        weight = _checked(number["weight"], f"({''.join(words.text for words in group.words)})")
        group.words[-1] = WeightedWords(group.words[-1].text[: number.start()], group.words[-1].weight)
    if not any(words.text.strip() for words in group.words):
        raise InvalidPrompt(
            "The prompt has a pair of parentheses with nothing inside.", "Put words inside, or leave it out."
        )
    if (after := _AFTER.match(text, at)) is not None:
        weight = (1.0 if weight is None else weight) * _strength(after[0])
        at = after.end()
    groups[-1].words += group.weighted(MORE if weight is None else weight)
    if re.match(r"[\w+-]|\.\d", text[at:]):
        groups[-1].words.append(WeightedWords(" "))  # its words end here: "(masterpiece)1girl"
    return at


def _read_quoted(text: str, start: int, group: _Group) -> int:
    """compel weighs `"some words"++`; other quotation marks are letters. Returns where to read on."""
    end = text.index('"', start + 1)
    after = _AFTER.match(text, end + 1)
    if after is None or not text[start + 1 : end].strip():
        group.words.append(WeightedWords('"'))
        return start + 1
    inner = _Group('"', list(_read_clause(text[start + 1 : end])))
    group.words += inner.weighted(_strength(after[0]))
    return after.end()


def _strength(signs: str) -> float:
    if signs[0] in "+-":
        return (MORE if signs[0] == "+" else LESS) ** len(signs)
    return float(signs)


def _checked(weight: str, group: str) -> float:
    if not 0 <= float(weight) <= WORD_WEIGHT_LIMIT:
        raise InvalidPrompt(
            "{weight!r} is not a weight this studio can read.",
            "Write (some words)1.3, with a weight of 0 to 2.",
            weight=_letters(group),
        )
    return float(weight)


def _read_words(text: str) -> Iterator[WeightedWords]:
    at = 0
    for match in SIGNS_AT_THE_END.finditer(text):
        if not keeps_its_signs(match["word"]):
            yield WeightedWords(text[at : match.start()])
            yield WeightedWords(match["word"], round(_strength(match["signs"]), 4))
            at = match.end()
    yield WeightedWords(text[at:])


def _fused(words: Sequence[WeightedWords]) -> Iterator[WeightedWords]:
    """Neighbours of equal weight as one; a clause without words is one empty text."""
    text, weight = "", 1.0
    for each in words:
        if not each.text:
            continue
        if text and each.weight != weight:
            yield WeightedWords(_letters(text), weight)
            text = ""
        text, weight = text + each.text, each.weight
    yield WeightedWords(_letters(text), weight)


def _check_script(prompt: ReadPrompt) -> None:
    words = [word for word in re.findall(r"[^\W\d_]+", prompt.words) if not is_latin(word)]
    if words:
        raise InvalidPrompt(
            "The starter model reads English words only and cannot read “{words}”.",
            "Describe the picture in English words, such as: portrait of a woman, red hair, glasses, blue background.",
            words=" ".join(words)[:40],
        )


def _check_weights(prompt: ReadPrompt, typed: str) -> None:
    weights = [*prompt.weights, *(words.weight for clause in prompt.clauses for words in clause)]
    if (largest := max(map(abs, weights))) > WORD_WEIGHT_LIMIT:
        raise InvalidPrompt(
            "A word of the prompt has the weight {weight}, which gives only noise.",
            "Stay below {limit}; 0.5 to 1.5 works best.",
            weight=f"{largest:.3g}",
            limit=f"{WORD_WEIGHT_LIMIT:g}",
        )
    share = max(map(abs, prompt.weights))
    total = abs(sum(prompt.weights)) if prompt.joined is Joined.MIXED else share
    if total <= SMALLEST_SUM * share:
        raise InvalidPrompt(
            "The weights in {blend!r} cancel each other out, so nothing is left to draw.",
            "Choose weights with a sum well above 0, such as .blend(0.6, 0.4).",
            blend=(found[0] if (found := _OPERATOR.search(typed)) else _letters(typed))[:60],
        )
    if prompt.words and not any(words.weight for clause in prompt.clauses for words in clause if words.text.strip()):
        raise InvalidPrompt(
            "Every word of the prompt has the weight 0, so nothing is left to draw.",
            "Leave out what you do not want; 0.5 to 1.5 works best.",
        )


def _unreadable_weights() -> InvalidPrompt:
    return InvalidPrompt(
        "The weights in the prompt cannot be read.",
        'Write word++ or (some words)1.3; to mix prompts, ("one", "two").blend(0.6, 0.4).',
    )


def _unreadable_brackets() -> InvalidPrompt:
    return InvalidPrompt(
        "The prompt has square brackets that cannot be read.", "Write (some words)0.9 to make words count less."
    )
