"""What each step sees: pictures, captions, noise levels, noise and learning rate, from the seed and the step alone.

Nothing here keeps state, so a resumed run needs no loader or generator to be restored.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from profile_studio.domain.noise import standard_normal
from profile_studio.domain.training import LoraTrainingConfig

_ORDER, _BATCH, _BUCKETS, _NOISE, _OFFSET = range(5)  # streams of the seed that must not overlap


@dataclass(frozen=True)
class Batch:
    """One micro-batch of pictures of one size; all lists and tensors have one entry per sample.

    `indices` count within the bucket; `epochs` says how often each of them was shown before.
    `drop_caption` says where only the trigger word is shown, `drop_trigger` where it is left out.
    `levels` says how noisy each becomes, as a share of all noise levels, in [0, 1).
    """

    bucket: int
    indices: list[int]
    epochs: list[int]
    drop_caption: list[bool]
    drop_trigger: list[bool]
    levels: Tensor
    noise_seed: tuple[int, ...]
    noise_offset: float = 0.0

    def noise(self, shape: tuple[int, ...]) -> Tensor:
        """Standard normal noise, drawn on the processor so that every device trains on the same.

        With an offset each channel of each sample is also moved as a whole, so that the model learns to change how bright a
        picture is. Source: N. Guttenberg 2023, crosslabs.org/blog/diffusion-with-offset-noise.

        Args:
            shape: (samples, channels, height, width).
        """
        noise = torch.from_numpy(standard_normal(self.noise_seed, shape))
        if not self.noise_offset:
            return noise
        moved = standard_normal((*self.noise_seed, _OFFSET), (*shape[:2], 1, 1))
        return noise + self.noise_offset * torch.from_numpy(moved)


def draw_batch(config: LoraTrainingConfig, number: int, bucket_sizes: Sequence[int]) -> Batch:
    """The micro-batch of this number, counted over the whole training.

    Every picture of a bucket is shown once before any of it is shown again, and buckets take turns in proportion to
    their pictures, so that all pictures are shown equally often. Noise levels are spread evenly over a batch, one per equal
    share of the range, which leaves each sample's level uniform and makes the loss curve readable.
    """
    size = config.batch_size
    bucket, turn = _turn(config.seed, number, bucket_sizes)
    shown = [_picture(config.seed, turn * size + slot, bucket_sizes[bucket]) for slot in range(size)]
    rng = np.random.default_rng([config.seed, _BATCH, number])
    levels = (rng.permutation(size) + rng.random(size)) / size
    return Batch(
        bucket=bucket,
        indices=[index for index, _ in shown],
        epochs=[epoch for _, epoch in shown],
        drop_caption=[bool(draw < config.caption_dropout) for draw in rng.random(size)],
        drop_trigger=[bool(draw < config.trigger_dropout) for draw in rng.random(size)],
        levels=torch.from_numpy(levels),
        noise_seed=(config.seed, _NOISE, number),
        noise_offset=config.noise_offset,
    )


def learning_rate(config: LoraTrainingConfig, step: int) -> float:
    """The learning rate of a step, counted from 0: a linear warm-up, then constant, or falling towards 0."""
    if step < config.lr_warmup_steps:
        return config.learning_rate * (step + 1) / config.lr_warmup_steps
    progress = (step - config.lr_warmup_steps) / max(1, config.num_train_steps - config.lr_warmup_steps)
    factor = {"constant": 1.0, "linear": 1 - progress, "cosine": 0.5 * (1 + math.cos(math.pi * progress))}
    return config.learning_rate * factor[config.lr_scheduler]


def _turn(seed: int, number: int, bucket_sizes: Sequence[int]) -> tuple[int, int]:
    """Whose turn a batch is, and how many batches that bucket has had before.

    A round has as many batches as there are pictures, and a bucket has as many of them as it has pictures.
    """
    round_, slot = divmod(number, sum(bucket_sizes))
    turns = np.repeat(np.arange(len(bucket_sizes)), bucket_sizes)
    order = np.random.default_rng([seed, _BUCKETS, round_]).permutation(turns)
    bucket = int(order[slot])
    return bucket, round_ * bucket_sizes[bucket] + int((order[:slot] == bucket).sum())


def _picture(seed: int, position: int, num_pictures: int) -> tuple[int, int]:
    """The picture at this place of a bucket's endless row, and the epoch that the place lies in."""
    epoch, slot = divmod(position, num_pictures)
    return int(np.random.default_rng([seed, _ORDER, epoch]).permutation(num_pictures)[slot]), epoch
