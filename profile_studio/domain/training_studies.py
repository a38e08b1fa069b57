"""Trainings that others made and described, to be made again as they were; see `services.studies` for their comparisons."""

import math
from dataclasses import dataclass
from typing import Any

from profile_studio.domain.crops import CropMode
from profile_studio.domain.families import FamilyFacts
from profile_studio.domain.noise_schedulers import FLOW
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets

SEED_MULTI_CONCEPT, SEED_FACE, SEED_SD35 = "seed-multi-concept", "seed-face", "seed-sd35"


@dataclass(frozen=True)
class TrainingStudy:
    """What a study says of its training; `epochs` is None where it counts in steps.

    What it does not say is left out of the loss: no weighting, no dropped captions.
    """

    kind: AdapterKind
    values: dict[str, Any]
    epochs: int | None = None


TRAINING_STUDIES = {
    SEED_MULTI_CONCEPT: TrainingStudy(
        AdapterKind.STYLE,
        {
            "rank": 32,
            "network_alpha": 16.0,
            "learning_rate": 1e-4,
            "batch_size": 2,
            "lr_scheduler": "cosine",
            "precision": "bf16",
            "resolution": 512,
            "targets": Targets.ATTENTION_AND_TEXT_ENCODER,
        },
        epochs=20,
    ),
    # Its second reading is the same with --targets attention-qv.
    SEED_FACE: TrainingStudy(
        AdapterKind.FACE,
        {
            "rank": 4,
            "network_alpha": 8.0,
            "learning_rate": 5e-5,
            "batch_size": 1,
            "gradient_accumulation": 2,
            "lr_scheduler": "constant",
            "precision": "fp16",
            "resolution": 384,
            "checkpoint_every": 100,
            "targets": Targets.CROSS_ATTENTION_QV,
        },
        epochs=10,
    ),
    # Its second run is the same with --steps 3000.
    SEED_SD35: TrainingStudy(
        AdapterKind.STYLE,
        {
            "num_train_steps": 1000,
            "seed": 42,
            "rank": 16,
            "network_alpha": 16.0,
            "learning_rate": 1e-4,
            "lr_scheduler": "constant",
            "precision": "bf16",
            "resolution": 1024,
            "targets": Targets.ATTENTION,
        },
    ),
}


def study_values(study: TrainingStudy, family: FamilyFacts, native_size: int) -> dict[str, Any]:
    """The numbers of a study on a base model, as fields of a training.

    A base that draws smaller pictures is trained at its own size; where it has no cross-attention of its own, its
    attention is trained.

    Args:
        native_size: the side of a picture that the base draws, in pixels.
    """
    values = {
        "kind": study.kind,
        "crop": CropMode.CENTER,
        "min_snr_gamma": None,
        "caption_dropout": 0.0,
        "checkpoint_every": 100,
        "sample_every": 200,
        **study.values,
    }
    if family.kind == FLOW:
        values["max_grad_norm"] = 0.1  # its losses have been seen to explode
    if values["targets"] not in family.targets:
        values["targets"] = Targets.ATTENTION_QV
    return {**values, "resolution": min(study.values["resolution"], native_size)}


def steps_of_epochs(config: LoraTrainingConfig, epochs: int, n_entries: int) -> int:
    """How many optimizer steps show every entry of a data set this often.

    Args:
        n_entries: training pictures, each as often as it counts.
    """
    return math.ceil(epochs * n_entries / (config.batch_size * config.gradient_accumulation))
