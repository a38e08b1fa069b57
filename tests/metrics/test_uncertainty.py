"""Intervals that cover, and verdicts that do not guess."""

import numpy as np
import pytest

from profile_studio.domain.comparison import Verdict
from profile_studio.metrics.distances import kernel_distance
from profile_studio.metrics.uncertainty import (
    compare_means,
    compare_sets,
    mean_with_interval,
    set_statistic_with_interval,
    share_with_interval,
)


def test_a_model_does_not_differ_from_itself() -> None:
    values = np.random.default_rng(0).normal(size=32)
    difference = compare_means(values, values, n_prompts=8, higher_is_better=True)
    assert difference.verdict is Verdict.CANNOT_TELL
    assert (difference.estimate.value, difference.more_pictures) == (0, None)


@pytest.mark.parametrize(
    ("shift", "higher_is_better", "verdict"),
    [(1.0, True, Verdict.BETTER), (-1.0, True, Verdict.WORSE), (1.0, False, Verdict.WORSE), (-1.0, False, Verdict.BETTER)],
)  # fmt: skip
def test_a_constant_gain_is_seen_through_any_noise_the_pairs_share(
    shift: float, higher_is_better: bool, verdict: Verdict
) -> None:
    base = np.random.default_rng(0).normal(scale=50, size=32)
    assert compare_means(base + shift, base, 8, higher_is_better).verdict is verdict


def test_five_pairs_are_never_enough() -> None:
    base = np.zeros(5)
    difference = compare_means(base + 1, base, 5, higher_is_better=True)
    assert (difference.verdict, difference.more_pictures) == (Verdict.CANNOT_TELL, None)
    assert difference.estimate.low is None


def test_an_undecided_difference_says_how_many_pictures_it_takes() -> None:
    generator = np.random.default_rng(3)
    base, gain = np.zeros(32), generator.normal(size=32)
    gain += 0.3 - gain.mean()
    difference = compare_means(base + gain, base, 8, higher_is_better=True)
    assert difference.verdict is Verdict.CANNOT_TELL
    # (2.8 x 1 / 0.3)^2 = 87 pictures in all for noise of 1 and a gain of 0.3.
    assert difference.more_pictures is not None
    assert 28 < difference.more_pictures < 142


@pytest.mark.parametrize(("n", "gain"), [(32, 0.02), (7, 0.5)])
def test_no_number_is_named_for_a_gain_that_chance_hides_or_from_few_pictures(n: int, gain: float) -> None:
    gains = np.random.default_rng(3).normal(size=n)
    gains += gain - gains.mean()
    difference = compare_means(gains, np.zeros(n), n, higher_is_better=True)
    assert (difference.verdict, difference.more_pictures) == (Verdict.CANNOT_TELL, None)


def test_a_number_that_is_named_is_never_a_handful() -> None:
    generator = np.random.default_rng(4)
    named = [
        compare_means(generator.normal(0.5, size=16), np.zeros(16), 16, higher_is_better=True).more_pictures
        for _ in range(100)
    ]
    told = [more for more in named if more is not None]
    assert len(told) > 10
    assert min(told) >= 12


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for number in range(200):
        prompts = generator.normal(size=(12, 1))
        estimate = mean_with_interval((prompts + generator.normal(size=(12, 4))).ravel(), 12, seed=number)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= 0 <= estimate.high
    assert 0.88 <= covered / 200 <= 1.0


def test_the_same_pictures_give_the_same_interval() -> None:
    values = np.random.default_rng(0).normal(size=24)
    assert mean_with_interval(values, 6) == mean_with_interval(values, 6)


def test_a_share_of_nothing_still_has_a_width() -> None:
    estimate = share_with_interval(0, 64)
    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(0.0566, abs=1e-4)
    assert share_with_interval(9, 10).low == pytest.approx(0.5958, abs=1e-4)


def test_halves_spread_like_the_standard_error_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    estimate = set_statistic_with_interval(lambda pictures, _: float(values[pictures].mean()), 400, 400)
    assert estimate.high is not None
    assert (estimate.high - estimate.value) / 1.96 == pytest.approx(values.std() / 20, rel=0.15)


def test_the_nearer_set_is_better_and_the_same_set_cannot_be_told() -> None:
    generator = np.random.default_rng(0)
    reference, near, far = (generator.normal(loc=shift, size=(40, 4)) for shift in (0, 0.1, 2))

    def to(pictures: np.ndarray) -> object:
        return lambda i, j: kernel_distance(pictures[i], reference[j])

    assert compare_sets(to(near), to(far), 40, 40, higher_is_better=False).verdict is Verdict.BETTER
    assert compare_sets(to(far), to(near), 40, 40, higher_is_better=False).verdict is Verdict.WORSE
    assert compare_sets(to(near), to(near), 40, 40, higher_is_better=False).verdict is Verdict.CANNOT_TELL


def test_too_few_reference_pictures_give_no_verdict() -> None:
    estimate = set_statistic_with_interval(lambda _, __: 1.0, 40, 3)
    assert (estimate.value, estimate.low) == (1.0, None)
