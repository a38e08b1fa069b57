"""Which step of a training to keep: first by losses, without drawing, then by pictures of the few that are left."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from profile_studio.domain.comparison import MOST_DRAWN_CHECKPOINTS, Certainty, Interval
from profile_studio.metrics.metric import PerPicture

LARGEST_MEMBERSHIP = 0.9
"""Above it, surely, a step tells nearly each learned picture from one put aside. By itself that is no fault: a style set of
24 pictures comes to 1.0 within 200 steps while its loss on other pictures still falls."""

SMALLEST_VARIETY = 0.8  # of the base's
_REDRAWN = 1000
_CLEAR, _LIKELY = 0.8, 0.5  # shares of redrawn sets of prompts that choose the same step


@dataclass(frozen=True)
class Chosen:
    """The step to keep and how sure that is; `rival` is what most of the other sets of prompts choose, if any does."""

    step: int
    certainty: Certainty
    rival: int | None


def only_by_heart(membership: Interval, held_out: PerPicture, base: PerPicture) -> bool:
    """Whether a step knows what it learned and nothing else: on pictures put aside it is no better than the base model.

    Args:
        held_out, base: losses of the pictures that were put aside, by the step and by the base model.
    """
    return (membership.low or 0.0) > LARGEST_MEMBERSHIP and float(held_out.mean()) >= float(base.mean())


def worth_drawing(
    steps: Sequence[int], held_out: Mapping[int, PerPicture], by_heart: Collection[int] = ()
) -> list[int]:
    """The two or three steps that pictures decide between.

    Steps that only know their pictures by heart are left out, unless all do. Of the others: the earliest whose held-out
    loss cannot be told from the lowest one, the last, and the one in the middle. Losses do not see a style as eyes do, so
    the later ones get their chance.

    Args:
        held_out: the losses of pictures that were put aside, by step; empty where too few were.
        by_heart: steps that are left out.
    """
    sound = [step for step in steps if step not in by_heart]
    left = sound or list(steps)
    first = int(_earliest_near_best(-np.stack([held_out[step] for step in left])[:, None, :])[0]) if held_out else 0
    places = np.linspace(first, len(left) - 1, MOST_DRAWN_CHECKPOINTS).round().astype(int)
    return [left[place] for place in dict.fromkeys(places.tolist())]


def choose(closeness: Mapping[int, NDArray[np.float64]]) -> Chosen:
    """The earliest step that is within one standard error of the best, and how many sets of prompts agree.

    Args:
        closeness: by step, in order, each prompt's mean closeness to the style; shape (n_prompts,).
    Source of the rule: Breiman et al. 1984, Classification and Regression Trees, section 3.4.3.
    """
    steps = list(closeness)
    values = np.stack([closeness[step] for step in steps])
    n_prompts = values.shape[1]
    redrawn = np.random.default_rng(0).integers(n_prompts, size=(_REDRAWN, n_prompts))
    place = int(_earliest_near_best(values[:, None, :])[0])
    counts = np.bincount(_earliest_near_best(values[:, redrawn]), minlength=len(steps))
    share = counts[place] / _REDRAWN
    counts[place] = 0
    rival = steps[int(counts.argmax())] if counts.any() else None
    certainty = Certainty.CLEAR if share > _CLEAR else Certainty.LIKELY if share >= _LIKELY else Certainty.CANNOT_TELL
    return Chosen(steps[place], certainty, rival)


def _earliest_near_best(goodness: NDArray[np.float64]) -> NDArray[np.intp]:
    """The first step whose shortfall to the best mean is at most the standard error of that shortfall.

    Args:
        goodness: shape (steps, samples, n), the same pictures or prompts for every step of a sample.
    Returns: shape (samples,), places among the steps.
    """
    _, samples, n = goodness.shape
    best = goodness.mean(axis=2).argmax(axis=0)
    shortfalls = goodness[best, np.arange(samples)] - goodness
    errors = shortfalls.std(axis=2, ddof=1) / np.sqrt(n) if n > 1 else np.zeros(shortfalls.shape[:2])
    return (shortfalls.mean(axis=2) <= errors).argmax(axis=0)
