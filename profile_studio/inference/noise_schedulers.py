"""Noise schedulers by name, built from what the base model was trained with."""

from typing import Any

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler
from torch import Tensor

from profile_studio.domain.generation import NoiseSchedulerName

_CLASSES = {"ddim": DDIMScheduler, "dpm++": DPMSolverMultistepScheduler, "euler": EulerDiscreteScheduler}


def make_noise_scheduler(name: NoiseSchedulerName, base_scheduler: Any) -> Any:
    """A fresh noise scheduler that keeps the base's betas, prediction type, spacing and zero terminal SNR.

    Args:
        name: `default` is the class the base model came with.
        base_scheduler: the scheduler of the base model's own configuration.
    """
    config = base_scheduler.config
    scheduler_class = type(base_scheduler) if name == "default" else _CLASSES[name]
    return scheduler_class.from_config(config)


def predicted_clean_latents(scheduler: Any, model_output: Tensor, model_input: Tensor, timestep: Tensor) -> Tensor:
    """What the model thinks the picture is, in the middle of denoising.

    Args:
        model_output: noise or velocity, as the scheduler's prediction type says.
        model_input: what the model saw, after `scale_model_input`; shape as `model_output`.
    Source: Salimans and Ho 2022, arXiv:2202.00512, appendix D.
    """
    level = min(int(timestep.round()), len(scheduler.alphas_cumprod) - 1)
    signal_variance = scheduler.alphas_cumprod[level].to(model_output)
    signal_scale, noise_scale = signal_variance.sqrt(), (1 - signal_variance).sqrt()
    if scheduler.config.prediction_type == "v_prediction":
        return signal_scale * model_input - noise_scale * model_output
    return (model_input - noise_scale * model_output) / signal_scale.clamp(min=torch.finfo(torch.float32).eps)
