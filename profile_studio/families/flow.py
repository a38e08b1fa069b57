"""Denoisers that predict the way from picture to noise at any noise level: rectified flow, as Stable Diffusion 3 has it.

Source: Esser et al. 2024, arXiv:2403.03206.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


class FlowLevels:
    """The noise levels of a flow matching base; a timestep is a level times the number of training timesteps.

    Args:
        scheduler: diffusers' `FlowMatchEulerDiscreteScheduler` or one that has its configuration.
    """

    prediction_type = "flow_prediction"

    def __init__(self, scheduler: Any) -> None:
        self._num_train_timesteps = float(scheduler.config.num_train_timesteps)
        self._shift = float(scheduler.config.shift)

    def timesteps(self, uniform: Tensor) -> Tensor:
        """Logit-normal levels, shifted towards noise as the base's scheduler shifts them.

        Args:
            uniform: spread evenly over [0, 1); the ends, where the level would be infinite, are kept away from.
        Source: arXiv:2403.03206, section 3.1 (mean 0, deviation 1) and section 5.3.2 (shift).
        """
        level = torch.special.ndtri(uniform.double().clamp(1e-6, 1 - 1e-6)).sigmoid()
        shifted = self._shift * level / (1 + (self._shift - 1) * level)
        return (shifted * self._num_train_timesteps).float()

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        level = self._level(timesteps)[:, None, None, None]
        return (1 - level) * latents + level * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """The way from picture to noise, which no level changes; shape as `latents`."""
        del timesteps
        return noise - latents

    def loss(self, prediction: Tensor, target: Tensor, timesteps: Tensor, min_snr_gamma: float | None) -> Tensor:
        """Every level counts the same: `timesteps` is drawn as often as a level is worth.

        Args:
            timesteps, min_snr_gamma: not used; a training whose base predicts a flow is not accepted with a gamma.
        """
        del timesteps, min_snr_gamma
        return functional.mse_loss(prediction.float(), target, reduction="none").mean(dim=(1, 2, 3))

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        return noisy_latents - self._level(timestep).to(prediction) * prediction

    def _level(self, timesteps: Tensor) -> Tensor:
        return timesteps / self._num_train_timesteps
