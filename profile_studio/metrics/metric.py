"""What a metric is. One entry says all that the studio knows of one: what it computes, what it takes, and its words."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.sentences import Sentence

Features = NDArray[np.float64]
"""Shape (n, d): a row a picture or a text. The judge's rows have length 1, so a product is a cosine."""

PerPicture = NDArray[np.float64]
"""Shape (n,): one number for each picture."""

SetStatistic = Callable[[NDArray[np.intp], NDArray[np.intp]], float]
"""From indices into the pictures and indices into the reference pictures to a number."""


BASE_MODEL = "base model"
"""Stands for an encoder where a number is a loss of the base model."""


class NotMeasurable(Exception):
    """What the encoder sees gives no number; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Need(StrEnum):
    """What must be there beside a model's pictures."""

    STYLE = "pictures of a style"
    TRAINING = "pictures that were trained on"
    STYLES = "pictures of at least two styles"
    SEEDS = "at least two seeds"


@dataclass(frozen=True)
class Words:
    """One language's words for a metric.

    Args:
        label: over a column of the page.
        title: over a column of the reports.
        explanation: what it measures, in a sentence or two.
        better, worse: what a model does that is better or worse than the base; said after its name.
    """

    label: str
    title: str
    explanation: str
    better: str
    worse: str


@dataclass(frozen=True)
class SeenStyle:
    """Features of the pictures that stand for a style, and of those that were trained on."""

    reference: Features
    training: Features


@dataclass(frozen=True)
class Seen:
    """What a metric's encoder sees of one model's pictures.

    Args:
        pictures: shape (n_prompts * n_seeds, d), in prompt-seed order.
        texts: row i belongs to picture i; None from an encoder that reads no texts.
        style: what the model is measured against.
        other_styles: of the same comparison.
    """

    pictures: Features
    n_prompts: int
    texts: Features | None = None
    style: SeenStyle | None = None
    other_styles: tuple[SeenStyle, ...] = ()

    @property
    def own_texts(self) -> Features:
        assert self.texts is not None
        return self.texts

    @property
    def own_style(self) -> SeenStyle:
        assert self.style is not None
        return self.style


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What all metrics have in common.

    Args:
        name: in commands, tables and files.
        encoder: what looks at the pictures; a name of `metrics.encoders`.
        needs: beside the pictures; without it the metric is left out and the report says why.
        fewest_pictures: of each model; with fewer the number would be an artefact of their count.
        number_format: of a value, as `format` takes it.
        bounds: which no value can pass.
        words: by the language's tag, English among them.
    """

    name: str
    encoder: str
    higher_is_better: bool
    words: Mapping[str, Words]
    needs: frozenset[Need] = field(default_factory=frozenset[Need])
    fewest_pictures: int = 1
    number_format: str = ".3f"
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def said(self, language: str) -> Words:
        """Its words in this language, or in English."""
        return self.words.get(language, self.words["en"])

    @property
    def is_of_a_style(self) -> bool:
        """Whether it measures against the model's own style."""
        return bool(self.needs & {Need.STYLE, Need.TRAINING, Need.STYLES})


@dataclass(frozen=True, kw_only=True)
class PictureMetric(Metric):
    """A number for each picture; a model's value is their mean.

    Args:
        is_share: each picture's number is 0 or 1.
    """

    compute: Callable[[Seen], PerPicture]
    is_share: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckpointMetric(Metric):
    """What the base model itself says of a checkpoint, without drawing; no comparison of other models can ask for it."""

    encoder: str = BASE_MODEL


@dataclass(frozen=True, kw_only=True)
class SetMetric(Metric):
    """A number for all pictures together, held against the style's pictures where it needs them.

    Args:
        whole: the number of all pictures by a library, where `compute` is ours and serves for intervals and tests.
    """

    compute: Callable[[Seen], SetStatistic]
    whole: Callable[[Seen], float] | None = None
