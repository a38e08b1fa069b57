"""Captions in the base model's own words, offline: the judge says which of its words fit a portrait."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from profile_studio.domain.starter_words import SEEN_ATTRIBUTES
from profile_studio.metrics.features import Judge

Answers = dict[str, str]
"""Attribute to its answer, for the attributes of a picture that could be told."""

SURE = 0.5
"""The probability from which an answer is written down; below it the caption leaves the attribute out."""

_NO_HAIR_COLOUR = frozenset({"bald", "hat", "headscarf"})


class StarterCaptioner:
    """Describes portraits with the words of the bundled base.

    Each attribute's answers are weighed against one another by their words, so the heads are the words themselves. It
    was taught on drawn portraits; on photographs it is a guess.
    """

    def __init__(self, judge_folder: Path, device: str = "cpu") -> None:
        """
        Raises:
            JudgeMissing: the folder does not hold the judge.
        """
        self._judge = Judge(judge_folder, device)
        self._words = {
            attribute: self._judge.read(list(phrases.values())) for attribute, phrases in SEEN_ATTRIBUTES.items()
        }

    def answers(self, pictures: Sequence[Path]) -> list[Answers]:
        """What can be told of each picture."""
        seen = self._judge.see(pictures)
        told: list[Answers] = [{} for _ in pictures]
        for attribute, phrases in SEEN_ATTRIBUTES.items():
            logits = self._judge.sharpness * seen @ self._words[attribute].T
            odds = np.exp(logits - logits.max(axis=1, keepdims=True))
            probabilities = odds / odds.sum(axis=1, keepdims=True)
            for answers, row in zip(told, probabilities, strict=True):
                if row.max() >= SURE:
                    answers[attribute] = list(phrases)[int(row.argmax())]
        return told

    def caption(self, pictures: Sequence[Path]) -> list[str]:
        """One caption a picture. The style is left unsaid: it is what a trigger word is to stand for."""
        return [write_caption(answers) for answers in self.answers(pictures)]


def write_caption(answers: Answers) -> str:
    """The answers as a prompt would name them; what says that something is absent is left out."""
    hair = _hair(answers.get("hair"), answers.get("hair_colour"))
    others = [
        SEEN_ATTRIBUTES[attribute][answers[attribute]]
        for attribute in ("glasses", "facial_hair", "mood", "skin", "shirt", "background")
        if attribute in answers and not answers[attribute].startswith("no ")
    ]
    return ", ".join(["portrait of a person", *([hair] if hair else []), *others])


def _hair(word: str | None, colour: str | None) -> str | None:
    if word is None:
        return f"{colour} hair" if colour else None
    if colour is None or word in _NO_HAIR_COLOUR:
        return word
    length = word.removesuffix(" hair")
    return f"{length} {colour} hair" if length != word else f"{colour} {word}"
