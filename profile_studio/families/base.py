"""What a family of base models must be able to do, so that training and comparing need not know which one it is.

`stable_diffusion` implements it for Stable Diffusion 1.x, the starter included. SDXL and SD 3.5 get a module of their
own beside it: SDXL adds pooled embeddings and size conditions to `encode_prompts`, SD 3.5 replaces the loss by flow
matching and names other layers; neither changes the training loop.
"""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor, nn

from profile_studio.domain.training import Targets


class Family(Protocol):
    """A loaded base model, seen as a thing that can be trained on."""

    def encode_prompts(self, prompts: Sequence[str]) -> Tensor:
        """Prompt embeddings, shape (prompts, 77, width)."""
        ...

    def encode_pictures(self, pictures: Tensor) -> Tensor:
        """Latents, scaled as the denoiser expects them.

        Args:
            pictures: shape (pictures, 3, height, width), in [-1, 1].
        """
        ...

    def training_loss(
        self, latents: Tensor, prompt_embeds: Tensor, noise: Tensor, timesteps: Tensor, min_snr_gamma: float | None
    ) -> Tensor:
        """Loss per sample, shape (batch,), weighted over the noise levels.

        Args:
            latents, noise: shape (batch, channels, height, width).
            timesteps: shape (batch,), integers in [0, num_noise_levels).
        """
        ...

    @property
    def num_noise_levels(self) -> int:
        """How many timesteps the base model was trained with."""
        ...

    def trained_parts(self, targets: Targets) -> dict[str, tuple[nn.Module, str]]:
        """Component name to the module that gets a LoRA and the regular expression of its layers, for peft."""
        ...
