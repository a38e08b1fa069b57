"""Denoisers that predict noise or velocity at one of a thousand noise levels: Stable Diffusion 1.x, 2.x and SDXL."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from profile_studio.domain.errors import BaseModelMissing


class DiffusionLevels:
    """The noise levels of a base model, and what its denoiser is asked for at each.

    Args:
        scheduler: any of diffusers' that has `alphas_cumprod`.

    Raises:
        BaseModelMissing: the base predicts neither noise nor velocity.
    """

    def __init__(self, scheduler: Any, device: torch.device) -> None:
        kind = scheduler.config.prediction_type
        if kind not in ("epsilon", "v_prediction"):
            raise BaseModelMissing(
                "This base model predicts {kind!r}, which cannot be trained on.",
                "Choose one that predicts noise or velocity.",
                kind=kind,
            )
        self.prediction_type: str = kind
        self._alphas_cumprod: Tensor = scheduler.alphas_cumprod.to(device)

    def timesteps(self, uniform: Tensor) -> Tensor:
        """Integers, shape as given, from numbers spread evenly over [0, 1)."""
        return (uniform * len(self._alphas_cumprod)).long()

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Noisy latents, shape as `latents`; `timesteps` has shape (batch,)."""
        signal_scale, noise_scale = self._scales(timesteps)
        return signal_scale * latents + noise_scale * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """The noise or the velocity, shape as `latents`."""
        if self.prediction_type == "epsilon":
            return noise
        signal_scale, noise_scale = self._scales(timesteps)
        return signal_scale * noise - noise_scale * latents

    def loss(self, prediction: Tensor, target: Tensor, timesteps: Tensor, min_snr_gamma: float | None) -> Tensor:
        """Loss per sample, shape (batch,), weighted over the noise levels by `min_snr_weight`."""
        predicts_noise = self.prediction_type == "epsilon"
        loss = functional.mse_loss(prediction.float(), target, reduction="none").mean(dim=(1, 2, 3))
        return loss * min_snr_weight(self._alphas_cumprod[timesteps], min_snr_gamma, predicts_noise=predicts_noise)

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        """The clean latents by this prediction.

        Args:
            timestep: may lie between two levels, as Euler's do; the nearer one counts.
        Source: Salimans and Ho 2022, arXiv:2202.00512, appendix D.
        """
        level = min(int(timestep.round()), len(self._alphas_cumprod) - 1)
        signal_variance = self._alphas_cumprod[level].to(prediction)
        signal_scale, noise_scale = signal_variance.sqrt(), (1 - signal_variance).sqrt()
        if self.prediction_type == "v_prediction":
            return signal_scale * noisy_latents - noise_scale * prediction
        return (noisy_latents - noise_scale * prediction) / signal_scale.clamp(min=torch.finfo(torch.float32).eps)

    def _scales(self, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        """Of signal and noise, each of shape (batch, 1, 1, 1)."""
        signal_variance = self._alphas_cumprod[timesteps][:, None, None, None]
        return signal_variance.sqrt(), (1 - signal_variance).sqrt()


def min_snr_weight(alphas_cumprod: Tensor, gamma: float | None, *, predicts_noise: bool) -> Tensor:
    """How much each noise level counts, shape as given.

    A clean-picture loss weighted by `min(snr, gamma)` is `min(snr, gamma) / snr` times the noise loss and
    `min(snr, gamma) / (snr + 1)` times the velocity loss. The velocity weight would vanish where a picture is pure
    noise, the level that decides its colours and layout, so there the ratio is kept at 1 or more, as in truncated-SNR
    weighting.

    Args:
        alphas_cumprod: signal variance per sample, in [0, 1]; 0 is pure noise.
        gamma: None weights all levels equally.
    Source: Hang et al. 2023, arXiv:2303.09556; Salimans and Ho 2022, arXiv:2202.00512.
    """
    if gamma is None:
        return torch.ones_like(alphas_cumprod)
    snr = alphas_cumprod / (1 - alphas_cumprod)
    if predicts_noise:
        return gamma / snr.clamp(min=gamma)
    return snr.clamp(min=min(1.0, gamma), max=gamma) / (snr + 1)
