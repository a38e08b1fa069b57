"""How sure a number is, and whether two models differ.

Every model draws the same prompts with the same seeds, so models are compared picture by picture: what a prompt makes
hard is hard for both and cancels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.comparison import Verdict

CONFIDENCE = 0.95
MINIMUM_PAIRS = 6  # with five pairs even five wins of five happen by luck once in sixteen times (two-sided)
FEWEST_TO_FORESEE = 8
"""Pairs from which a needed number of pictures is named. With fewer the spread of differences is itself hardly known:
the standard error of a variance is sqrt(2 / (n - 1)) of it, which is more than half below eight, and the needed number
goes with the variance."""
_RESAMPLES = 2000
_HALF_SAMPLES = 400
_Z = 1.959964  # 95 % of a normal distribution lie within this many standard deviations
_Z_POWER = 0.841621  # a true effect is then found in 80 % of repetitions


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval; the bounds are None where there is too little to say."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Difference:
    """A model minus the base.

    `more_pictures`: how many more of each would likely decide it if the difference is as large as it looks; None if it
    is decided, or if that cannot be foreseen.
    """

    estimate: Estimate
    verdict: Verdict
    more_pictures: int | None


def mean_with_interval(values: NDArray[np.float64], n_prompts: int, seed: int = 0) -> Estimate:
    """The mean over pictures, prompts resampled first and seeds within them.

    Args:
        values: shape (n_prompts * n_seeds,), in prompt-seed order.
    """
    return _bootstrap(values.reshape(n_prompts, -1), seed)


def compare_means(
    values: NDArray[np.float64], base: NDArray[np.float64], n_prompts: int, higher_is_better: bool, seed: int = 0
) -> Difference:
    """Whether a model's mean differs from the base's, from paired pictures.

    Args:
        values, base: shape (n_prompts * n_seeds,), in the same prompt-seed order.
    """
    return _judge(mean_with_interval(values - base, n_prompts, seed), len(values), higher_is_better)


def share_with_interval(successes: int, n: int) -> Estimate:
    """A share with Wilson's interval, which stays honest at 0 and 1.

    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    share = successes / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half))


SetStatistic = Callable[[NDArray[np.intp], NDArray[np.intp]], float]
"""From indices into the pictures and indices into the reference pictures to a number."""


def set_statistic_with_interval(statistic: SetStatistic, n_pictures: int, n_reference: int, seed: int = 0) -> Estimate:
    """A statistic of a whole set with an interval from random halves.

    Halves are drawn without replacement: a picture that is drawn twice would look like a perfect match with itself and
    shift every distance. The spread of halves around the whole is the standard error of the whole.

    Args:
        statistic: called with indices, so that two models can be compared on the same halves.
    """
    everything, every_reference = np.arange(n_pictures), np.arange(n_reference)
    value = statistic(everything, every_reference)
    if min(n_pictures, n_reference) < 2 * MINIMUM_PAIRS:
        return Estimate(value, None, None)
    generator = np.random.default_rng(seed)
    halves = [
        statistic(
            generator.choice(n_pictures, n_pictures // 2, replace=False),
            generator.choice(n_reference, n_reference // 2, replace=False),
        )
        for _ in range(_HALF_SAMPLES)
    ]
    error = float(np.std(halves))
    return Estimate(value, value - _Z * error, value + _Z * error)


def compare_sets(
    statistic: SetStatistic, base: SetStatistic, n_pictures: int, n_reference: int, higher_is_better: bool
) -> Difference:
    """Whether a model's set differs from the base's, on the same halves of pictures and references."""

    def difference(pictures: NDArray[np.intp], reference: NDArray[np.intp]) -> float:
        return statistic(pictures, reference) - base(pictures, reference)

    return _judge(set_statistic_with_interval(difference, n_pictures, n_reference), n_pictures, higher_is_better)


def _bootstrap(values: NDArray[np.float64], seed: int) -> Estimate:
    n_prompts, n_seeds = values.shape
    mean = float(values.mean())
    if values.size < MINIMUM_PAIRS:
        return Estimate(mean, None, None)
    generator = np.random.default_rng(seed)
    prompts = generator.integers(n_prompts, size=(_RESAMPLES, n_prompts, 1))
    seeds = generator.integers(n_seeds, size=(_RESAMPLES, n_prompts, n_seeds))
    means = values[prompts, seeds].mean(axis=(1, 2))
    low, high = np.percentile(means, [100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2])
    return Estimate(mean, float(low), float(high))


def _judge(estimate: Estimate, n: int, higher_is_better: bool) -> Difference:
    if estimate.low is None or estimate.high is None:
        return Difference(estimate, Verdict.CANNOT_TELL, None)
    if estimate.low > 0 or estimate.high < 0:
        is_better = (estimate.low > 0) == higher_is_better
        return Difference(estimate, Verdict.BETTER if is_better else Verdict.WORSE, None)
    return Difference(estimate, Verdict.CANNOT_TELL, _more_pictures(estimate, n))


def _more_pictures(difference: Estimate, n: int) -> int | None:
    """How many more pictures of each model would find a difference of this size in four of five comparisons.

    None from too few pictures, and for a difference below its own standard error: its size is then mostly chance.
    """
    assert difference.low is not None and difference.high is not None
    error = (difference.high - difference.low) / (2 * _Z)
    if n < FEWEST_TO_FORESEE or abs(difference.value) <= error:
        return None
    return max(1, math.ceil(n * ((_Z + _Z_POWER) * error / abs(difference.value)) ** 2) - n)
