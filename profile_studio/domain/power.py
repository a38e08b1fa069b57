"""What a comparison can show, before a picture is drawn."""

import math
from statistics import NormalDist

LEVEL = 0.05  # of a false "sure" anywhere in a report
FEWEST_TO_FORESEE = 8
"""Prompts from which a needed number is named. With fewer the spread of differences is itself hardly known: the standard
error of a variance is sqrt(2 / (n - 1)) of it, which is more than half below eight, and the needed number goes with the
variance."""
_POWER = 0.8


def fewest_prompts(questions: int) -> int:
    """Prompts below which nothing can be sure, however they come out: 2 / 2^prompts is the smallest p-value there is."""
    return math.ceil(math.log2(2 * max(1, questions) / LEVEL))


def prompts_to_show(difference: float, spread: float, level: float) -> int:
    """Prompts that find a difference of this size in four of five comparisons.

    Args:
        spread: standard deviation of the prompts' differences.
        level: at which it is tested, both sides together.
    """
    return math.ceil((_reach(level) * spread / difference) ** 2)


def shown_by(prompts: int, spread: float, questions: int) -> float:
    """The smallest difference that this many prompts find in four of five comparisons, at Holm's first step."""
    return _reach(LEVEL / max(1, questions)) * spread / math.sqrt(prompts)


def _reach(level: float) -> float:
    return NormalDist().inv_cdf(1 - level / 2) + NormalDist().inv_cdf(_POWER)
