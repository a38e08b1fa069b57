"""Distances of sets against closed forms and against torchmetrics."""

import numpy as np
import pytest
import torch

from profile_studio.metrics.distances import (
    checked_kernel_statistic,
    frechet_distance,
    frechet_statistic,
    inception_score_statistic,
    kernel_distance,
    kernel_statistic,
)
from profile_studio.metrics.metric import Features, NotMeasurable
from profile_studio.metrics.with_torchmetrics import fid, inception_score, kid


def two_sets(n: int, d: int) -> tuple[Features, Features]:
    generator = np.random.RandomState(2023)
    return generator.randn(n, d), generator.randn(n, d)


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [(128, 8, 0.2579762945), (100, 64, 21.9430956171), (1000, 16, 0.1631803822), (50, 64, 42.1602961)],
)
def test_frechet_distance_has_the_value_of_torch_fidelity(n: int, d: int, expected: float) -> None:
    assert frechet_distance(*two_sets(n, d)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "d"), [(128, 8), (50, 64)])
def test_frechet_distance_agrees_with_torchmetrics(n: int, d: int) -> None:
    from torchmetrics.image.fid import _compute_fid  # pyright: ignore[reportPrivateUsage]

    first, second = (torch.from_numpy(x) for x in two_sets(n, d))
    expected = _compute_fid(first.mean(0), first.T.cov(), second.mean(0), second.T.cov())
    assert frechet_distance(first.numpy(), second.numpy()) == pytest.approx(float(expected), rel=1e-4)


def test_a_pure_shift_costs_its_square() -> None:
    first, _ = two_sets(50, 3)
    assert frechet_distance(first, first + np.array([1.0, 2.0, 0.0])) == pytest.approx(5.0)


def test_a_set_has_no_distance_to_itself() -> None:
    first, _ = two_sets(40, 64)
    assert frechet_distance(first, first) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [(128, 8, -0.0337732429), (100, 64, -0.0031078634), (1000, 16, 0.0000121896), (50, 64, -0.0218380938)],
)
def test_kernel_distance_has_the_value_of_torch_fidelity(n: int, d: int, expected: float) -> None:
    assert kernel_distance(*two_sets(n, d)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("gamma", [None, 1.0])
def test_kernel_distance_agrees_with_torchmetrics(gamma: float | None) -> None:
    from torchmetrics.image.kid import poly_mmd

    first, second = two_sets(60, 16)
    expected = poly_mmd(torch.from_numpy(first), torch.from_numpy(second), gamma=gamma)
    assert kernel_distance(first, second, gamma) == pytest.approx(float(expected), rel=1e-6)


def test_kernel_distance_of_four_points_is_known() -> None:
    assert kernel_distance(np.eye(2), np.array([[1.0, 1.0], [0.0, 0.0]])) == pytest.approx(-2.375)


def test_kernel_distance_is_unbiased() -> None:
    generator = np.random.default_rng(0)
    values = [kernel_distance(*generator.normal(size=(2, 12, 4))) for _ in range(400)]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20


@pytest.mark.parametrize(("n", "d"), [(128, 8), (100, 64), (50, 64), (1000, 16)])
def test_torchmetrics_on_stored_features_gives_the_same_distances(n: int, d: int) -> None:
    first, second = two_sets(n, d)
    assert fid(first, second) == pytest.approx(frechet_distance(first, second), rel=1e-4)
    assert kid(first, second) == pytest.approx(kernel_distance(first, second), rel=1e-6)


def test_kid_of_sets_of_different_sizes_is_that_of_many_parts() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 60, 8))
    assert kid(first[:30], second + 1) == pytest.approx(kernel_distance(first[:30], second + 1), rel=0.1)
    assert kid(first[:30], second) == kid(first[:30], second)


def of_closed_form(shift: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[Features, Features]:
    """Two sets with exactly these covariances, and means this far apart."""

    def points(covariance: np.ndarray) -> np.ndarray:
        root = np.linalg.cholesky(covariance)
        d = len(covariance)
        return np.vstack([root.T, -root.T]) * np.sqrt((2 * d - 1) / 2)

    return points(first), points(second) + shift


@pytest.mark.parametrize(
    ("shift", "first", "second", "expected"),
    [
        (np.array([1.0, -2.0]), np.array([[2.0, 1.0], [1.0, 2.0]]), np.diag([1.0, 3.0]), 5.516685226452117),
        (np.zeros(3), np.diag([4.0, 4.0, 4.0]), np.diag([1.0, 1.0, 1.0]), 3.0),
        (np.zeros(3), np.diag([1.0, 4.0, 9.0]), np.diag([4.0, 4.0, 1.0]), 5.0),
        (np.ones(64), np.eye(64), np.eye(64), 64.0),
    ],
)
def test_frechet_distance_of_known_normal_distributions(
    shift: np.ndarray, first: np.ndarray, second: np.ndarray, expected: float
) -> None:
    sets = of_closed_form(shift, first, second)
    assert frechet_distance(*sets) == pytest.approx(expected, abs=1e-9)


def test_the_frechet_step_is_the_eigen_decompositions() -> None:
    first, second = two_sets(100, 512)

    def root(features: Features) -> tuple[Features, Features]:
        covariance = np.cov(features, rowvar=False)
        values, vectors = np.linalg.eigh(covariance)
        return covariance, (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

    (own, own_root), (other, _) = root(first), root(second)
    trace = np.sqrt(np.maximum(np.linalg.eigvalsh(own_root @ other @ own_root), 0)).sum()
    shift = first.mean(axis=0) - second.mean(axis=0)
    expected = shift @ shift + np.trace(own) + np.trace(other) - 2 * trace
    # eigvalsh leaves 413 zeros at about 1e-14, and their roots at 1e-7 each.
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)


def test_a_far_mean_takes_no_digits() -> None:
    first, second = two_sets(50, 8)
    assert frechet_distance(first + 1e6, second + 1e6) == pytest.approx(frechet_distance(first, second), rel=1e-6)


def test_parts_of_sets_have_the_distances_of_these_parts() -> None:
    first, second = two_sets(30, 5)
    some, others = np.array([3, 1, 7, 20]), np.array([0, 2, 9])
    for statistic, distance in ((frechet_statistic, frechet_distance), (kernel_statistic, kernel_distance)):
        assert statistic(first, second)(some, others) == pytest.approx(distance(first[some], second[others]))


def test_a_kernel_that_tells_nothing_apart_is_refused() -> None:
    first, second = (1000 + 1e-3 * each for each in two_sets(20, 4))
    with pytest.raises(NotMeasurable, match="kid is not measured: to its encoder all these pictures look the same"):
        checked_kernel_statistic("kid", first, second)
    assert callable(checked_kernel_statistic("kid", *two_sets(20, 4)))


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [(128, 8, 1.3917378213), (100, 64, 1.5788720146), (50, 64, 1.5641516490), (1000, 16, 1.5098993935)],
)
def test_inception_score_has_the_value_of_torch_fidelity(n: int, d: int, expected: float) -> None:
    logits, _ = two_sets(n, d)
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    everything, none = np.arange(n), np.arange(0)
    assert inception_score_statistic(probabilities)(everything, none) == pytest.approx(expected, abs=1e-8)
    assert inception_score(probabilities) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("n", [5, 12])
def test_the_inception_score_of_different_classes_is_their_number(n: int) -> None:
    assert inception_score_statistic(np.eye(n))(np.arange(n), np.arange(0)) == pytest.approx(n)
    assert inception_score(np.eye(n)) == pytest.approx(n)
