"""From features of every model's pictures to the rows of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.comparison import STYLE_METRICS, ComparisonRow, MetricValue, Verdict
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics import uncertainty
from profile_studio.metrics.distances import frechet_distance, kernel_distance
from profile_studio.metrics.features import Features
from profile_studio.metrics.scores import PerPicture, clip_scores, copies, style_similarities, varieties
from profile_studio.metrics.uncertainty import Difference, Estimate

HIGHER_IS_BETTER = {
    "clip_score": True,
    "style_similarity": True,
    "kid_judge": False,
    "fd_judge": False,
    "face_score": True,
    "copy_risk": False,
    "variety": True,
}


@dataclass(frozen=True)
class SeenStyle:
    """Features of the pictures that stand for a style, and of those that were trained on."""

    reference: Features
    training: Features


@dataclass(frozen=True)
class SeenFaces:
    """How intact the critic finds the face of each model's pictures, in prompt-seed order."""

    models: Mapping[str, PerPicture]
    critic: str


@dataclass(frozen=True)
class SeenPictures:
    """Features of one comparison: each model's pictures in prompt-seed order, and each picture's prompt.

    `faces` is None where nobody asked for them.
    """

    models: Mapping[str, Features]
    texts: Features
    n_prompts: int
    style: SeenStyle | None
    encoder: str
    faces: SeenFaces | None = None


@dataclass(frozen=True)
class Measured:
    """The table, and what decided each verdict: model and metric to the difference from the base."""

    rows: tuple[ComparisonRow, ...]
    differences: Mapping[tuple[str, str], Difference]
    left_out: tuple[Sentence, ...]


def measure(seen: SeenPictures, metrics: Sequence[str]) -> Measured:
    """Every metric of every model; a metric that cannot be had is left out with a sentence."""
    left_out = {metric: reason for metric in metrics if (reason := _obstacle(metric, seen))}
    possible = [metric for metric in metrics if metric not in left_out]
    cells = {(model, metric): _cell(metric, model, seen) for model in seen.models for metric in possible}
    rows = tuple(
        ComparisonRow(model, {metric: cells[model, metric][0] for metric in possible}) for model in seen.models
    )
    differences = {key: difference for key, (_, difference) in cells.items() if difference is not None}
    return Measured(rows, differences, tuple(dict.fromkeys(left_out.values())))


def _obstacle(metric: str, seen: SeenPictures) -> Sentence | None:
    if metric in STYLE_METRICS and seen.style is None:
        return Sentence("Closeness to a style is not measured: no data set was chosen.")
    n_pictures = len(seen.texts)
    if metric == "variety" and n_pictures < 2 * seen.n_prompts:
        return Sentence("Variety is not measured: it takes at least two seeds.")
    if metric in ("kid_judge", "fd_judge") and n_pictures < 2:
        return Sentence("{metric} is not measured: it takes at least two pictures of each model.", metric=metric)
    if metric == "copy_risk" and seen.style is not None and len(seen.style.training) < 2:
        return Sentence("Copies are not counted: the training pictures are gone.")
    return None


def _cell(metric: str, model: str, seen: SeenPictures) -> tuple[MetricValue, Difference | None]:
    higher_is_better = HIGHER_IS_BETTER[metric]
    n = len(seen.texts)
    if metric in ("kid_judge", "fd_judge"):
        estimate, difference = _of_sets(metric, model, seen, higher_is_better)
    else:
        values, base = (_per_picture(metric, name, seen) for name in (model, BASE_NAME))
        estimate = (
            uncertainty.share_with_interval(round(values.sum()), n)
            if metric == "copy_risk"
            else uncertainty.mean_with_interval(values, seen.n_prompts)
        )
        difference = uncertainty.compare_means(values, base, seen.n_prompts, higher_is_better)
    verdict: Verdict | None = difference.verdict
    if model == BASE_NAME:
        verdict = None
    encoder = seen.faces.critic if metric == "face_score" and seen.faces else seen.encoder
    value = MetricValue(estimate.value, estimate.low, estimate.high, n, encoder, higher_is_better, verdict)
    return value, None if model == BASE_NAME else difference


def _per_picture(metric: str, model: str, seen: SeenPictures) -> PerPicture:
    pictures = seen.models[model]
    if metric == "clip_score":
        return clip_scores(pictures, seen.texts)
    if metric == "variety":
        return varieties(pictures, seen.n_prompts)
    if metric == "face_score":
        assert seen.faces is not None
        return seen.faces.models[model]
    assert seen.style is not None
    if metric == "style_similarity":
        return style_similarities(pictures, seen.style.reference)
    return copies(pictures, seen.style.training)


def _of_sets(metric: str, model: str, seen: SeenPictures, higher_is_better: bool) -> tuple[Estimate, Difference]:
    assert seen.style is not None
    reference = seen.style.reference
    n = len(seen.texts)

    def distance_of(name: str) -> uncertainty.SetStatistic:
        pictures = seen.models[name]

        def distance(chosen: NDArray[np.intp], chosen_reference: NDArray[np.intp]) -> float:
            return _DISTANCES[metric](pictures[chosen], reference[chosen_reference])

        return distance

    estimate = uncertainty.set_statistic_with_interval(distance_of(model), n, len(reference))
    difference = uncertainty.compare_sets(
        distance_of(model), distance_of(BASE_NAME), n, len(reference), higher_is_better
    )
    return estimate, difference


def _cosine_kernel_distance(first: Features, second: Features) -> float:
    # gamma = 1 on rows of length 1: the kernel is (1 + cosine)^3, whatever the judge's width.
    return kernel_distance(first, second, gamma=1.0)


_DISTANCES: dict[str, Callable[[Features, Features], float]] = {
    "kid_judge": _cosine_kernel_distance,
    "fd_judge": frechet_distance,
}
