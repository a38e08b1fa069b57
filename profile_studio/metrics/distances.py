"""Numbers for sets of pictures. On Inception's 2048 features the first would be called FID; ours see with the judge."""

import numpy as np

from profile_studio.metrics.features import Features


def frechet_distance(first: Features, second: Features) -> float:
    """Squared Frechet distance of the normal distributions through two sets; lower: more alike.

    Grows as sets get smaller, so only sets of equal size may be compared. With centred features A1, A2 divided by
    sqrt(n - 1), the trace of (S1 S2)^(1/2) is the nuclear norm of A1 A2^T: no matrix root, never complex.

    Args:
        first, second: shape (n, d), n >= 2, any scale.
    Source: Heusel et al. 2017, arXiv:1706.08500.
    """
    difference = first.mean(axis=0) - second.mean(axis=0)
    first_root, second_root = _root(first), _root(second)
    cross = np.linalg.svd(first_root @ second_root.T, compute_uv=False).sum()
    return float(difference @ difference + (first_root**2).sum() + (second_root**2).sum() - 2 * cross)


def kernel_distance(first: Features, second: Features, gamma: float | None = None) -> float:
    """Unbiased squared maximum mean discrepancy with the kernel (gamma x.y + 1)^3; lower: more alike.

    Around 0 the sets cannot be told apart; slightly negative values are right.

    Args:
        first, second: shape (n, d), n >= 2.
        gamma: 1 / d when None, as KID on Inception features has it. With gamma = 1, rows of length 1 are compared
            by (1 + cosine)^3.
    Source: Binkowski et al. 2018, arXiv:1801.01401.
    """
    scale = 1 / first.shape[1] if gamma is None else gamma
    within = sum(_mean_without_diagonal((scale * x @ x.T + 1) ** 3) for x in (first, second))
    return float(within - 2 * ((scale * first @ second.T + 1) ** 3).mean())


def _root(features: Features) -> Features:
    return (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)


def _mean_without_diagonal(matrix: Features) -> float:
    n = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (n * (n - 1)))
