"""Arithmetic with what LoRAs add to one module, from matrices no larger than their halves, without torch."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Halves = tuple[Matrix, Matrix]
"""Down, shape (rank, inputs), and up, shape (outputs, rank): `up @ down` is added. A kernel's sides are among the inputs."""

SMALLEST_SHARE = 1e-5  # of the largest singular value; below it is rounding


def inner_product(one: Halves, other: Halves) -> float:
    """Sum of the products of all elements of two updates: tr((B1' B2) (A2 A1'))."""
    return float(np.sum((one[1].T @ other[1]) * (one[0] @ other[0].T), dtype=np.float64))


def energy_scale(gram: npt.NDArray[np.float64], weights: Sequence[float]) -> float:
    """What to multiply all weights with so that the blend is as large as its largest part alone; at most 1.

    Args:
        gram: shape (adapters, adapters), `inner_product` of each two, summed over modules.
    """
    alone = math.sqrt(max(weight**2 * float(gram[i, i]) for i, weight in enumerate(weights)))
    together = math.sqrt(max(float(np.asarray(weights) @ gram @ np.asarray(weights)), 0.0))
    return min(1.0, alone / together) if together else 1.0


def without_directions(down: Matrix, kept: Sequence[Halves]) -> Matrix:
    """A down half that no longer reads what these updates read: its rows at right angles to their input directions."""
    directions = np.concatenate([_input_directions(halves) for halves in kept])
    _, sizes, basis = np.linalg.svd(directions, full_matrices=False)
    basis = basis[sizes > SMALLEST_SHARE]
    return down - (down @ basis.T) @ basis


def _input_directions(halves: Halves) -> Matrix:
    """Unit rows that span what an update reads of its input, shape (at most rank, inputs)."""
    down, up = halves
    _, sizes, directions = np.linalg.svd(np.linalg.qr(up)[1] @ down, full_matrices=False)
    return directions[sizes > SMALLEST_SHARE * max(float(sizes[0]), 1e-30)]
