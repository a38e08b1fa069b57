"""The exact test of paired differences: if two models are equal, each prompt's difference could as well have the other
sign.

The unit is the prompt: its pictures share what makes it hard, so they are no independent witnesses. Nothing is assumed
of the differences but that, and nothing is resampled.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.power import LEVEL

MOST_ENUMERATED = 16
"""Prompts up to which every pattern of signs is tried, 2^16; beyond, as many are drawn."""

_DRAWN = 2**MOST_ENUMERATED - 1
_CHUNK = 4096


def sign_flip_p(differences: NDArray[np.float64]) -> float:
    """Two-sided p-value of equal models.

    Args:
        differences: shape (n_prompts,), each prompt's mean over its pictures, model minus base.
    Source: Fisher 1935, The Design of Experiments, section 21.
    """
    total = differences.sum()
    tie = 1e-12 * np.abs(differences).sum()
    sums, _ = _sums(differences if total > 0 else -differences)
    return min(1.0, 2 * (1 + int((sums <= tie).sum())) / (len(sums) + 1))


def sign_flip_interval(values: NDArray[np.float64], level: float = LEVEL) -> tuple[float, float] | None:
    """What the test does not refuse as the centre of the values at this level; None where it refuses nothing.

    It leaves 0 out exactly where :func:`sign_flip_p` is at most `level`: the bounds are means of subsets of the values.

    Args:
        values: shape (n_prompts,).
    Source: Hartigan 1969, doi:10.1080/01621459.1969.10501057.
    """
    sums, sizes = _sums(values)
    rank = int(level * (len(sums) + 1) / 2 + 1e-9)
    if rank < 1:
        return None
    means = np.partition(sums / sizes, [rank - 1, len(sums) - rank])
    return float(means[rank - 1]), float(means[len(sums) - rank])


def holm_levels(p_values: Sequence[float], level: float = LEVEL) -> list[float]:
    """The level at which each hypothesis is tested, so that all together are falsely refused at most at `level`.

    A hypothesis is refused where its p-value is at most its own level.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    """
    levels = [0.0] * len(p_values)
    is_open = True
    current = level
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        if is_open:
            current = level / (len(p_values) - rank)
            is_open = p_values[index] <= current
        levels[index] = current
    return levels


def _sums(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of the subsets that change their sign: what they add up to, and how many values each has."""
    if len(values) <= MOST_ENUMERATED:
        return _subset_sums(values), _subset_sizes(len(values))
    chunks = [(subsets @ values, subsets.sum(axis=1)) for subsets in _drawn_subsets(len(values))]
    return np.concatenate([sums for sums, _ in chunks]), np.concatenate([sizes for _, sizes in chunks])


def _subset_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each subset but the empty one adds up to: every value doubles those there are."""
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    return sums[1:]


@lru_cache(maxsize=4)
def _subset_sizes(n: int) -> NDArray[np.float64]:
    return _subset_sums(np.ones(n))


def _drawn_subsets(n: int) -> Iterator[NDArray[np.float64]]:
    generator = np.random.default_rng(0)
    for start in range(0, _DRAWN, _CHUNK):
        subsets = (generator.random((min(_CHUNK, _DRAWN - start), n)) < 0.5).astype(np.float64)
        subsets[subsets.sum(axis=1) == 0, 0] = 1  # an empty one has no mean
        yield subsets
