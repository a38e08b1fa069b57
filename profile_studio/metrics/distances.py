"""Numbers for sets of pictures. On Inception's 2048 features the first would be called FID; ours see with the judge."""

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.metric import Features, NotMeasurable, SetStatistic

_FLAT = 0.02


def frechet_statistic(pictures: Features, reference: Features) -> SetStatistic:
    """:func:`frechet_distance` of any part of the pictures and any part of the reference.

    With centred features A1, A2 divided by sqrt(n - 1), the trace of (S1 S2)^(1/2) is the nuclear norm of A1 A2^T: no
    matrix root, never complex. Of few pictures with many numbers the products of all are computed once; of many with few,
    each set is brought to its triangle first, which has the same norm.
    """
    both = np.vstack([pictures, reference])
    both = both - both.mean(axis=0)  # a far mean would take the products' last digits
    n = len(pictures)
    is_wide = both.shape[1] >= min(n, len(reference))
    products = both @ both.T if is_wide else None

    def distance(chosen: NDArray[np.intp], chosen_reference: NDArray[np.intp]) -> float:
        first, second = both[chosen], both[chosen_reference + n]
        difference = first.mean(axis=0) - second.mean(axis=0)
        first, second = first - first.mean(axis=0), second - second.mean(axis=0)
        if products is not None:
            across = products[np.ix_(chosen, chosen_reference + n)]
            across = across - across.mean(axis=0) - across.mean(axis=1, keepdims=True) + across.mean()
        else:
            across = np.linalg.qr(first, mode="r") @ np.linalg.qr(second, mode="r").T
        root = np.linalg.svd(across, compute_uv=False).sum() / np.sqrt((len(first) - 1) * (len(second) - 1))
        traces = (first**2).sum() / (len(first) - 1) + (second**2).sum() / (len(second) - 1)
        return float(difference @ difference + traces - 2 * root)

    return distance


def frechet_distance(first: Features, second: Features) -> float:
    """Squared Frechet distance of the normal distributions through two sets; lower: more alike.

    Grows as sets get smaller, so only sets of equal size may be compared.

    Args:
        first, second: shape (n, d), n >= 2, any scale.
    Source: Heusel et al. 2017, arXiv:1706.08500.
    """
    return frechet_statistic(first, second)(np.arange(len(first)), np.arange(len(second)))


def kernel_statistic(pictures: Features, reference: Features, gamma: float | None = None) -> SetStatistic:
    """:func:`kernel_distance` of any part of the pictures and any part of the reference, from one matrix of products."""
    kernel = _kernel(np.vstack([pictures, reference]), gamma)
    n = len(pictures)

    def distance(chosen: NDArray[np.intp], chosen_reference: NDArray[np.intp]) -> float:
        second = chosen_reference + n
        within = sum(_mean_without_diagonal(kernel[np.ix_(each, each)]) for each in (chosen, second))
        return float(within - 2 * kernel[np.ix_(chosen, second)].mean())

    return distance


def kernel_distance(first: Features, second: Features, gamma: float | None = None) -> float:
    """Unbiased squared maximum mean discrepancy with the kernel (gamma x.y + 1)^3; lower: more alike.

    Around 0 the sets cannot be told apart; slightly negative values are right.

    Args:
        first, second: shape (n, d), n >= 2.
        gamma: 1 / d when None, as KID on Inception features has it. With gamma = 1, rows of length 1 are compared
            by (1 + cosine)^3.
    Source: Binkowski et al. 2018, arXiv:1801.01401.
    """
    return kernel_statistic(first, second, gamma)(np.arange(len(first)), np.arange(len(second)))


def checked_kernel_statistic(
    metric: str, pictures: Features, reference: Features, gamma: float | None = None
) -> SetStatistic:
    """:func:`kernel_statistic`, unless its kernel tells no pictures apart.

    Raises:
        NotMeasurable: all values of the kernel lie within 2 %, so any distance would be 0.
    """
    kernel = _kernel(np.vstack([pictures, reference]), gamma)
    if kernel.max() - kernel.min() <= _FLAT * np.abs(kernel).max():
        raise NotMeasurable(
            Sentence("{metric} is not measured: to its encoder all these pictures look the same.", metric=metric)
        )
    return kernel_statistic(pictures, reference, gamma)


def inception_score_statistic(probabilities: Features) -> SetStatistic:
    """Inception score of any part of the pictures: how sure their classes are, and how many there are of them.

    Args:
        probabilities: shape (n, classes); rows add up to 1.
    Source: Salimans et al. 2016, arXiv:1606.03498.
    """
    logarithms = np.log(np.maximum(probabilities, np.finfo(np.float64).tiny))
    own = (probabilities * logarithms).sum(axis=1)

    def score(chosen: NDArray[np.intp], _reference: NDArray[np.intp]) -> float:
        mean = probabilities[chosen].mean(axis=0)
        together = (mean * np.log(np.maximum(mean, np.finfo(np.float64).tiny))).sum()
        return float(np.exp(own[chosen].mean() - together))

    return score


def _kernel(features: Features, gamma: float | None) -> NDArray[np.float64]:
    return ((1 / features.shape[1] if gamma is None else gamma) * features @ features.T + 1) ** 3


def _mean_without_diagonal(matrix: Features) -> float:
    n = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (n * (n - 1)))
