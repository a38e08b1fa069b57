"""The models of a comparison, with all that drawing and measuring them takes."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.comparison import ModelSpec
from profile_studio.domain.styles import StyleReference
from profile_studio.domain.trigger_words import in_ordinary_words


@dataclass(frozen=True)
class ComparedModel:
    """A model of the comparison and the files that make it."""

    spec: ModelSpec
    adapters: tuple[WeightedAdapter, ...]

    @property
    def folder(self) -> str:
        """The name of its folder of pictures."""
        plain = re.sub(r"[^a-z0-9-]+", "-", self.spec.text)
        if plain == self.spec.text:
            return plain
        return f"{plain[:48]}-{hashlib.sha256(self.spec.text.encode()).hexdigest()[:8]}"

    def prompt(self, text: str, class_words: Mapping[str, str]) -> str:
        """The prompt with ordinary words for the trigger words of other models' adapters; drawing adds its own.

        Args:
            class_words: see `class_words`.
        """
        own = [part.adapter.trigger_word for part in self.adapters]
        return in_ordinary_words(text, {word: plain for word, plain in class_words.items() if word not in own})


def class_words(models: Sequence[ComparedModel]) -> dict[str, str]:
    """Trigger word to class word, of every adapter that is compared."""
    return {
        part.adapter.trigger_word: part.adapter.class_word
        for model in models
        for part in model.adapters
        if part.adapter.trigger_word
    }


@dataclass(frozen=True)
class ComparedModels:
    """What a comparison's names stand for on this disk.

    `styles` maps the name of a data set to its pictures, `style_of` a SPEC to the data set it is measured against.
    """

    models: tuple[ComparedModel, ...]
    styles: Mapping[str, StyleReference]
    style_of: Mapping[str, str]
