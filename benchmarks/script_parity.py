"""Records the losses of diffusers' `train_text_to_image_lora.py` on our fixed stream, for the test of the same name.

    python -m benchmarks.script_parity PATH/TO/train_text_to_image_lora.py

Writes tests/conformance/script_losses.json; `benchmarks/official_script.py` says where the script comes from. The script
runs as it is. What it draws at random is handed to it instead: the order of pictures, noise, timesteps, first weights, and
the mean of the VAE's latents for a draw. It clips no gradient (it gives the optimizer an iterator of its parameters and
finds it empty when it clips), so ours does not clip there either.
"""

import os
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from accelerate import Accelerator
from diffusers import UNet2DConditionModel
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
from PIL import Image
from torch.utils.data import SequentialSampler

from benchmarks.official_script import Example, run_script
from profile_studio.base_models import find_base_model
from profile_studio.settings import Settings
from tests.conformance.families import TRIGGER_WORD, dataset_of, plain_pipeline
from tests.conformance.fixed_stream import (
    BATCH_SIZE,
    LEARNING_RATE,
    RANK,
    RUNS,
    STEPS,
    WEIGHT_DECAY,
    ScriptRun,
    first_weights,
    fixed_batches,
    record_losses,
)
from tests.conformance.plain import latents_of


def script_losses(script: Path, run: ScriptRun) -> list[float]:
    """The loss of each step that the script logs."""
    pictures = dataset_of(run.family).training_images
    latents = latents_of(plain_pipeline(run.family), pictures[0].path)
    batches = fixed_batches(tuple(latents.shape), run.family.noise_levels)
    examples: list[Example] = []
    for picture in (pictures[index] for batch in batches for index in batch.pictures):
        with Image.open(picture.path) as image:
            examples.append((image.convert("RGB"), f"{TRIGGER_WORD}, {picture.caption}"))
    noise, timesteps = (iter([getattr(batch, name) for batch in batches]) for name in ("noise", "timesteps"))
    losses: list[float] = []
    options = {} if run.snr_gamma is None else {"snr_gamma": run.snr_gamma}
    add_adapter = UNet2DConditionModel.add_adapter

    def add_with_first_weights(unet: Any, *arguments: Any) -> None:
        add_adapter(unet, *arguments)
        downs = {name: value for name, value in unet.named_parameters() if "lora_A" in name}
        for name, value in first_weights({name: tuple(down.shape) for name, down in downs.items()}).items():
            downs[name].data.copy_(value)

    with (
        patch.dict(os.environ, {"ACCELERATE_USE_CPU": "true"}),
        patch("torch.utils.data.dataloader.RandomSampler", lambda rows, **_options: SequentialSampler(rows)),
        patch.object(torch, "randn_like", lambda _latents: next(noise)),
        patch.object(torch, "randint", lambda *_arguments, **_options: next(timesteps)),
        patch.object(DiagonalGaussianDistribution, "sample", DiagonalGaussianDistribution.mode),
        patch.object(UNet2DConditionModel, "add_adapter", add_with_first_weights),
        patch.object(Accelerator, "log", lambda _self, values, **_options: losses.append(values["train_loss"])),
    ):
        run_script(
            script,
            str(find_base_model(run.family.base(), Settings()).folder),
            examples,
            rank=RANK,
            learning_rate=LEARNING_RATE,
            adam_weight_decay=WEIGHT_DECAY,
            train_batch_size=BATCH_SIZE,
            max_train_steps=STEPS,
            **options,
        )
    return losses


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("Give the path of diffusers' train_text_to_image_lora.py; see the top of this file.")
    recorded = {str(run): script_losses(Path(sys.argv[1]), run) for run in RUNS}
    record_losses(recorded)
    for name, losses in recorded.items():
        print(f"{name}: {losses[0]:.6f} to {losses[-1]:.6f}")
