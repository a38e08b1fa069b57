"""From features of every model's pictures to the rows of the table."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from profile_studio.domain.comparison import MOST_SPOKEN_METRICS, ComparisonRow, Interval, MetricValue, Verdict
from profile_studio.domain.names import BASE_NAME
from profile_studio.domain.power import LEVEL, fewest_prompts
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.metric import (
    Features,
    Metric,
    Need,
    NotMeasurable,
    PictureMetric,
    Seen,
    SeenStyle,
    SetMetric,
)
from profile_studio.metrics.registry import METRICS
from profile_studio.metrics.sign_flips import holm_levels
from profile_studio.metrics.uncertainty import (
    PairedMeans,
    PairedSets,
    PairedTest,
    mean_with_interval,
    set_statistic_with_interval,
    share_with_interval,
)


@dataclass(frozen=True)
class SeenByEncoder:
    """What one encoder saw in a comparison: each model's pictures, each style's, and the text of each picture.

    Args:
        encoder: the exact weights.
        models: SPEC to features in prompt-seed order.
        texts: row i belongs to picture i of every model; None from an encoder that reads none.
        styles: name of a data set to what stands for its style.
    """

    encoder: str
    models: Mapping[str, Features]
    texts: Features | None
    styles: Mapping[str, SeenStyle]


@dataclass(frozen=True)
class SeenPictures:
    """What all encoders saw.

    Args:
        by_encoder: the encoders' names are those that metrics give them.
        style_of: SPEC to the name of the model's own style; not in it are the base, and who has none.
    """

    by_encoder: Mapping[str, SeenByEncoder]
    models: tuple[str, ...]
    n_prompts: int
    n_seeds: int
    style_of: Mapping[str, str]

    def style_for(self, model: str) -> str | None:
        """What the model is measured against; the base only where all others are measured against the same."""
        names = set(self.style_of.values())
        if model == BASE_NAME and len(names) == 1:
            return next(iter(names))
        return self.style_of.get(model)

    def of(self, metric: Metric, models: Sequence[str], style: str | None) -> Seen:
        """What a metric gets of these models' pictures, one after the other."""
        seen = self.by_encoder[metric.encoder]
        return Seen(
            np.concatenate([seen.models[model] for model in models]),
            self.n_prompts,
            seen.texts,
            seen.styles.get(style) if style else None,
            tuple(each for name, each in seen.styles.items() if name != style),
        )


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
    """The paired test of each model and metric, and the level at which those are tested of which a report speaks.

    `left_out` says why a metric has none, of any model or of one.
    """

    tests: Mapping[tuple[str, str], PairedTest]
    levels: Mapping[tuple[str, str], float]
    left_out: tuple[Sentence, ...] = ()

    def verdict(self, model: str, metric: str) -> Verdict | None:
        """Whether the model differs from the base; None where that is not asked."""
        level = self.levels.get((model, metric))
        if level is None:
            return None
        test = self.tests[model, metric]
        if test.p > level:
            return Verdict.CANNOT_TELL
        is_better = (test.value > 0) == METRICS[metric].higher_is_better
        return Verdict.BETTER if is_better else Verdict.WORSE


def ask(seen: SeenPictures, metrics: Sequence[str]) -> Questions:
    """Tests every model against the base.

    Of the first metrics that can be had a report speaks: their differences are tested together, by Holm's steps.
    """
    tests: dict[tuple[str, str], PairedTest] = {}
    left_out: dict[Sentence, None] = {}
    spoken: list[str] = []
    for name in metrics:
        before = len(tests)
        for model in seen.models:
            if reason := _obstacle(METRICS[name], model, seen):
                left_out[reason] = None
            elif model != BASE_NAME:
                try:
                    tests[model, name] = _paired_test(METRICS[name], model, seen)
                except NotMeasurable as error:
                    left_out[error.sentence] = None
        if len(tests) > before and len(spoken) < MOST_SPOKEN_METRICS:
            spoken.append(name)
    asked = [key for key in tests if key[1] in spoken]
    levels = dict(zip(asked, holm_levels([tests[key].p for key in asked]), strict=True))
    return Questions(tests, levels, tuple(left_out))


