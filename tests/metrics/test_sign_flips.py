"""The exact test against enumeration, and intervals that agree with it."""

import itertools

import numpy as np
import pytest

from profile_studio.metrics.sign_flips import holm_levels, sign_flip_interval, sign_flip_p


@pytest.mark.parametrize("n", [3, 6, 9])
def test_the_p_value_is_the_share_of_sign_patterns_as_extreme(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.4, size=n)
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((-1, 1), repeat=n)]
    expected = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-12)
    assert sign_flip_p(differences) == pytest.approx(expected)
    assert sign_flip_p(-differences) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("n", "p"), [(1, 1.0), (5, 0.0625), (6, 0.03125), (9, 2 / 2**9), (16, 2 / 2**16), (40, 2 / 2**16)]
)
def test_all_prompts_won_is_the_smallest_p_value(n: int, p: float) -> None:
    assert sign_flip_p(np.linspace(1, 2, n)) == pytest.approx(p)


def test_no_difference_at_all_is_no_evidence() -> None:
    assert sign_flip_p(np.zeros(16)) == 1
    assert sign_flip_p(np.array([1.0, -1.0, 2.0, -2.0])) == 1


@pytest.mark.parametrize("n", [6, 12, 16, 24])
@pytest.mark.parametrize("level", [0.05, 0.005])
def test_the_interval_leaves_zero_out_exactly_where_the_test_refuses(n: int, level: float) -> None:
    generator = np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        values = generator.normal(generator.uniform(0, 1.5), size=n)
        p, interval = sign_flip_p(values), sign_flip_interval(values, level)
        refused = interval is not None and not interval[0] <= 0 <= interval[1]
        assert refused == (p <= level)
        seen.add(refused)
    assert seen == {True, False} or n == 6


def test_five_prompts_bound_nothing_and_six_are_bounded_by_their_extremes() -> None:
    assert sign_flip_interval(np.arange(5.0)) is None
    assert sign_flip_interval(np.arange(6.0)) == (0, 5)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    intervals = [sign_flip_interval(generator.normal(size=10)) for _ in range(1000)]
    covered = sum(interval is not None and interval[0] <= 0 <= interval[1] for interval in intervals)
    assert 0.93 <= covered / 1000 <= 0.97


@pytest.mark.parametrize(
    ("p_values", "refused"),
    [
        ([0.01, 0.04, 0.03, 0.005], [True, False, False, True]),
        ([0.02, 0.03], [True, True]),
        ([0.03, 0.03], [False, False]),
        ([0.04], [True]),
        ([], []),
    ],
)
def test_holm_refuses_step_by_step(p_values: list[float], refused: list[bool]) -> None:
    assert [p <= level for p, level in zip(p_values, holm_levels(p_values), strict=True)] == refused
