"""Which models to compare on what, and the table that comes out."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from profile_studio.domain.errors import InvalidModelSpec
from profile_studio.domain.generation import WEIGHT_LIMIT, AdapterWeight
from profile_studio.domain.names import BASE_NAME, NAME_PATTERN, Name
from profile_studio.domain.sentences import Sentence


class Verdict(StrEnum):
    """Whether a model differs from the base on a metric, as far as the pictures can tell."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


METRICS: tuple[str, ...] = (
    "clip_score",
    "style_similarity",
    "kid_judge",
    "fd_judge",
    "face_score",
    "copy_risk",
    "variety",
)
MOST_SPOKEN_METRICS = 3
"""Of how many metrics a report speaks, the first that were asked for: each question more makes all answers less sure."""

STYLE_METRICS: frozenset[str] = frozenset({"style_similarity", "kid_judge", "fd_judge", "copy_risk"})
"""Metrics that need pictures of the style to compare with."""

SECONDS_A_STEP_KEY = "seconds_a_step"  # in the result of a comparison: how long a step of a picture took
SPREADS_KEY = "spreads"  # in it, too: for each metric the standard deviation of the prompts' differences from the base


class ComparisonConfig(BaseModel):
    """One comparison: pictures per model = prompts x seeds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    models: tuple[str, ...] = Field(min_length=1, description="SPECs; base is always compared too.")
    base: str = "starter"
    dataset: Name | None = Field(default=None, description="Its pictures are the style's reference.")
    prompts: tuple[str, ...] = Field(min_length=1)
    seeds: int = Field(default=2, ge=1, le=64, description="Seeds per prompt: 0, 1, ...")
    metrics: tuple[str, ...] = Field(
        default=("style_similarity", "clip_score", "copy_risk", "face_score", "kid_judge"),
        description="The report speaks of the first three, the others show intervals.",
    )
    num_inference_steps: int = Field(default=20, ge=1, le=200)
    guidance_scale: float = Field(default=4.0, ge=1.0, le=30.0)


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
    """

    value: float
    low: float | None
    high: float | None
    n: int
    encoder: str
    higher_is_better: bool
    different_from_base: Verdict | None
    difference: Interval | None = None


def in_digits(metric: str, number: float, *, sign: str = "") -> str:
    """As many digits as a table of this metric wants; copies as a share in percent.

    Args:
        sign: "+" for a difference, which shows its sign.
    """
    if metric == "copy_risk":
        return f"{number:{sign}.0%}"
    return f"{number:{sign}.1f}" if metric == "clip_score" else f"{number:{sign}.3f}"


@dataclass(frozen=True)
class ComparisonRow:
    """One model's line of the table."""

    model: str
    metrics: dict[str, MetricValue]


@dataclass(frozen=True)
class ComparisonReport:
    """The table, its sentences, and the files that hold it.

    `pictures` maps SPEC to file names in prompt-seed order; `failed` maps the SPEC of a model that drew none to why.
    """

    rows: tuple[ComparisonRow, ...]
    recommended: str | None
    reason: Sentence
    sentences: tuple[Sentence, ...]
    fingerprint: str
    files: tuple[str, ...]
    pictures: dict[str, tuple[str, ...]]
    failed: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class ModelSpec:
    """A parsed SPEC: adapters with weights, or one adapter at a checkpoint's step."""

    text: str
    adapters: tuple[AdapterWeight, ...]
    checkpoint_step: int | None = None


_PART = re.compile(rf"(?P<name>{NAME_PATTERN.pattern})(?:=(?P<weight>[0-9]*\.?[0-9]+))?")
_AT_STEP = re.compile(rf"(?P<name>{NAME_PATTERN.pattern})@(?P<step>[0-9]+)")


def parse_model_spec(text: str) -> ModelSpec:
    """Reads `base`, `NAME`, `NAME=0.6+NAME=0.4` or `NAME@STEP`.

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
        weights.append(AdapterWeight(adapter_name=match["name"], weight=weight))
    return ModelSpec(text, tuple(weights))
