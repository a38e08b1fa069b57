"""Whether a model's losses tell which pictures it learned from."""

import math
from statistics import NormalDist

import numpy as np

from profile_studio.domain.comparison import Interval
from profile_studio.domain.power import LEVEL
from profile_studio.metrics.metric import PerPicture

_Z = NormalDist().inv_cdf(1 - LEVEL / 2)


def membership_auc(learned: PerPicture, put_aside: PerPicture) -> Interval:
    """How often a learned picture gained more than one that was put aside: 0.5 is chance, 1 is learned by heart.

    Args:
        learned, put_aside: shape (n,), how much each picture's loss fell from the base model's. What makes a picture
            hard is in both losses, so it cancels.
    Source: Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.
    """
    wins = (learned[:, None] > put_aside[None, :]) + 0.5 * (learned[:, None] == put_aside[None, :])
    area = float(wins.mean())
    n, m = len(learned), len(put_aside)
    # At an end the formula's error is 0, which no finite number of pictures warrants.
    inner = min(max(area, 1 / (2 * n * m)), 1 - 1 / (2 * n * m))
    both, twice = inner / (2 - inner), 2 * inner**2 / (1 + inner)
    variance = (inner * (1 - inner) + (n - 1) * (both - inner**2) + (m - 1) * (twice - inner**2)) / (n * m)
    error = _Z * math.sqrt(variance)
    return Interval(area, max(0.0, area - error), min(1.0, area + error))


def gains(base: PerPicture, model: PerPicture) -> PerPicture:
    """How much each picture's loss fell, as a share of the base model's."""
    return (base - model) / np.maximum(base, np.finfo(np.float64).tiny)
