"""From features of every model's pictures to the rows of the table."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.comparison import (
    MOST_SPOKEN_METRICS,
    STYLE_METRICS,
    ComparisonRow,
    Interval,
    MetricValue,
    Verdict,
)
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.power import LEVEL, fewest_prompts
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.distances import frechet_distance, kernel_distance
from profile_studio.metrics.features import Features
from profile_studio.metrics.scores import PerPicture, clip_scores, copies, style_similarities, varieties
from profile_studio.metrics.sign_flips import holm_levels
from profile_studio.metrics.uncertainty import (
    PairedMeans,
    PairedSets,
    PairedTest,
    SetStatistic,
    mean_with_interval,
    set_statistic_with_interval,
    share_with_interval,
)

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

    @property
    def n_seeds(self) -> int:
        """Pictures of each prompt."""
        return len(self.texts) // self.n_prompts


@dataclass(frozen=True)
class Claim:
    """What a report may say of a model and a metric.

    `more_prompts`: how many more would likely decide it if the difference is as large as it looks; None if it is
    decided, or if that cannot be foreseen.
    """

    model: str
    metric: str
    verdict: Verdict
    more_prompts: int | None


@dataclass(frozen=True)
class Measured:
    """The table, what may be said of it, and how many prompts that rests on.

    Whatever the prompts, no claim is sure below `fewest_prompts`. `spreads` has for each metric the standard deviation
    of the prompts' differences from the base, the middle one of the models.
    """

    rows: tuple[ComparisonRow, ...]
    claims: tuple[Claim, ...]
    left_out: tuple[Sentence, ...]
    n_prompts: int
    fewest_prompts: int
    spreads: Mapping[str, float]


@dataclass(frozen=True)
class Questions:
    """The paired test of each model and metric, and the level at which those are tested of which a report speaks."""

    tests: Mapping[tuple[str, str], PairedTest]
    levels: Mapping[tuple[str, str], float]

    def verdict(self, model: str, metric: str) -> Verdict | None:
        """Whether the model differs from the base; None where that is not asked."""
        level = self.levels.get((model, metric))
        if level is None:
            return None
        test = self.tests[model, metric]
        if test.p > level:
            return Verdict.CANNOT_TELL
        return Verdict.BETTER if (test.value > 0) == HIGHER_IS_BETTER[metric] else Verdict.WORSE


def ask(seen: SeenPictures, metrics: Sequence[str]) -> Questions:
    """Tests every model against the base.

    Of the first metrics a report speaks: their differences are tested together, by Holm's steps.
    """
    models = [model for model in seen.models if model != BASE_NAME]
    tests = {(model, metric): _paired_test(metric, model, seen) for metric in metrics for model in models}
    spoken = [(model, metric) for model in models for metric in metrics[:MOST_SPOKEN_METRICS]]
    return Questions(tests, dict(zip(spoken, holm_levels([tests[key].p for key in spoken]), strict=True)))


def measure(seen: SeenPictures, metrics: Sequence[str]) -> Measured:
    """Every metric of every model; a metric that cannot be had is left out with a sentence."""
    left_out = {metric: reason for metric in metrics if (reason := _obstacle(metric, seen))}
    possible = [metric for metric in metrics if metric not in left_out]
    questions = ask(seen, possible)
    rows = tuple(
        ComparisonRow(model, {metric: _cell(metric, model, seen, questions) for metric in possible})
        for model in seen.models
    )
    claims = tuple(
        Claim(*key, verdict, questions.tests[key].more_prompts(level) if verdict is Verdict.CANNOT_TELL else None)
        for key, level in questions.levels.items()
        if (verdict := questions.verdict(*key)) is not None
    )
    return Measured(
        rows,
        claims,
        tuple(dict.fromkeys(left_out.values())),
        seen.n_prompts,
        fewest_prompts(len(questions.levels)),
        _spreads(questions.tests),
    )


def _spreads(tests: Mapping[tuple[str, str], PairedTest]) -> dict[str, float]:
    of_metric: dict[str, list[float]] = {}
    for (_, metric), test in tests.items():
        if isinstance(test, PairedMeans):
            of_metric.setdefault(metric, []).append(test.spread)
    return {metric: statistics.median(spreads) for metric, spreads in of_metric.items()}


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


def _cell(metric: str, model: str, seen: SeenPictures, questions: Questions) -> MetricValue:
    estimate = _estimate(metric, model, seen)
    test, level = questions.tests.get((model, metric)), questions.levels.get((model, metric), LEVEL)
    return MetricValue(
        estimate.value,
        estimate.low,
        estimate.high,
        len(seen.texts),
        seen.faces.critic if metric == "face_score" and seen.faces else seen.encoder,
        HIGHER_IS_BETTER[metric],
        questions.verdict(model, metric),
        test.interval(level) if test else None,
    )


def _estimate(metric: str, model: str, seen: SeenPictures) -> Interval:
    if metric in _DISTANCES:
        assert seen.style is not None
        distance = _distance(metric, seen.models[model], seen.style.reference)
        return set_statistic_with_interval(distance, seen.n_prompts, seen.n_seeds, len(seen.style.reference))
    values = _per_picture(metric, model, seen)
    if metric == "copy_risk":
        return share_with_interval(float(values.mean()) * seen.n_prompts, seen.n_prompts)
    return mean_with_interval(values, seen.n_prompts)


def _paired_test(metric: str, model: str, seen: SeenPictures) -> PairedTest:
    if metric not in _DISTANCES:
        values, base = (_per_picture(metric, name, seen) for name in (model, BASE_NAME))
        return PairedMeans(values, base, seen.n_prompts)
    assert seen.style is not None
    both = np.vstack([seen.models[model], seen.models[BASE_NAME]])
    distance = _distance(metric, both, seen.style.reference)
    return PairedSets(distance, seen.n_prompts, seen.n_seeds, len(seen.style.reference))


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


def _distance(metric: str, pictures: Features, reference: Features) -> SetStatistic:
    def distance(chosen: NDArray[np.intp], chosen_reference: NDArray[np.intp]) -> float:
        return _DISTANCES[metric](pictures[chosen], reference[chosen_reference])

    return distance


def _cosine_kernel_distance(first: Features, second: Features) -> float:
    # gamma = 1 on rows of length 1: the kernel is (1 + cosine)^3, whatever the judge's width.
    return kernel_distance(first, second, gamma=1.0)


_DISTANCES: dict[str, Callable[[Features, Features], float]] = {
    "kid_judge": _cosine_kernel_distance,
    "fd_judge": frechet_distance,
}
