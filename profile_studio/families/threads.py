"""How many of the processor's threads a base model computes with."""

import torch

from profile_studio.families.base import Family

FEWEST_WEIGHTS_FOR_ALL_THREADS = 50_000_000
"""Below, threads that sleep while they wait for each other lose more than they gain (benchmarks/threads.py)."""

_ALL = torch.get_num_threads()


def use_fitting_threads(family: Family) -> None:
    """Lets this process compute on one thread with a small base model, on all with a large one; a graphics card has its own."""
    if family.device.type != "cpu":
        return
    weights = sum(parameter.numel() for part in family.parts.values() for parameter in part.parameters())
    torch.set_num_threads(_ALL if weights >= FEWEST_WEIGHTS_FOR_ALL_THREADS else 1)
