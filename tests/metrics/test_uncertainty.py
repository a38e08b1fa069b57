"""Intervals that cover, and paired tests that do not guess."""

import numpy as np
import pytest

from profile_studio.metrics.distances import frechet_distance, kernel_distance
from profile_studio.metrics.uncertainty import (
    PairedMeans,
    PairedSets,
    SetStatistic,
    mean_with_interval,
    set_statistic_with_interval,
    share_with_interval,
)


def test_a_model_does_not_differ_from_itself() -> None:
    values = np.random.default_rng(0).normal(size=32)
    same = PairedMeans(values, values, n_prompts=8)
    assert (same.value, same.p, same.more_prompts(0.05)) == (0, 1, None)


@pytest.mark.parametrize("shift", [1.0, -1.0])
def test_a_constant_gain_is_seen_through_any_noise_the_pairs_share(shift: float) -> None:
    base = np.random.default_rng(0).normal(scale=50, size=32)
    paired = PairedMeans(base + shift, base, 16)
    assert paired.p == 2 / 2**16
    assert paired.interval(0.05).low == pytest.approx(shift)


def test_more_pictures_of_the_same_prompts_are_no_more_witnesses() -> None:
    base, gain = np.zeros(5 * 64), np.repeat(np.linspace(1, 2, 5), 64)
    paired = PairedMeans(base + gain, base, n_prompts=5)
    assert paired.p == 0.0625
    assert paired.interval(0.05).low is None


@pytest.mark.parametrize(("level", "expected"), [(0.05, 87 - 32), (0.005, 148 - 32)])
def test_an_undecided_difference_says_how_many_prompts_it_takes(level: float, expected: int) -> None:
    gain = np.random.default_rng(3).normal(size=32)
    gain = (gain - gain.mean()) / gain.std(ddof=1) + 0.3
    # (2.8 / 0.3)^2 = 87 prompts in all at 5 % for a spread of 1 and a gain of 0.3, (3.65 / 0.3)^2 = 148 at 0.5 %.
    more = PairedMeans(gain, np.zeros(32), 32).more_prompts(level)
    assert more == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(("n", "gain"), [(32, 0.02), (7, 0.5)])
def test_no_number_is_named_for_a_gain_that_chance_hides_or_from_few_prompts(n: int, gain: float) -> None:
    gains = np.random.default_rng(3).normal(size=n)
    gains += gain - gains.mean()
    assert PairedMeans(gains, np.zeros(n), n).more_prompts(0.05) is None


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        prompts = generator.normal(size=(12, 1))
        estimate = mean_with_interval((prompts + generator.normal(size=(12, 4))).ravel(), 12)
        assert estimate.low is not None
        assert estimate.high is not None
        covered += estimate.low <= 0 <= estimate.high
    assert 0.91 <= covered / 200 <= 0.99


def test_a_share_of_nothing_still_has_a_width() -> None:
    estimate = share_with_interval(0, 64)
    assert (estimate.value, estimate.low) == (0, 0)
    assert estimate.high == pytest.approx(0.0566, abs=1e-4)
    assert share_with_interval(9, 10).low == pytest.approx(0.5958, abs=1e-4)


def test_halves_spread_like_the_standard_error_of_a_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    estimate = set_statistic_with_interval(lambda pictures, _: float(values[pictures].mean()), 400, 1, 400)
    assert estimate.high is not None
    assert (estimate.high - estimate.value) / 1.96 == pytest.approx(values.std() / 20, rel=0.15)


@pytest.mark.parametrize(("n_prompts", "n_reference"), [(5, 64), (40, 3)])
def test_too_few_prompts_or_reference_pictures_give_no_interval(n_prompts: int, n_reference: int) -> None:
    estimate = set_statistic_with_interval(lambda _, __: 1.0, n_prompts, 4, n_reference)
    assert (estimate.value, estimate.low) == (1.0, None)


def to_reference(pictures: np.ndarray, reference: np.ndarray, distance: object = kernel_distance) -> SetStatistic:
    return lambda chosen, others: distance(pictures[chosen], reference[others])


def test_the_nearer_set_is_told_and_the_same_set_is_not() -> None:
    generator = np.random.default_rng(0)
    reference, near, far = (generator.normal(loc=shift, size=(40, 4)) for shift in (0, 0.1, 2))

    def test(first: np.ndarray, second: np.ndarray) -> PairedSets:
        return PairedSets(to_reference(np.vstack([first, second]), reference), 10, 4, 40)

    assert test(near, far).value < 0
    assert test(near, far).p <= 0.005
    assert test(far, near).value == pytest.approx(-test(near, far).value)
    assert test(near, near).p == 1


@pytest.mark.parametrize("distance", [kernel_distance, frechet_distance])
@pytest.mark.parametrize("pull", [0.0, 1.0])
def test_the_interval_of_sets_leaves_zero_out_exactly_where_the_test_refuses(distance: object, pull: float) -> None:
    generator = np.random.default_rng(0)
    reference = generator.normal(loc=1, size=(30, 3))
    refused = 0
    for _ in range(60):
        both = np.vstack([generator.normal(loc=pull, size=(12, 3)), generator.normal(size=(12, 3))])
        paired = PairedSets(to_reference(both, reference, distance), 6, 2, 30)
        low, high = paired.interval(0.05).low, paired.interval(0.05).high
        assert low is not None
        assert high is not None
        assert (not low <= 0 <= high) == (paired.p <= 0.05)
        refused += paired.p <= 0.05
    assert refused <= 6 if pull == 0 else refused >= 20
