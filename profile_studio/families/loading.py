"""What every family does alike: its parts come from local files, its pictures through a VAE, its loss from its noise."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from diffusers import DiffusionPipeline
from torch import Tensor, nn
from transformers import CLIPTokenizer

from profile_studio.base_models import BaseModel
from profile_studio.domain.errors import BaseModelMissing
from profile_studio.families.base import LatentRgb
from profile_studio.families.conditioning import Conditioning, Frame


class NoiseLevels(Protocol):
    """How a denoiser was trained: which noise levels there are, and what it is asked for at each."""

    @property
    def prediction_type(self) -> str: ...

    def timesteps(self, uniform: Tensor) -> Tensor:
        """The timesteps to train on, shape as given, from numbers spread evenly over [0, 1)."""
        ...

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Noisy latents, shape as `latents`; `timesteps` has shape (batch,)."""
        ...

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What a perfect denoiser would answer, shape as `latents`."""
        ...

    def loss(self, prediction: Tensor, target: Tensor, timesteps: Tensor, min_snr_gamma: float | None) -> Tensor:
        """Loss per sample, shape (batch,)."""
        ...

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        """The clean latents by this prediction."""
        ...


class LoadedPipeline(ABC):
    """The part of `families.base.Family` that does not differ; each family says how it predicts.

    Args:
        pipeline: as `load_pipeline` returns it.
        denoiser: the name of its part that predicts.
        text_encoders: the names of those that a LoRA may change.
        latent_rgb: left out where the VAE has other channels.
    """

    def __init__(
        self,
        base: BaseModel,
        pipeline: Any,
        denoiser: str,
        text_encoders: Sequence[str],
        levels: NoiseLevels,
        latent_rgb: LatentRgb,
    ) -> None:
        self.base = base
        self.pipeline = pipeline
        self.noise_scheduler = pipeline.scheduler
        self.denoiser: Any = getattr(pipeline, denoiser)
        self.parts: Mapping[str, nn.Module] = {name: getattr(pipeline, name) for name in (denoiser, *text_encoders)}
        self.levels = levels
        has_known_latents = pipeline.vae.config.latent_channels == len(latent_rgb.factors)
        self.latent_rgb = latent_rgb if has_known_latents else None
        # Small convolutions run several times faster on a processor with channels last, and no slower on a GPU.
        self.denoiser.to(memory_format=torch.channels_last)
        pipeline.vae.to(memory_format=torch.channels_last)

    @property
    def prediction_type(self) -> str:
        return self.levels.prediction_type

    @property
    def device(self) -> torch.device:
        return self._first_weight.device

    @property
    def dtype(self) -> torch.dtype:
        return self._first_weight.dtype

    @property
    def _first_weight(self) -> nn.Parameter:
        return next(
            self.denoiser.parameters()
        )  # `denoiser.device` walks through all modules: 40 ms with LoRAs attached

    @property
    def vae_decoder(self) -> nn.Module:
        return self.pipeline.vae.decoder

    @property
    def size_step(self) -> int:
        return self.pipeline.vae_scale_factor * self.denoiser.config.get("patch_size", 1)

    def release_text_encoders(self) -> None:
        gone = [name for name in self.pipeline.components if name.startswith("text_encoder")]
        self.pipeline.register_modules(**dict.fromkeys(gone))
        self.parts = {name: part for name, part in self.parts.items() if name not in gone}

    def frame(self, conditioning: Conditioning, frames: Sequence[Frame]) -> Conditioning:  # noqa: ARG002
        return conditioning  # most are told nothing of sizes

    def latent_shape(self, height: int, width: int) -> tuple[int, int, int]:
        factor = self.pipeline.vae_scale_factor
        return self.denoiser.config.in_channels, height // factor, width // factor

    def encode_pictures(self, pictures: Tensor) -> Tensor:
        vae = self.pipeline.vae
        # The mean, not a draw: cached latents would freeze one draw's noise for the whole training.
        latents = vae.encode(pictures.to(vae.device, vae.dtype)).latent_dist.mode()
        return (latents - _shift(vae)) * vae.config.scaling_factor

    def decode_latents(self, latents: Tensor) -> Tensor:
        vae = self.pipeline.vae
        latents = latents / vae.config.scaling_factor + _shift(vae)
        return vae.decode(latents.to(vae.dtype), return_dict=False)[0]

    @abstractmethod
    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor: ...

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        return self.levels.add_noise(latents, noise, timesteps)

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        return self.levels.target(latents, noise, timesteps)

    def noise_levels(self, uniform: Tensor) -> Tensor:
        return self.levels.timesteps(uniform)

    def training_loss(
        self,
        latents: Tensor,
        conditioning: Conditioning,
        noise: Tensor,
        timesteps: Tensor,
        min_snr_gamma: float | None,
        target: Tensor | None = None,
    ) -> Tensor:
        prediction = self.predict(self.add_noise(latents, noise, timesteps), timesteps, conditioning)
        target = self.target(latents, noise, timesteps) if target is None else target
        return self.levels.loss(prediction, target, timesteps, min_snr_gamma)

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        return self.levels.clean_estimate(prediction, noisy_latents, timestep)


def load_pipeline(
    pipeline_class: type[DiffusionPipeline], base: BaseModel, device: torch.device, dtype: torch.dtype, **changes: Any
) -> Any:
    """The base model's pipeline, on its device, in evaluation mode.

    Args:
        changes: what `from_pretrained` is told besides, such as parts that are left out.
    Raises:
        BaseModelMissing: a single file lacks tensors.
    """
    if base.single_file is not None:
        pipeline = _from_single_file(pipeline_class, base, base.single_file, dtype, changes)
    else:
        pipeline = pipeline_class.from_pretrained(
            base.folder, dtype=dtype, variant=base.variant, local_files_only=True, use_safetensors=True, **changes
        )
    pipeline.set_progress_bar_config(disable=True)
    if dtype is torch.float16 and pipeline.vae.config.get("force_upcast"):
        pipeline.vae.to(torch.float32)  # in fp16 its numbers overflow, and the picture is black
    pipeline.to(device)
    return pipeline


def _from_single_file(
    pipeline_class: Any, base: BaseModel, file: Path, dtype: torch.dtype, changes: Mapping[str, Any]
) -> Any:
    tokenizers = {
        part: CLIPTokenizer.from_pretrained(folder, local_files_only=True) for part, folder in base.tokenizers.items()
    }
    lacking = BaseModelMissing(
        "{file} lacks some of the tensors that {family} has.",
        "Choose a whole checkpoint, or download it again.",
        file=file.name,
        family=base.family.title,
    )
    try:
        pipeline = pipeline_class.from_single_file(
            str(file), config=str(base.folder), torch_dtype=dtype, local_files_only=True, **tokenizers, **changes
        )
    except (KeyError, NotImplementedError) as error:  # what diffusers renames, and what torch moves, is not there
        raise lacking from error
    parts = [part for part in pipeline.components.values() if isinstance(part, nn.Module)]
    if any(tensor.is_meta for part in parts for tensor in part.parameters()):
        raise lacking
    return pipeline


def _shift(vae: Any) -> float:
    return vae.config.get("shift_factor") or 0.0
