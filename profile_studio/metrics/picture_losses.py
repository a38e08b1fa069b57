"""Losses of single pictures under noise that is the same for every model: what tells two checkpoints apart, not chance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from profile_studio.domain.datasets import Dataset
from profile_studio.domain.noise import standard_normal
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Frame
from profile_studio.metrics.metric import PerPicture
from profile_studio.training.cache import TrainingSet, encode_dataset

NOISE_LEVELS = 8
"""Spread evenly over all that a training draws from; each has noise of its own."""

MOST_PICTURES = 32  # of each side: more take longer and tell hardly more
_STREAM = 0x10557  # of noise, apart from those of pictures and trainings
_SAME_LATENTS = 1e-3


@dataclass(frozen=True)
class LossPicture:
    """A picture as the training saw it: latents of shape (channels, height, width), on the processor."""

    latents: Tensor
    prompt: str
    frame: Frame


def learned_pictures(training_set: TrainingSet) -> list[LossPicture]:
    """The pictures of a training, as many as are looked at, spread over all of them."""
    return _some(_pictures(training_set))


def put_aside_pictures(
    family: Family, dataset: Dataset, config: LoraTrainingConfig, training_set: TrainingSet
) -> list[LossPicture]:
    """A set's held-out pictures, encoded as the training encoded its own.

    One that was put aside only after the training had seen it is none of them.
    """
    images = tuple(replace(image, held_out=False) for image in dataset.held_out_images)
    if not images:
        return []
    plain = config.model_copy(update={"flip": False, "color_jitter": False, "crop_jitter": False})
    encoded = encode_dataset(family, replace(dataset, every_image=images), plain, family.base.bucket_step)
    learned = [picture.latents for picture in _pictures(training_set)]
    return _some([each for each in _pictures(encoded) if not any(_is_same(each.latents, one) for one in learned)])


@torch.no_grad()
def picture_losses(family: Family, pictures: Sequence[LossPicture], min_snr_gamma: float | None) -> PerPicture:
    """Each picture's training loss, the mean over `NOISE_LEVELS`; shape (pictures,).

    A picture at one place of the list gets the same noise in every call.
    """
    return np.array([_loss(family, picture, index, min_snr_gamma) for index, picture in enumerate(pictures)])


def _loss(family: Family, picture: LossPicture, index: int, min_snr_gamma: float | None) -> float:
    shape = (NOISE_LEVELS, *picture.latents.shape)
    latents = picture.latents.expand(shape).to(family.device, family.dtype, memory_format=torch.channels_last)
    noise = torch.from_numpy(standard_normal((_STREAM, index), shape)).to(family.device, family.dtype)
    levels = family.noise_levels((torch.arange(NOISE_LEVELS) + 0.5) / NOISE_LEVELS).to(family.device)
    conditioning = family.encode_prompts([picture.prompt]).to(family.device).rows([0] * NOISE_LEVELS)
    conditioning = family.frame(conditioning, [picture.frame] * NOISE_LEVELS)
    losses = family.training_loss(latents, conditioning, noise, levels, min_snr_gamma)
    return float(losses.double().mean())


def _pictures(training_set: TrainingSet) -> list[LossPicture]:
    return [
        LossPicture(latents[0], prompt, frame)
        for bucket in training_set.buckets
        for latents, prompt, frame in zip(bucket.latents, bucket.prompts, bucket.frames, strict=True)
    ]


def _some(pictures: list[LossPicture]) -> list[LossPicture]:
    if len(pictures) <= MOST_PICTURES:
        return pictures
    return [pictures[round(place)] for place in np.linspace(0, len(pictures) - 1, MOST_PICTURES)]


def _is_same(first: Tensor, second: Tensor) -> bool:
    return first.shape == second.shape and bool(((first - second).abs() < _SAME_LATENTS).all())
