"""Faults that trainers have had, planted into ours: each must be found by the fact that is named with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from profile_studio.domain.datasets import Dataset
from profile_studio.domain.training import LoraTrainingConfig, Targets
from profile_studio.families import diffusion, registry, unet_layers
from profile_studio.families.base import Family
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference import denoise, lora_layers
from profile_studio.lora_files import RawTensor, numbers
from profile_studio.training import adapter, cache, checkpoints, run
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import TrainingSet
from profile_studio.training.loop import Trainer
from profile_studio.training.schedule import Batch
from tests.conformance import (
    test_alpha,
    test_captions,
    test_equal_files,
    test_gradients,
    test_layers_move,
    test_loss_weights,
    test_nan,
    test_noise,
    test_pictures,
    test_precision,
    test_resume,
    test_saved_file,
    test_targets,
    test_text_encoder,
)

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Fault:
    """Something wrong that `plant` does to the trainer; `fact` alone must fail of it, on these targets."""

    name: str
    plant: Callable[[Patch], None]
    fact: ModuleType
    targets: Targets = Targets.CROSS_ATTENTION_QV


def _frozen_target(patch: Patch) -> None:
    """The last layer is put back after every step."""
    build = Trainer.__init__

    def freeze_one(self: Trainer, *arguments: Any) -> None:
        build(self, *arguments)
        frozen = self.parameters[-1]
        untrained = frozen.detach().clone()
        self.optimizer.optimizer.register_step_post_hook(lambda *_arguments: frozen.data.copy_(untrained))

    patch.setattr(Trainer, "__init__", freeze_one)


def _halved_alpha(patch: Patch) -> None:
    _write_otherwise(patch, lambda name, tensor: _scaled(tensor, 0.5) if name.endswith(".alpha") else tensor)


def _dropped_text_encoder(patch: Patch) -> None:
    _write_otherwise(patch, lambda name, tensor: None if name.startswith("lora_te") else tensor)


def _write_otherwise(patch: Patch, changed: Callable[[str, RawTensor], RawTensor | None]) -> None:
    write = adapter.write_tensors

    def write_changed(path: Path, tensors: Mapping[str, RawTensor], metadata: Mapping[str, str]) -> None:
        kept = {name: value for name, tensor in tensors.items() if (value := changed(name, tensor))}
        write(path, kept, metadata)

    patch.setattr(adapter, "write_tensors", write_changed)


def _scaled(tensor: RawTensor, factor: float) -> RawTensor:
    return RawTensor("F32", tensor.shape, (numbers(tensor) * factor).astype("<f4").tobytes())


def _self_attention_taken_for_cross_attention(patch: Patch) -> None:
    layers = unet_layers._LAYERS
    patch.setitem(layers, Targets.CROSS_ATTENTION, layers[Targets.CROSS_ATTENTION].replace("attn2", "attn1"))


def _detached_loss(patch: Patch) -> None:
    """Only the first sample of a batch is learned from; the loss that is shown stays right."""

    def half_detached(compute: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def losses(*arguments: Any) -> Tensor:
            per_sample = compute(*arguments)
            return torch.cat([per_sample[:1], per_sample[1:].detach()])

        return losses

    for family in registry._FAMILIES.values():
        patch.setattr(family, "training_loss", half_detached(family.training_loss))


def _wrong_timestep_weighting(patch: Patch) -> None:
    """Noise is weighted as velocity, and velocity as noise."""
    weight = diffusion.min_snr_weight
    patch.setattr(
        diffusion,
        "min_snr_weight",
        lambda alphas_cumprod, gamma, *, predicts_noise: weight(
            alphas_cumprod, gamma, predicts_noise=not predicts_noise
        ),
    )


def _stale_checkpoint(patch: Patch) -> None:
    """A checkpoint holds the weights of the one before."""
    save = checkpoints.save_checkpoint
    before: dict[JobFolder, dict[str, Tensor]] = {}

    def save_stale(folder: JobFolder, trainer: Trainer, progress: checkpoints.Progress) -> None:
        weights = trainer.adapter.tensors()
        trainer.adapter.load(before.get(folder, weights))
        save(folder, trainer, progress)
        trainer.adapter.load(weights)
        before[folder] = weights

    patch.setattr(checkpoints, "save_checkpoint", save_stale)


def _swapped_captions(patch: Patch) -> None:
    """The first picture is trained with the last one's caption, and so on."""
    encode = cache.encode_dataset

    def encode_swapped(family: Family, dataset: Dataset, config: LoraTrainingConfig, bucket_step: int) -> TrainingSet:
        encoded = encode(family, dataset, config, bucket_step)
        return replace(
            encoded, buckets=tuple(replace(bucket, prompts=bucket.prompts[::-1]) for bucket in encoded.buckets)
        )

    patch.setattr(cache, "encode_dataset", encode_swapped)


