"""Sizes of blends, and directions taken out of them, against whole matrices in float64."""

import numpy as np
import pytest

from profile_studio.lora_files.low_rank import Halves, energy_scale, inner_product, without_directions


def halves(seed: int, rank: int) -> Halves:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(rank, 12)).astype("f4"), generator.normal(size=(9, rank)).astype("f4")


def whole(update: Halves) -> np.ndarray:
    return update[1].astype("f8") @ update[0].astype("f8")


def test_an_inner_product_is_that_of_the_whole_matrices() -> None:
    one, other = halves(0, 2), halves(1, 5)

    assert inner_product(one, other) == pytest.approx(float((whole(one) * whole(other)).sum()), rel=1e-5)


@pytest.mark.parametrize(
    ("gram", "weights", "scale"),
    [
        (np.eye(2), (1, 1), 2**-0.5),
        (np.eye(5), (1,) * 5, 5**-0.5),
        (np.ones((2, 2)), (1, 1), 0.5),
        (np.eye(2), (0.8, 0.6), 0.8),
        (np.eye(1), (0.7,), 1.0),
        (np.array([[1.0, -1.0], [-1.0, 1.0]]), (1, 1), 1.0),
        (np.array([[1.0, -0.9], [-0.9, 1.0]]), (1, 1), 1.0),
    ],
)
def test_a_blend_is_as_large_as_its_largest_part_alone(
    gram: np.ndarray, weights: tuple[float, ...], scale: float
) -> None:
    assert energy_scale(gram, weights) == pytest.approx(scale)


def test_what_one_reads_is_taken_out_of_the_other_and_nothing_else() -> None:
    style, face, other_face = halves(0, 4), halves(1, 3), halves(2, 2)

    left = without_directions(style[0], [face, other_face])

    inputs = np.random.default_rng(3).normal(size=(7, 5)) @ np.concatenate([face[0], other_face[0]])
    assert np.abs(inputs @ left.T).max() < 1e-4
    np.testing.assert_allclose(without_directions(left, [face, other_face]), left, atol=1e-5)
    blind = np.zeros_like(face[0])  # a row that leads nowhere protects nothing
    np.testing.assert_array_equal(without_directions(style[0], [(blind, face[1])]), style[0])
