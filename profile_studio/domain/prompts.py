"""What a person typed as a prompt, understood: words and how much each counts, in whichever syntax they came.

compel's `word++` and `(some words)1.3`, Automatic1111's `(word:1.3)`, `((word))`, `[word]`, BREAK and AND mean here what
they mean there. What has no meaning here is refused with a sentence: a sign that is drawn as a word is a fault nobody sees.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from profile_studio.domain.captions import tidy
from profile_studio.domain.trigger_words import says_trigger


class Joined(StrEnum):
    """How several clauses become one prompt."""

    CHAINED = "chained"  # one after the other, each in a window of its own
    MIXED = "mixed"  # their weighted mean
    ADDED = "added"  # their weighted sum


@dataclass(frozen=True)
class WeightedWords:
    """Words, and how much they count; 1 is as they are."""

    text: str
    weight: float = 1.0


Clause = tuple[WeightedWords, ...]
"""Words that are read together, in their order."""


@dataclass(frozen=True)
class ReadPrompt:
    """A prompt as a base model is given it. `str` writes it so that it is read as the same again.

    Args:
        clauses: at least one.
        weights: of each clause.
    """

    clauses: tuple[Clause, ...]
    weights: tuple[float, ...]
    joined: Joined = Joined.CHAINED

    @property
    def words(self) -> str:
        """What is asked for in plain words, without weights."""
        return tidy(", ".join(clause_text(clause) for clause in self.clauses))

    def with_trigger_words(self, trigger_words: Sequence[str]) -> "ReadPrompt":
        """The prompt that also says each of these words: in front, in their order, unless a person wrote it."""
        prompt = self
        for word in reversed(trigger_words):
            prompt = prompt._saying(word)
        return prompt

    def _saying(self, word: str) -> "ReadPrompt":
        if not word:
            return self
        if self.joined is Joined.CHAINED:
            if any(says_trigger(clause_text(clause), word) for clause in self.clauses):
                return self
            return replace(self, clauses=(_in_front(word, self.clauses[0]), *self.clauses[1:]))
        return replace(
            self,
            clauses=tuple(
                clause if says_trigger(clause_text(clause), word) else _in_front(word, clause)
                for clause in self.clauses
            ),
        )

    def __str__(self) -> str:
        if self.joined is Joined.CHAINED and self.weights == (1.0,):
            return _spelled(self.clauses[0])
        quoted = ", ".join('"' + _spelled(clause).replace('"', '\\"') + '"' for clause in self.clauses)
        numbers = ", ".join(f"{weight:g}" for weight in self.weights)
        match self.joined:
            case Joined.CHAINED:
                return f"({quoted}).and({numbers})"
            case Joined.MIXED:
                return f"({quoted}).blend({numbers})"
            case Joined.ADDED:
                return f"({quoted}).blend({numbers}, no_normalize)"


def clause_text(clause: Clause) -> str:
    """The words of a clause without their weights."""
    return "".join(words.text for words in clause)


def is_latin(word: str) -> bool:
    """Whether all letters of a word are Latin ones."""
    return all("LATIN" in unicodedata.name(letter, "") for letter in word)


SIGNS_AT_THE_END = re.compile(
    r"""(?<![^\s,;()\[\]{}"<>|])(?P<word>[^\s,;()\[\]{}"<>|]*\w)(?P<signs>\++|-+)(?=[\s,.;:!?)\]}"]|$)"""
)
"""compel's weight of a word. Letters and numbers alone keep their signs: `C++`, `A+`, `18+`."""


def keeps_its_signs(word: str) -> bool:
    """Whether signs after this word belong to it."""
    return len(word) == 1 or word.isdigit()


def _spelled(clause: Clause) -> str:
    return "".join(
        _escaped(words.text) if words.weight == 1 else f"({_escaped(words.text)}){words.weight:.6g}" for words in clause
    )


def _escaped(text: str) -> str:
    text = re.sub(r"[\\()\[\]{}]", r"\\\g<0>", text)
    text = re.sub(r"<(?=[A-Za-z]+:)|(?<!\w)__(?=[\w/*-]+__)|\b(?:BREAK|AND)\b", r"\\\g<0>", text)
    return SIGNS_AT_THE_END.sub(
        lambda match: (
            match[0] if keeps_its_signs(match["word"]) else match["word"] + re.sub(r"[+-]", r"\\\g<0>", match["signs"])
        ),
        text,
    )


def _in_front(word: str, clause: Clause) -> Clause:
    first, *rest = clause
    if first.weight == 1:
        text = f"{word}, {first.text.lstrip()}" if first.text.strip() or rest else word
        return (WeightedWords(text), *rest)
    return (WeightedWords(f"{word}, "), *clause)
