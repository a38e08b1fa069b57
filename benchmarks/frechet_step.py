"""The Frechet step at FID's width beside an eigen-decomposition in 64 bits and torchmetrics' own.

    python -m benchmarks.frechet_step [--pictures 100] [--width 2048]

Prints the values, the seconds of each, and how many times faster ours is than torchmetrics' matrix root.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
import torch
from torchmetrics.image.fid import _compute_fid  # pyright: ignore[reportPrivateUsage]

from profile_studio.metrics.distances import frechet_distance
from profile_studio.metrics.metric import Features


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--width", type=int, default=2048)
    arguments = parser.parse_args()
    generator = np.random.RandomState(2023)
    first, second = (generator.randn(arguments.pictures, arguments.width) for _ in range(2))
    ours, our_seconds = timed(frechet_distance, first, second)
    roots, root_seconds = timed(by_matrix_root, first, second)
    eigen, eigen_seconds = timed(by_eigen_decomposition, first, second)
    numbers = {
        "ours": {"value": ours, "seconds": our_seconds},
        "torchmetrics": {"value": roots, "seconds": root_seconds},
        "eigen-decomposition": {"value": eigen, "seconds": eigen_seconds},
        "times_faster_than_torchmetrics": root_seconds / our_seconds,
        "relative_difference_to_eigen_decomposition": abs(ours - eigen) / eigen,
    }
    print(json.dumps(numbers, indent=1))


def timed(distance: Callable[[Features, Features], float], first: Features, second: Features) -> tuple[float, float]:
    """The value and the seconds it took."""
    started_at = time.perf_counter()
    value = distance(first, second)
    return value, time.perf_counter() - started_at


def by_matrix_root(first: Features, second: Features) -> float:
    """As torchmetrics has it."""
    sets = [torch.from_numpy(each) for each in (first, second)]
    return float(_compute_fid(sets[0].mean(0), sets[0].T.cov(), sets[1].mean(0), sets[1].T.cov()))


def by_eigen_decomposition(first: Features, second: Features) -> float:
    """By the symmetric root of one covariance."""
    own, other = (np.cov(each, rowvar=False) for each in (first, second))
    values, vectors = np.linalg.eigh(own)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    trace = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    shift = first.mean(axis=0) - second.mean(axis=0)
    return float(shift @ shift + np.trace(own) + np.trace(other) - 2 * trace)


if __name__ == "__main__":
    main()
