"""Which models to compare on what, and the table that comes out."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from profile_studio.domain.errors import InvalidModelSpec
from profile_studio.domain.generation import WEIGHT_LIMIT, AdapterWeight
from profile_studio.domain.names import BASE_NAME, NAME_PATTERN, Name
from profile_studio.domain.sentences import Sentence

Value = TypeVar("Value")


class Verdict(StrEnum):
    """Whether a model differs from the base on a metric, as far as the pictures can tell."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


class Certainty(StrEnum):
    """How sure it is which checkpoint to keep."""

    CLEAR = "clear"
    LIKELY = "likely"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class ModelSpec:
    """A parsed SPEC: adapters with weights, or one adapter at a checkpoint's step; none is the base.

    `text` is as it was typed, and says nothing of whether two are equal.
    """

    text: str = field(compare=False)
    adapters: tuple[AdapterWeight, ...]
    checkpoint_step: int | None = None


_PART = re.compile(rf"(?P<name>{NAME_PATTERN.pattern})(?:=(?P<weight>[0-9]*\.?[0-9]+))?")
_AT_STEP = re.compile(rf"(?P<name>{NAME_PATTERN.pattern})@(?P<step>[0-9]+)")


def parse_model_spec(text: str) -> ModelSpec:
    """Reads `base`, `NAME`, `NAME=0.6+NAME=0.4` or `NAME@STEP`; what has no weight is not in it.

    Raises:
        InvalidModelSpec: it is none of these, or a weight is above the slider's limit.
    """
    text = text.strip()
    if text == BASE_NAME:
        return ModelSpec(text, ())
    if at_step := _AT_STEP.fullmatch(text):
        return ModelSpec(text, (AdapterWeight(adapter_name=at_step["name"]),), int(at_step["step"]))
    matches = [_PART.fullmatch(part.strip()) for part in text.split("+")]
    weights: list[AdapterWeight] = []
    for match in matches:
        weight = float(match["weight"] or 1.0) if match else -1.0
        if match is None or not 0 <= weight <= WEIGHT_LIMIT:
            raise InvalidModelSpec(
                "{text!r} does not name a model.",
                "Write base, NAME, NAME=0.6+NAME=0.4 (weights 0 to {limit}) or NAME@STEP.",
                text=text,
                limit=WEIGHT_LIMIT,
            )
        if weight > 0:
            weights.append(AdapterWeight(adapter_name=match["name"], weight=weight))
    return ModelSpec(text, tuple(weights))


def _as_spec(value: object) -> object:
    return parse_model_spec(value) if isinstance(value, str) else value


SpecField = Annotated[ModelSpec, BeforeValidator(_as_spec), PlainSerializer(lambda spec: spec.text, return_type=str)]
"""A SPEC in a form or a row: read from its text once, written as its text."""

BASE = ModelSpec(BASE_NAME, ())


MOST_SPOKEN_METRICS = 3
"""Of how many metrics a report speaks, the first that were asked for: each question more makes all answers less sure."""

MOST_DRAWN_CHECKPOINTS = 3
"""Of a training's kept steps: losses, which cost no drawing, say which of them."""

SECONDS_A_STEP_KEY = "seconds_a_step"  # in the result of a comparison: how long a step of a picture took
SPREADS_KEY = "spreads"  # in it, too: for each metric the standard deviation of the prompts' differences from the base


class ComparisonConfig(BaseModel):
    """One comparison: pictures per model = prompts x seeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[SpecField, ...] = Field(min_length=1, description="SPECs; base is always compared too.")
    base: str = "starter"
    dataset: Name | None = Field(
        default=None, description="Its pictures are the style's reference; without, each model's own ones."
    )
    prompts: tuple[str, ...] = Field(min_length=1)
    is_trigger_free: bool = Field(default=False, description="Prompts are drawn as they are, without trigger words.")
    seeds: int = Field(default=2, ge=1, le=64, description="Seeds per prompt: 0, 1, ...")
    metrics: tuple[str, ...] = Field(
        default=("style_similarity", "clip_score", "copy_risk", "face_score", "kid_judge"),
        description="The report speaks of the first three, the others show intervals.",
    )
    num_inference_steps: int = Field(default=20, ge=1, le=200)
    guidance_scale: float = Field(default=4.0, ge=1.0, le=30.0)
    trainings: tuple[str, ...] = Field(
        default=(), description="Jobs that make LoRAs of these models; one that failed is left out."
    )
    repeated: tuple[str, ...] = Field(default=(), description="Models and prompts that were asked for twice.")
    checkpoints: str | None = Field(default=None, description="The training whose kept steps the models are.")

    @property
    def n_drawn(self) -> int:
        """How many models are drawn, the base among them."""
        return len(self.models) if self.checkpoints is None else min(len(self.models), 1 + MOST_DRAWN_CHECKPOINTS)

    def unified(self) -> "ComparisonConfig":
        """The same comparison with the base first, and every model and every prompt once.

        Prompts are equal whatever their case and spaces, models whatever their spelling; one of weight 0 is the base.
        """
        models, models_twice = _once(
            (BASE, *(spec for spec in self.models if spec.text != BASE_NAME)), lambda spec: spec
        )
        prompts, prompts_twice = _once(self.prompts, lambda prompt: " ".join(prompt.split()).casefold())
        repeated = (*self.repeated, *(spec.text for spec in models_twice), *prompts_twice)
        return self.model_copy(
            update={"models": models, "prompts": tuple(each.strip() for each in prompts), "repeated": repeated}
        )


def _once(values: Iterable[Value], key: Callable[[Value], object]) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The first of each, and those that came again."""
    seen: set[object] = set()
    first: list[Value] = []
    again: list[Value] = []
    for value in values:
        (again if key(value) in seen else first).append(value)
        seen.add(key(value))
    return tuple(first), tuple(again)


@dataclass(frozen=True)
class Interval:
    """A value with its bounds, which are None where too little can be told."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MetricValue:
    """A number that knows how sure it is: `low` and `high` bound its 95 % interval.

    `different_from_base` is None for the base and for a metric that the report does not speak of. `difference` is the
    model minus the base with the interval of the test, None for the base and in reports of earlier versions.
    `reference` names the data set whose pictures the number is measured against, where there are such.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    encoder: str
    higher_is_better: bool
    different_from_base: Verdict | None
    difference: Interval | None = None
    reference: str | None = None


@dataclass(frozen=True)
class ComparisonRow:
    """One model's line of the table."""

    model: str
    metrics: dict[str, MetricValue]


@dataclass(frozen=True)
class ComparisonReport:
    """The table, its sentences, and the files that hold it.

    `pictures` maps SPEC to file names in prompt-seed order; `failed` maps the SPEC of a model that drew none to why.
    `verdict` is how sure the recommendation of a checkpoint is; None in a comparison of other models.
    """

    rows: tuple[ComparisonRow, ...]
    recommended: str | None
    reason: Sentence
    sentences: tuple[Sentence, ...]
    fingerprint: str
    files: tuple[str, ...]
    pictures: dict[str, tuple[str, ...]]
    failed: dict[str, str] = field(default_factory=dict[str, str])
    verdict: Certainty | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric of the table, in the order in which they were asked for."""
        fullest_first = sorted(self.rows, key=lambda row: len(row.metrics), reverse=True)
        return tuple(dict.fromkeys(name for row in fullest_first for name in row.metrics))

    @property
    def styles(self) -> set[str]:
        """The data sets that models were measured against."""
        return {value.reference for row in self.rows for value in row.metrics.values() if value.reference}
