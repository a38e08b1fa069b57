"""How sure a number is, and whether two models differ.

Every model draws the same prompts with the same seeds, so models are compared prompt by prompt: what a prompt makes
hard is hard for both and cancels. The unit is the prompt, whatever number of pictures it has.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.comparison import Interval
from profile_studio.domain.power import FEWEST_TO_FORESEE, LEVEL, prompts_to_show
from profile_studio.metrics.metric import SetStatistic
from profile_studio.metrics.sign_flips import sign_flip_interval, sign_flip_p

_Z = NormalDist().inv_cdf(1 - LEVEL / 2)
_HALF_SAMPLES = 400
_FEWEST_FOR_HALVES = 6
_MOST_SWAPS = 1023
_FEWEST_REPEATS = 39
_AFFORDABLE = 4 * 10**9  # cubes of pictures: about ten seconds for a Frechet distance


class PairedMeans:
    """A model's pictures against the base's, by the means of their prompts.

    Args:
        values, base: shape (n_prompts * n_seeds,), in the same prompt-seed order.
    """

    def __init__(self, values: NDArray[np.float64], base: NDArray[np.float64], n_prompts: int) -> None:
        self._differences = (values - base).reshape(n_prompts, -1).mean(axis=1)
        self.spread = float(self._differences.std(ddof=1)) if n_prompts > 1 else 0.0
        self.value = float(self._differences.mean())
        self.p = sign_flip_p(self._differences)

    def interval(self, level: float) -> Interval:
        """The difference with what the test does not refuse at this level."""
        low, high = sign_flip_interval(self._differences, level) or (None, None)
        return Interval(self.value, low, high)

    def more_prompts(self, level: float) -> int | None:
        """How many more prompts would find a difference of this size in four of five comparisons.

        None from too few prompts, and for a difference below its own standard error: its size is then mostly chance.
        """
        n = len(self._differences)
        if n < FEWEST_TO_FORESEE or abs(self.value) <= self.spread / math.sqrt(n):
            return None
        return max(1, prompts_to_show(abs(self.value), self.spread, level) - n)


class PairedSets:
    """A statistic of a model's whole set against the same of the base's, prompts changing sides.

    If the models are equal, the pictures of a prompt could as well have come from the other one: the difference is held
    against those of swapped sets.

    Args:
        statistic: of indices into the model's pictures followed by the base's, each n_prompts * n_seeds in prompt-seed
            order, and of indices into the reference.
    """

    def __init__(self, statistic: SetStatistic, n_prompts: int, n_seeds: int, n_reference: int) -> None:
        reference = np.arange(n_reference)
        model = np.arange(n_prompts * n_seeds).reshape(n_prompts, n_seeds)
        base = model + n_prompts * n_seeds

        def difference(swapped: NDArray[np.bool_]) -> float:
            first, second = (np.where(swapped[:, None], *sides).ravel() for sides in ((base, model), (model, base)))
            return statistic(first, reference) - statistic(second, reference)

        self.value = difference(np.zeros(n_prompts, dtype=np.bool_))
        # A pattern and its opposite differ in sign only.
        swaps = _swaps(n_prompts, _affordable(_MOST_SWAPS, n_prompts * n_seeds))
        self._swapped = np.sort(np.abs([difference(each) for each in swaps] + [self.value]))
        tie = 1e-9 * self._swapped[-1]
        self.p = float((self._swapped >= abs(self.value) - tie).mean())

    def interval(self, level: float) -> Interval:
        """The difference with the reach of chance at this level on either side: without 0 where p is at most `level`."""
        rank = int(level * len(self._swapped) + 1e-9)
        if rank < 1:
            return Interval(self.value, None, None)
        reach = float(self._swapped[-rank - 1] if rank < len(self._swapped) else 0.0)
        return Interval(self.value, self.value - reach, self.value + reach)

    def more_prompts(self, _level: float) -> None:
        """Not foreseen: the spread of a distance of sets does not shrink as a mean's does."""
        return


PairedTest = PairedMeans | PairedSets


def _affordable(most: int, n_pictures: int) -> int:
    """How often a statistic of this many pictures is computed: its time goes with their cube."""
    return max(_FEWEST_REPEATS, min(most, _AFFORDABLE // n_pictures**3))


def _swaps(n_prompts: int, most: int) -> NDArray[np.bool_]:
    """Which prompts change sides, half of all patterns but the one that changes none, or as many drawn."""
    if 2 ** (n_prompts - 1) - 1 <= most:
        return (np.arange(1, 2 ** (n_prompts - 1))[:, None] >> np.arange(n_prompts) & 1).astype(np.bool_)
    return np.random.default_rng(0).random((most, n_prompts)) < 0.5


def mean_with_interval(values: NDArray[np.float64], n_prompts: int) -> Interval:
    """The mean over pictures with the interval of its prompts' means.

    Args:
        values: shape (n_prompts * n_seeds,), in prompt-seed order.
    """
    means = values.reshape(n_prompts, -1).mean(axis=1)
    low, high = sign_flip_interval(means) or (None, None)
    return Interval(float(means.mean()), low, high)


def share_with_interval(successes: float, n: int) -> Interval:
    """A share with Wilson's interval, which stays honest at 0 and 1.

    Args:
        n: of independent witnesses; with several pictures a prompt, the prompts.
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    share = successes / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def set_statistic_with_interval(
    statistic: SetStatistic, n_prompts: int, n_seeds: int, n_reference: int, seed: int = 0
) -> Interval:
    """A statistic of a whole set with an interval from random halves of its prompts.

    Halves are drawn without replacement: a picture that is drawn twice would look like a perfect match with itself and
    shift every distance. The spread of halves around their own mean is the standard error of the whole; their mean is
    not its value, because most distances grow as sets get smaller.

    Args:
        statistic: of indices into pictures in prompt-seed order, and into the reference.
    """
    pictures = np.arange(n_prompts * n_seeds).reshape(n_prompts, n_seeds)
    value = statistic(pictures.ravel(), np.arange(n_reference))
    if n_prompts < _FEWEST_FOR_HALVES or 0 < n_reference < 2 * _FEWEST_FOR_HALVES:
        return Interval(value, None, None)
    generator = np.random.default_rng(seed)
    halves = [
        statistic(
            pictures[generator.choice(n_prompts, n_prompts // 2, replace=False)].ravel(),
            generator.choice(n_reference, n_reference // 2, replace=False),
        )
        for _ in range(_affordable(_HALF_SAMPLES, n_prompts * n_seeds))
    ]
    error = float(np.std(halves))
    return Interval(value, value - _Z * error, value + _Z * error)
