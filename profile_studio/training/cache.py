"""The pictures and captions of a training, encoded once.

The cache lies in the job's folder: a training that goes on later does not care that its data set was edited meanwhile.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from profile_studio.decoding.crops import training_pictures
from profile_studio.domain.crops import Crop, Resolution, crop_of
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.domain.trigger_words import in_ordinary_words, prompt_with_trigger, says_trigger
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning, Frame, cat
from profile_studio.files.atomic import write_atomically
from profile_studio.files.full_disk import check_room


@dataclass(frozen=True)
class Bucket:
    """The pictures of one size.

    `latents` has shape (pictures, versions, channels, height, width), fp32, on the processor; `prompts`, with the trigger
    word, `frames` and `names`, of the files they came as, have one entry per picture. `entries` says which picture stands at which place of an epoch: one that counts
    several times stands at several.
    """

    latents: Tensor
    prompts: tuple[str, ...]
    frames: tuple[Frame, ...]
    entries: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class TrainingSet:
    """What the trainer sees of a data set. `sample_prompts` are what sample pictures are drawn from."""

    buckets: tuple[Bucket, ...]
    trigger_word: str
    sample_prompts: tuple[str, ...]
    class_word: str = ""

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompt of every entry of every bucket."""
        return tuple(bucket.prompts[picture] for bucket in self.buckets for picture in bucket.entries)

    def without_trigger(self, prompt: str) -> str:
        """A prompt in ordinary words; empty where it says nothing but the trigger word and there is no class word."""
        plain = in_ordinary_words(prompt, {self.trigger_word: self.class_word})
        return "" if says_trigger(plain, self.trigger_word) else plain


def encode_dataset(family: Family, dataset: Dataset, config: LoraTrainingConfig, bucket_step: int) -> TrainingSet:
    """Encodes the training pictures of a data set; held-out ones are never looked at, only their captions drawn."""
    by_size: dict[Resolution, list[tuple[DatasetImage, Crop]]] = defaultdict(list)
    for image in dataset.training_images:
        crop = crop_of(image, config.crop, config.resolution, bucket_step)
        by_size[crop.size].append((image, crop))
    buckets = tuple(_encode_bucket(family, by_size[size], dataset.trigger_word, config) for size in sorted(by_size))
    first, *_ = dataset.training_images
    held_out = [prompt_with_trigger(dataset.trigger_word, image.caption) for image in dataset.held_out_images]
    seen = prompt_with_trigger(dataset.trigger_word, first.caption)
    sample_prompts = _sample_prompts(seen, held_out, dataset.trigger_word)
    return TrainingSet(buckets, dataset.trigger_word, sample_prompts, dataset.class_word)


def load_training_set(path: Path) -> TrainingSet:
    """Reads what `save_training_set` wrote."""
    with safe_open(path, framework="pt") as file:
        facts = json.loads(file.metadata()["facts"])
        buckets = tuple(
            Bucket(
                file.get_tensor(f"latents.{number}"),
                tuple(bucket["prompts"]),
                tuple(Frame.of_json(frame) for frame in bucket["frames"]),
                tuple(bucket["entries"]),
                tuple(
                    bucket.get("names", bucket["prompts"])
                ),  # absent where a training was paused before they were kept
            )
            for number, bucket in enumerate(facts["buckets"])
        )
        class_word = facts.get("class_word", "")  # absent where a training was paused before there was one
        return TrainingSet(buckets, facts["trigger_word"], tuple(facts["sample_prompts"]), class_word)


class PromptEncoder:
    """Encoded prompts, remembered on the processor while the text encoder stays as it is."""

    def __init__(self, family: Family, device: torch.device, *, text_encoder_is_trained: bool) -> None:
        self._family = family
        self._device = device
        self._is_trained = text_encoder_is_trained
        self._encoded: dict[str, Conditioning] = {}

    def encode(self, prompts: Sequence[str]) -> Conditioning:
        """One row a prompt, on the device; differentiable where the text encoder is trained."""
        if self._is_trained:
            return self._family.encode_prompts(prompts)
        self._remember(prompts)
        return cat([self._encoded[prompt] for prompt in prompts]).to(self._device)

    def take_over(self, prompts: Iterable[str]) -> None:
        """Encodes all prompts that will ever be asked for and lets the text encoders go, unless they are trained."""
        if not self._is_trained:
            self._remember(prompts)
            self._family.release_text_encoders()

    @torch.no_grad()
    def _remember(self, prompts: Iterable[str]) -> None:
        for prompt in prompts:
            if prompt not in self._encoded:
                self._encoded[prompt] = self._family.encode_prompts([prompt]).to(torch.device("cpu"))


def save_training_set(path: Path, training_set: TrainingSet) -> None:
    """Writes the cache file."""
    facts = {
        "buckets": [
            {"prompts": bucket.prompts, "frames": bucket.frames, "entries": bucket.entries, "names": bucket.names}
            for bucket in training_set.buckets
        ],
        "trigger_word": training_set.trigger_word,
        "sample_prompts": training_set.sample_prompts,
        "class_word": training_set.class_word,
    }
    latents = {f"latents.{number}": bucket.latents.contiguous() for number, bucket in enumerate(training_set.buckets)}
    check_room(path.parent, sum(bucket.nbytes for bucket in latents.values()))
    with write_atomically(path) as temporary:
        save_file(latents, temporary, {"facts": json.dumps(facts)})


def _encode_bucket(
    family: Family, pictures: Sequence[tuple[DatasetImage, Crop]], trigger_word: str, config: LoraTrainingConfig
) -> Bucket:
    latents = torch.stack([_encode_versions(family, image, crop, config) for image, crop in pictures])
    prompts = tuple(prompt_with_trigger(trigger_word, image.caption) for image, _ in pictures)
    entries = tuple(index for index, (image, _) in enumerate(pictures) for _ in range(image.repeats))
    frames = tuple(frame_of(image, crop) for image, crop in pictures)
    return Bucket(latents, prompts, frames, entries, tuple(image.original_name for image, _ in pictures))


def _encode_versions(family: Family, image: DatasetImage, crop: Crop, config: LoraTrainingConfig) -> Tensor:
    """Shape (versions, channels, height, width)."""
    variations = config.augmentation.variations(config.seed, image.image_id)
    versions = training_pictures(image, crop, variations)
    with torch.no_grad():  # one by one: the memory of a batch of large pictures is not there on a laptop
        return torch.cat([family.encode_pictures(_in_numbers(version)[None]).float().cpu() for version in versions])


def frame_of(image: DatasetImage, crop: Crop) -> Frame:
    """What SDXL is told of a training picture."""
    scale = crop.size.width / (crop.box.right - crop.box.left)
    original = Resolution(image.height, image.width)
    return Frame(original, round(crop.box.top * scale), round(crop.box.left * scale), crop.size)


def _in_numbers(picture: Image.Image) -> Tensor:
    """Shape (3, height, width), in [-1, 1]."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 127.5 - 1


def _sample_prompts(seen: str, held_out: Sequence[str], trigger_word: str) -> tuple[str, ...]:
    """Two prompts: one the training never sees, if there is one, and one that it does."""
    unseen = held_out[0] if held_out else trigger_word or "portrait"
    return (unseen or "portrait", seen or "portrait")