def measure(seen: SeenPictures, metrics: Sequence[str]) -> Measured:
    """Every metric of every model; what cannot be had is left out with a sentence."""
    questions = ask(seen, metrics)
    measured = [name for name in metrics if any(metric == name for _, metric in questions.tests)]
    rows = tuple(
        ComparisonRow(
            model,
            {name: cell for name in measured if (cell := _cell(METRICS[name], model, seen, questions)) is not None},
        )
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
        questions.left_out,
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


def _obstacle(metric: Metric, model: str, seen: SeenPictures) -> Sentence | None:
    if metric.is_of_a_style and not seen.style_of:
        return Sentence("Closeness to a style is not measured: no data set was chosen.")
    if model == BASE_NAME:
        return None
    if Need.SEEDS in metric.needs and seen.n_seeds < 2:
        return Sentence("Variety is not measured: it takes at least two seeds.")
    if seen.n_prompts * seen.n_seeds < metric.fewest_pictures:
        return Sentence(
            "{metric} is not measured: it takes at least {count} pictures of each model.",
            metric=metric.name,
            count=metric.fewest_pictures,
        )
    if not metric.is_of_a_style:
        return None
    name = seen.style_for(model)
    if name is None:
        return Sentence("{model} is held against no style: the pictures it learned from are gone.", model=model)
    style = seen.by_encoder[metric.encoder].styles[name]
    if len(style.reference) < metric.fewest_pictures:
        return Sentence(
            "{metric} is not measured: it takes at least {count} pictures of the style.",
            metric=metric.name,
            count=metric.fewest_pictures,
        )
    if Need.TRAINING in metric.needs and len(style.training) < 2:
        return Sentence("Copies are not counted: the training pictures are gone.")
    if Need.STYLES in metric.needs and len(set(seen.style_of.values())) < 2:
        return Sentence("Style accuracy is not measured: it takes models of at least two styles.")
    return None


def _cell(metric: Metric, model: str, seen: SeenPictures, questions: Questions) -> MetricValue | None:
    style = seen.style_for(model) if metric.is_of_a_style else None
    test, level = questions.tests.get((model, metric.name)), questions.levels.get((model, metric.name), LEVEL)
    if test is None and (model != BASE_NAME or (metric.is_of_a_style and style is None)):
        return None
    try:
        estimate = _estimate(metric, seen.of(metric, [model], style), seen)
    except NotMeasurable:
        return None
    return MetricValue(
        estimate.value,
        estimate.low,
        estimate.high,
        seen.n_prompts * seen.n_seeds,
        seen.by_encoder[metric.encoder].encoder,
        metric.higher_is_better,
        questions.verdict(model, metric.name),
        test.interval(level) if test else None,
        style,
    )


def _estimate(metric: Metric, of_model: Seen, seen: SeenPictures) -> Interval:
    match metric:
        case PictureMetric(is_share=True):
            share = float(metric.compute(of_model).mean())
            estimate = share_with_interval(share * seen.n_prompts, seen.n_prompts)
        case PictureMetric():
            estimate = mean_with_interval(metric.compute(of_model), seen.n_prompts)
        case SetMetric():
            statistic = metric.compute(of_model)
            n_reference = len(of_model.style.reference) if of_model.style else 0
            estimate = set_statistic_with_interval(statistic, seen.n_prompts, seen.n_seeds, n_reference)
            if metric.whole is not None:
                estimate = _around(metric.whole(of_model), estimate)
        case _:
            raise AssertionError(metric)
    lowest, highest = metric.bounds
    if estimate.low is None or estimate.high is None:
        return estimate
    return Interval(estimate.value, max(lowest, estimate.low), min(highest, estimate.high))


def _around(value: float, estimate: Interval) -> Interval:
    if estimate.low is None or estimate.high is None:
        return Interval(value, None, None)
    return Interval(value, value - (estimate.value - estimate.low), value + (estimate.high - estimate.value))


def _paired_test(metric: Metric, model: str, seen: SeenPictures) -> PairedTest:
    style = seen.style_for(model) if metric.is_of_a_style else None
    match metric:
        case PictureMetric():
            values, base = (metric.compute(seen.of(metric, [each], style)) for each in (model, BASE_NAME))
            return PairedMeans(values, base, seen.n_prompts)
        case SetMetric():
            both = seen.of(metric, [model, BASE_NAME], style)
            n_reference = len(both.style.reference) if both.style else 0
            return PairedSets(metric.compute(both), seen.n_prompts, seen.n_seeds, n_reference)
        case _:
            raise AssertionError(metric)
