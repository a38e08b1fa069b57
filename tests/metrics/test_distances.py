"""Distances of sets against closed forms and against torchmetrics."""

import numpy as np
import pytest
import torch

from profile_studio.metrics.distances import frechet_distance, kernel_distance
from profile_studio.metrics.metric import Features


def two_sets(n: int, d: int) -> tuple[Features, Features]:
    generator = np.random.RandomState(2023)
    return generator.randn(n, d), generator.randn(n, d)


@pytest.mark.parametrize(
    ("n", "d", "expected"), [(128, 8, 0.2579762945), (100, 64, 21.9430956171), (1000, 16, 0.1631803822)]
)
def test_frechet_distance_has_the_value_of_torch_fidelity(n: int, d: int, expected: float) -> None:
    assert frechet_distance(*two_sets(n, d)) == pytest.approx(expected, abs=1e-8)


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
    ("n", "d", "expected"), [(128, 8, -0.0337732429), (100, 64, -0.0031078634), (1000, 16, 0.0000121896)]
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
