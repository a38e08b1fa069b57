"""How a training notices that it diverges, and what it was shown when it did."""

import math
import statistics
from collections.abc import Sequence

import torch
from torch import Tensor

from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.training.cache import TrainingSet
from profile_studio.training.schedule import draw_batch

EXPLOSION_FACTOR = 10
EXPLOSION_STEPS = 20
_NOT_FINITE = Sentence("its loss was NaN or infinite")
_WEIGHTS_NOT_FINITE = Sentence("its weights were NaN or infinite")
_EXPLODED = Sentence(
    "its loss had been more than {factor} times its median for {steps} steps",
    factor=EXPLOSION_FACTOR,
    steps=EXPLOSION_STEPS,
)


class Diverged(Exception):
    """The training learns nothing any more.

    Args:
        step: the one that diverged, counted from 1.
        good_steps: how many steps were fine; a later checkpoint is not to be trusted.
        why: what was seen, without a full stop.
    """

    def __init__(self, step: int, good_steps: int, why: Sentence) -> None:
        super().__init__(why)
        self.step = step
        self.good_steps = good_steps
        self.why = why


def check_losses(losses: Sequence[float]) -> None:
    """Makes sure that a training still learns.

    Args:
        losses: of every step so far.
    Raises:
        Diverged: the last loss is no number, or the last ones have exploded.
    """
    if not math.isfinite(losses[-1]):
        raise Diverged(len(losses), len(losses) - 1, _NOT_FINITE)
    before, recent = losses[:-EXPLOSION_STEPS], losses[-EXPLOSION_STEPS:]
    if len(before) < EXPLOSION_STEPS or min(recent) <= EXPLOSION_FACTOR * min(before):
        return  # most of the time, without sorting them all
    if min(recent) > EXPLOSION_FACTOR * statistics.median(before):
        raise Diverged(len(losses), len(before), _EXPLODED)


@torch.no_grad()
def check_weights(parameters: Sequence[Tensor], step: int) -> None:
    """Makes sure that weights are worth keeping: a finite loss may have had an infinite gradient.

    Raises:
        Diverged: one of them is no number.
    """
    if not all(bool(parameter.isfinite().all()) for parameter in parameters):
        raise Diverged(step, step - 1, _WEIGHTS_NOT_FINITE)


def pictures_of_step(config: LoraTrainingConfig, training_set: TrainingSet, step: int) -> list[str]:
    """The file names of the pictures that a step was shown, each once, in their order.

    Args:
        step: counted from 1.
    """
    sizes = [len(bucket.entries) for bucket in training_set.buckets]
    first = (step - 1) * config.gradient_accumulation
    names: dict[str, None] = {}
    for number in range(first, first + config.gradient_accumulation):
        batch = draw_batch(config, number, sizes)
        bucket = training_set.buckets[batch.bucket]
        names |= dict.fromkeys(bucket.names[bucket.entries[index]] for index in batch.indices)
    return list(names)