def _noise_reused(patch: Patch) -> None:
    """Every batch gets the noise of the first."""
    draw = Batch.noise
    patch.setattr(Batch, "noise", lambda self, shape: draw(replace(self, noise_seed=0), shape))


def _autocast_without_scaler(patch: Patch) -> None:
    """The loss is computed in fp16 where that was asked for, and nothing scales it."""
    compute = Trainer._loss

    def unscaled(self: Trainer, batch_number: int) -> Tensor:
        with torch.autocast(self.device.type, torch.float16, enabled=self._config.precision == "fp16"):
            return compute(self, batch_number)

    patch.setattr(Trainer, "_loss", unscaled)


def _nan_let_through(patch: Patch) -> None:
    patch.setattr(run, "check_losses", lambda *_arguments: None)
    patch.setattr(run, "check_weights", lambda *_arguments: None)
    patch.setattr(run, "verify_adapter", lambda *_arguments: None)


def _seed_from_elsewhere(patch: Patch) -> None:
    """Two trainings of one seed start from different weights."""
    build, seeds = TrainedAdapter.__init__, count()

    def seeded_anew(self: TrainedAdapter, family: Family, config: LoraTrainingConfig) -> None:
        build(self, family, config.model_copy(update={"seed": next(seeds)}))

    patch.setattr(TrainedAdapter, "__init__", seeded_anew)


def _alpha_ignored_by_the_studio(patch: Patch) -> None:
    """The studio draws a LoRA at full strength, whatever its alpha."""
    inject = lora_layers._inject

    def inject_unscaled(model: Any, layers: Mapping[str, Any], peft_id: str) -> None:
        inject(
            model,
            {name: (replace(each, network_alpha=each.rank), halves) for name, (each, halves) in layers.items()},
            peft_id,
        )

    patch.setattr(lora_layers, "_inject", inject_unscaled)


def _guidance_without_its_other_half(patch: Patch) -> None:
    patch.setattr(denoise, "guide", lambda output, _guidance_scale: output.chunk(2)[1])


FAULTS = (
    Fault("frozen target", _frozen_target, test_layers_move),
    Fault("halved alpha", _halved_alpha, test_alpha),
    Fault("dropped text encoder", _dropped_text_encoder, test_text_encoder, Targets.ATTENTION_AND_TEXT_ENCODER),
    Fault(
        "image self-attention taken for cross-attention",
        _self_attention_taken_for_cross_attention,
        test_targets,
        Targets.CROSS_ATTENTION,
    ),
    Fault("detached loss", _detached_loss, test_gradients),
    Fault("wrong timestep weighting", _wrong_timestep_weighting, test_loss_weights),
    Fault("stale checkpoint", _stale_checkpoint, test_resume),
    Fault("swapped captions", _swapped_captions, test_captions),
    Fault("noise reused", _noise_reused, test_noise),
    Fault("autocast without scaler", _autocast_without_scaler, test_precision),
    Fault("NaN let through", _nan_let_through, test_nan),
    Fault("seed from elsewhere", _seed_from_elsewhere, test_equal_files),
    Fault("alpha ignored by the studio", _alpha_ignored_by_the_studio, test_saved_file),
    Fault("guidance without its other half", _guidance_without_its_other_half, test_pictures),
)
