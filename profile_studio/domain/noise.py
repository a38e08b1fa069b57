"""The noise that pictures and trainings start from: the same numbers for one seed on every machine, for good."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NOISE_VERSION = 2
"""Which way noise is made of a seed. Version 1 was torch's generator, whose numbers changed with torch 2.12."""

NOISE_SEED_LIMIT = 2**32 - 1


def standard_normal(seed: int | Sequence[int], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard normal numbers from numpy's legacy generator, the one that numpy promises never to change.

    Args:
        seed: from 0 to `NOISE_SEED_LIMIT`; or several such numbers, each list of which is a stream of its own.
    Raises:
        ValueError: a seed lies outside that range.
    Source: numpy's NEP 19, https://numpy.org/neps/nep-0019-rng-policy.html
    """
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)
