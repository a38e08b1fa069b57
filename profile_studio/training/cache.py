"""The pictures and captions of a training, encoded once.

The cache lies in the job's folder: a training that goes on later does not care that its data set was edited meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from profile_studio.decoding.squares import training_square
from profile_studio.domain.datasets import Dataset, DatasetImage, prompt_with_trigger
from profile_studio.families.base import Family
from profile_studio.storage.files import write_atomically


@dataclass(frozen=True)
class TrainingSet:
    """What the trainer sees of a data set.

    `latents` has shape (pictures, channels, height, width), fp32, on the processor; `prompts` has one entry per
    picture, with the trigger word. `sample_prompts` are what sample pictures are drawn from.
    """

    latents: Tensor
    prompts: tuple[str, ...]
    trigger_word: str
    sample_prompts: tuple[str, ...]


def encode_dataset(family: Family, dataset: Dataset, resolution: int) -> TrainingSet:
    """Encodes the training pictures of a data set; held-out ones are never looked at, only their captions drawn.

    A picture that counts several times is encoded once and stands several times in the result.
    """
    images = dataset.training_images
    pictures = [_read_square(image, resolution) for image in images]
    with torch.no_grad():
        encoded = torch.cat([family.encode_pictures(picture[None]).float().cpu() for picture in pictures])
    counted = [index for index, image in enumerate(images) for _ in range(image.repeats)]
    latents = encoded[counted]
    prompts = tuple(prompt_with_trigger(dataset.trigger_word, images[index].caption) for index in counted)
    held_out = [prompt_with_trigger(dataset.trigger_word, image.caption) for image in dataset.held_out_images]
    return TrainingSet(latents, prompts, dataset.trigger_word, _sample_prompts(prompts, held_out, dataset.trigger_word))


def load_training_set(path: Path) -> TrainingSet:
    """Reads what `save_training_set` wrote."""
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["facts"])
        return TrainingSet(
            latents=file.get_tensor("latents"),
            prompts=tuple(facts["prompts"]),
            trigger_word=facts["trigger_word"],
            sample_prompts=tuple(facts["sample_prompts"]),
        )


class PromptEncoder:
    """Prompt embeddings, remembered while the text encoder stays as it is."""

    def __init__(self, family: Family, *, text_encoder_is_trained: bool) -> None:
        self._family = family
        self._is_trained = text_encoder_is_trained
        self._embeds: dict[str, Tensor] = {}

    def encode(self, prompts: Sequence[str]) -> Tensor:
        """Shape (prompts, 77, width); differentiable where the text encoder is trained."""
        if self._is_trained:
            return self._family.encode_prompts(prompts)
        for prompt in prompts:
            if prompt not in self._embeds:
                with torch.no_grad():
                    self._embeds[prompt] = self._family.encode_prompts([prompt])[0]
        return torch.stack([self._embeds[prompt] for prompt in prompts])


def save_training_set(path: Path, training_set: TrainingSet) -> None:
    """Writes the cache file."""
    facts = {
        "prompts": training_set.prompts,
        "trigger_word": training_set.trigger_word,
        "sample_prompts": training_set.sample_prompts,
    }
    with write_atomically(path) as temporary:
        save_file({"latents": training_set.latents.contiguous()}, temporary, {"facts": json.dumps(facts)})


def _read_square(image: DatasetImage, resolution: int) -> Tensor:
    """Shape (3, resolution, resolution), in [-1, 1]: the middle of the picture."""
    square = training_square(image, resolution)
    return torch.from_numpy(np.array(square)).permute(2, 0, 1).float() / 127.5 - 1


def _sample_prompts(prompts: Sequence[str], held_out: Sequence[str], trigger_word: str) -> tuple[str, ...]:
    """Two prompts: one the training never sees, if there is one, and one that it does."""
    unseen = held_out[0] if held_out else trigger_word or "portrait"
    return (unseen or "portrait", prompts[0] or "portrait")
