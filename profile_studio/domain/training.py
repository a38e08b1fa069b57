"""Every choice of a LoRA training, with the bounds the form, the command line and the trainer share."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from profile_studio.domain.augmentation import Augmentation
from profile_studio.domain.crops import CropMode
from profile_studio.domain.names import Name
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.domain.starter_size import in_current_size

SMALLEST_RESOLUTION, LARGEST_RESOLUTION = 64, 2048
MOST_STEPS = 20_000


Precision = Literal["auto", "fp32", "fp16", "bf16"]


LrScheduler = Literal["constant", "cosine", "linear"]


Optimizer = Literal["adamw", "adamw-8bit", "prodigy", "schedule-free"]


class AdapterKind(StrEnum):
    """What an adapter is for; the page and the presets differ by it."""

    STYLE = "style"
    FACE = "face"


class Targets(StrEnum):
    """Which layers get a LoRA."""

    ATTENTION = "attention"
    ATTENTION_QV = "attention-qv"
    CROSS_ATTENTION = "cross-attention"
    CROSS_ATTENTION_QV = "cross-attention-qv"
    ATTENTION_AND_TEXT_ENCODER = "attention+text-encoder"
    ATTENTION_AND_CONV = "attention+conv"
    ALL = "all"


class LoraTrainingConfig(BaseModel):
    """One training, completely: two equal configs on one data set version give equal adapters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: Name
    dataset_version: str = Field(default="", description="Filled in when the job is accepted.")
    adapter_name: Name
    kind: AdapterKind = AdapterKind.STYLE
    base: str = Field(
        default="starter",
        description="A name of domain.bases, a hub id, a folder in diffusers layout, or a checkpoint.",
    )
    num_train_steps: int = Field(default=300, ge=1, le=MOST_STEPS, description="Optimizer steps.")
    rank: int = Field(default=16, ge=1, le=256)
    network_alpha: float = Field(default=16.0, gt=0, le=512, description="scaling = network_alpha / rank")
    targets: Targets = Targets.ATTENTION
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    learning_rate: float = Field(default=1e-4, gt=0, le=1)
    optimizer: Optimizer = Field(
        default="adamw", description="All but adamw need a package of their own; prodigy wants a learning rate of 1."
    )
    lr_scheduler: LrScheduler = "cosine"
    lr_warmup_steps: int = Field(default=0, ge=0)
    batch_size: int = Field(default=1, ge=1, le=64)
    gradient_accumulation: int = Field(default=1, ge=1, le=64)
    resolution: int = Field(
        default=512, ge=SMALLEST_RESOLUTION, le=LARGEST_RESOLUTION, description="Side of the square bucket in pixels."
    )
    crop: CropMode = Field(default=CropMode.BUCKETS, description="buckets keeps the shape of each picture.")
    flip: bool = Field(default=False, description="Also mirrored; a face has two different sides.")
    color_jitter: bool = Field(default=False, description="Also with other brightness, contrast and saturation.")
    crop_jitter: bool = Field(default=False, description="Also parts of the crop.")
    precision: Precision = Field(
        default="auto", description="auto: bf16 on a CUDA graphics card that has it, fp16 on others, fp32 elsewhere."
    )
    min_snr_gamma: float | None = Field(default=5.0, gt=0, description="None switches the weighting off.")
    noise_offset: float = Field(
        default=0.0, ge=0, le=1, description="Lets pictures become darker and brighter; 0.05 to 0.1 is usual."
    )
    caption_dropout: float = Field(default=0.05, ge=0, le=1, description="The trigger word is kept.")
    trigger_dropout: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share shown without the trigger word, to learn what the base does then: it acts only when its word is said.",
    )
    min_rank: int | None = Field(
        default=None,
        ge=1,
        le=256,
        description="Rank left at pure noise, growing to the whole rank without noise; None trains all of it everywhere.",
    )
    checkpoint_every: int = Field(default=100, ge=1, description="Steps between resumable checkpoints.")
    sample_every: int = Field(default=100, ge=0, description="Steps between sample pictures; 0 makes none.")
    max_grad_norm: float = Field(default=1.0, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0, le=1)
    adam_beta1: float = Field(default=0.9, ge=0, lt=1)
    adam_beta2: float = Field(default=0.999, ge=0, lt=1)
    adam_epsilon: float = Field(default=1e-8, gt=0, le=1)
    gradient_checkpointing: bool = Field(
        default=False, description="Needs less memory and more time; the numbers stay the same."
    )
    noise_version: int = Field(default=NOISE_VERSION, description="Always today's; version 1 did not say it.")

    @model_validator(mode="before")
    @classmethod
    def _in_current_size(cls, values: Any) -> Any:
        return in_current_size(values, ("resolution",))

    @field_validator("noise_version", mode="before")
    @classmethod
    def _todays_noise(cls, _stored: object) -> int:
        return NOISE_VERSION  # no other can be drawn any more; a checkpoint says what its steps were trained with

    @property
    def augmentation(self) -> Augmentation:
        return Augmentation(self.flip, self.color_jitter, self.crop_jitter)


def resolutions_near(resolution: int, multiple: int) -> list[int]:
    """The multiples on both sides of a resolution that a training may have, or the first or last there is."""
    below = resolution // multiple * multiple
    smallest = -(-SMALLEST_RESOLUTION // multiple) * multiple
    largest = LARGEST_RESOLUTION // multiple * multiple
    return sorted({min(max(size, smallest), largest) for size in (below, below + multiple)})


TUNABLE_KEYS: tuple[str, ...] = (
    "adam_beta1", "adam_beta2", "adam_epsilon", "batch_size", "caption_dropout", "checkpoint_every", "color_jitter",
    "crop", "crop_jitter", "flip", "gradient_accumulation", "gradient_checkpointing", "learning_rate", "lr_scheduler",
    "lr_warmup_steps", "max_grad_norm", "min_rank", "min_snr_gamma", "noise_offset", "optimizer", "precision",
    "resolution", "sample_every", "trigger_dropout", "weight_decay",
)  # fmt: skip  # what `train --set key=value` accepts
