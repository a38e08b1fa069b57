"""What a training goes on with after it failed: a few changes of its config, each said in words.

A training that diverged is computed in fp32 if it was in fp16, else at half its learning rate, once each. One whose memory
was too small goes down a ladder: smaller batches of which more make a step, gradient checkpointing, smaller pictures.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import SMALLEST_RESOLUTION, LoraTrainingConfig, Precision

LARGEST_ACCUMULATION = 64


class TrainingChange(BaseModel):
    """One change: after how many steps, why and what in words, and the new values of the config."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cause: Literal["divergence", "memory"]
    step: int
    told: Sentence
    values: dict[str, Any]


CHANGES = TypeAdapter(tuple[TrainingChange, ...])
"""Reads and writes the changes of a job."""


def changed(config: LoraTrainingConfig, changes: Sequence[TrainingChange]) -> LoraTrainingConfig:
    """The config that a training goes on with."""
    return config.model_copy(update={name: value for change in changes for name, value in change.values.items()})


def after_divergence(
    config: LoraTrainingConfig,
    computed: Precision,
    earlier: Sequence[TrainingChange],
    step: int,
    why: Sentence,
    names: list[str],
    back: int,
) -> TrainingChange | None:
    """What to go on with; None where that was tried before, or cannot help: at the first step nothing was learned yet.

    Args:
        computed: the precision that was trained in.
        earlier: changes that `config` has already.
        step: the one that diverged.
        why: what was seen, without a full stop.
        names: of the pictures that the step was shown.
        back: the step that the training goes back to.
    """
    if computed == "fp16":
        told = Sentence(
            "At step {step} {why}: it went back to step {back}, and on in fp32. It was shown {names}.",
            step=step,
            why=why,
            back=back,
            names=names,
        )
        return TrainingChange(cause="divergence", step=step, told=told, values={"precision": "fp32"})
    if step == 1 or any("learning_rate" in change.values for change in earlier):
        return None
    rate = config.learning_rate / 2
    told = Sentence(
        "At step {step} {why}: it went back to step {back}, and on at half the learning rate, {rate}. It was shown {names}.",
        step=step,
        why=why,
        back=back,
        rate=f"{rate:.3g}",
        names=names,
    )
    return TrainingChange(cause="divergence", step=step, told=told, values={"learning_rate": rate})


def after_lack_of_memory(config: LoraTrainingConfig, bucket_step: int, step: int) -> TrainingChange | None:
    """The next step down the ladder; None at its end.

    Args:
        config: as it was trained with, earlier changes included.
        bucket_step: what sides of pictures are multiples of.
        step: after how many steps the memory was too small.
    """
    batch = next((size for size in range(config.batch_size // 2, 0, -1) if config.batch_size % size == 0), None)
    accumulation = config.gradient_accumulation * config.batch_size // batch if batch else 0
    if batch and accumulation <= LARGEST_ACCUMULATION:
        told = Sentence(
            "After step {step} the memory was too small: it went on with batches of {batch}, {count} of them a step.",
            step=step,
            batch=batch,
            count=accumulation,
        )
        values: dict[str, object] = {"batch_size": batch, "gradient_accumulation": accumulation}
        return TrainingChange(cause="memory", step=step, told=told, values=values)
    if not config.gradient_checkpointing:
        told = Sentence(
            "After step {step} the memory was too small: it went on with gradient checkpointing, which takes more time.",
            step=step,
        )
        return TrainingChange(cause="memory", step=step, told=told, values={"gradient_checkpointing": True})
    smaller = config.resolution * 3 // 4 // bucket_step * bucket_step
    if smaller < SMALLEST_RESOLUTION:
        return None
    told = Sentence(
        "After step {step} the memory was too small: it went on with pictures of {smaller} px instead of {resolution} px.",
        step=step,
        smaller=smaller,
        resolution=config.resolution,
    )
    return TrainingChange(cause="memory", step=step, told=told, values={"resolution": smaller})
