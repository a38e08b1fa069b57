"""What a family of base models must be able to do, so that training, drawing and comparing need not know which one it is.

`stable_diffusion` implements it for Stable Diffusion 1.x and 2.x, the starter included. ARCHITECTURE.md says how to
add another family.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from profile_studio.base_models import BaseModel
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.training import Targets
from profile_studio.families.conditioning import Conditioning, Frame


class Family(Protocol):
    """A loaded base model that can be trained on and drawn with.

    Args:
        base: where it came from.
        pipeline: the diffusers pipeline whose parts it works with.
        noise_scheduler: the one that the base's own configuration names.
        latent_rgb: what a preview guesses colours with, or None where only the VAE can tell.
    """

    base: BaseModel
    pipeline: Any
    noise_scheduler: Any
    latent_rgb: "LatentRgb | None"

    @property
    def device(self) -> torch.device:
        """Where the denoiser computes."""
        ...

    @property
    def dtype(self) -> torch.dtype:
        """What the denoiser computes in."""
        ...

    @property
    def prediction_type(self) -> str:
        """What the denoiser predicts, in diffusers' words: `epsilon`, `v_prediction` or `flow_prediction`."""
        ...

    @property
    def parts(self) -> Mapping[str, nn.Module]:
        """The models that a LoRA may change, by diffusers' names, such as `unet`."""
        ...

    @property
    def vae_decoder(self) -> nn.Module:
        """The part of the VAE that makes pictures; its size decides how previews are made."""
        ...

    @property
    def size_step(self) -> int:
        """What the sides of a picture must be multiples of, in pixels."""
        ...

    def trained_layers(self, targets: Targets) -> Mapping[str, str]:
        """Of each part that is trained, a regular expression of the layers that get a LoRA, for peft."""
        ...

    # Words

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        """Plain prompts, cut where the encoder's window ends; differentiable. No `time_ids` yet: see `frame`."""
        ...

    def encode_weighted(self, prompt: ReadPrompt, negative_prompt: ReadPrompt) -> tuple[Conditioning, Conditioning]:
        """A prompt with weights and its negative, each one row and as many tokens as the other."""
        ...

    def frame(self, conditioning: Conditioning, frames: Sequence[Frame]) -> Conditioning:
        """Adds what the denoiser is told of size and crop; one frame a row."""
        ...

    # Pictures

    def latent_shape(self, height: int, width: int) -> tuple[int, int, int]:
        """Channels, height and width of the latents of a picture of this size in pixels."""
        ...

    def release_text_encoders(self) -> None:
        """Frees their memory; no prompt can be encoded after."""
        ...

    def encode_pictures(self, pictures: Tensor) -> Tensor:
        """Latents, scaled as the denoiser expects them.

        Args:
            pictures: shape (pictures, 3, height, width), in [-1, 1].
        """
        ...

    def decode_latents(self, latents: Tensor) -> Tensor:
        """Pixels around [-1, 1], shape (pictures, 3, height, width), of scaled latents."""
        ...

    # Noise

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor:
        """The denoiser's answer, shape as `noisy_latents`; `timesteps` has shape (batch,)."""
        ...

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Noisy latents, shape as `latents`; `timesteps` has shape (batch,)."""
        ...

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What a perfect denoiser would answer, shape as `latents`."""
        ...

    def noise_levels(self, uniform: Tensor) -> Tensor:
        """The timesteps to train on, shape as given, from numbers spread evenly over [0, 1)."""
        ...

    def training_loss(
        self,
        latents: Tensor,
        conditioning: Conditioning,
        noise: Tensor,
        timesteps: Tensor,
        min_snr_gamma: float | None,
        target: Tensor | None = None,
    ) -> Tensor:
        """Loss per sample, shape (batch,), weighted over the noise levels.

        Args:
            latents, noise: shape (batch, channels, height, width).
            timesteps: shape (batch,), as `noise_levels` returns them.
            target: what is to be predicted; None for what `latents` and `noise` say.
        """
        ...

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        """What the denoiser thinks the clean latents are, in the middle of denoising.

        Args:
            noisy_latents: what the denoiser saw; shape as `prediction`.
            timestep: one number.
        """
        ...


class LatentRgb:
    """Red, green and blue of each latent channel, in [-1, 1], and what is added to their sum."""

    def __init__(self, factors: Sequence[Sequence[float]], bias: Sequence[float] = (0.0, 0.0, 0.0)) -> None:
        self.factors = torch.tensor(factors)
        self.bias = torch.tensor(bias)

    def colours(self, latents: Tensor) -> Tensor:
        """Shape (height, width, 3), around [-1, 1], of scaled latents of shape (channels, height, width)."""
        return torch.einsum("chw,cr->hwr", latents.float().cpu(), self.factors) + self.bias
