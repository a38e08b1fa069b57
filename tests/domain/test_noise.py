"""One seed gives one noise, whatever versions of torch and numpy are installed."""

from collections.abc import Sequence

import numpy as np
import pytest

from profile_studio.domain.noise import NOISE_SEED_LIMIT, standard_normal


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        (0, [[1.7640524, 0.40015721, 0.97873798], [2.2408932, 1.8675580, -0.97727788]]),
        (7, [[1.6905257, -0.46593737, 0.032820166], [0.40751628, -0.78892303, 0.0020655727]]),
        ([1, 2], [[-1.5452676, 0.54084593, 1.5286111], [-0.66544843, 0.72957826, 1.9988085]]),
    ],
)
def test_the_numbers_of_a_seed_are_these_for_good(seed: int | Sequence[int], expected: list[list[float]]) -> None:
    noise = standard_normal(seed, (2, 3))

    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise, expected, rtol=1e-6)


def test_the_last_seed_is_taken_and_the_next_is_none() -> None:
    assert standard_normal(NOISE_SEED_LIMIT, (1,)).shape == (1,)
    with pytest.raises(ValueError, match="Seed"):
        standard_normal(NOISE_SEED_LIMIT + 1, (1,))


def test_a_shorter_noise_is_the_start_of_a_longer_one() -> None:
    np.testing.assert_array_equal(standard_normal(3, (8,))[:4], standard_normal(3, (4,)))
