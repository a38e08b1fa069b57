"""The one denoising loop: for pictures, comparisons and the samples of a training."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count

import torch
from torch import Tensor

from profile_studio.domain.crops import Resolution
from profile_studio.domain.noise import standard_normal
from profile_studio.domain.noise_schedulers import NoiseSchedulerName
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning, Frame, cat
from profile_studio.inference.finite import check_finite
from profile_studio.inference.noise_schedulers import (
    first_latents,
    make_noise_scheduler,
    own_noise,
    scale_model_input,
)


@dataclass(frozen=True)
class DenoisedStep:
    """One finished step of `steps`; `clean_estimate` works out what the denoiser thinks the clean latents are."""

    step: int
    steps: int
    clean_estimate: Callable[[], Tensor]


@torch.inference_mode()
def denoise(
    family: Family,
    positive: Conditioning,
    negative: Conditioning,
    *,
    seed: int,
    size: Resolution,
    num_inference_steps: int,
    guidance_scale: float,
    noise_scheduler: NoiseSchedulerName = "default",
    begin_step: Callable[[int, int], None] = lambda _step, _steps: None,
    on_step: Callable[[DenoisedStep], None] = lambda _step: None,
) -> Tensor:
    """Scaled latents of one picture, shape (1, channels, height, width).

    Args:
        positive, negative: one row each, as `Family.encode_weighted` returns them; guidance of 1 leaves the negative out.
        begin_step: called before each step with its number, from 0, and how many there are.
        on_step: called after each step; what it raises ends the drawing.
    Raises:
        InvalidSettings: the base has no such noise scheduler.
        FloatingPointError: the latents became NaN or infinite.
    """
    scheduler = make_noise_scheduler(noise_scheduler, family.noise_scheduler)
    scheduler.set_timesteps(num_inference_steps, device=family.device)
    is_guided = guidance_scale > 1
    conditioning = cat([negative, positive]) if is_guided else positive
    conditioning = family.frame(conditioning, [Frame.whole(size)] * len(conditioning))
    shape = (1, *family.latent_shape(*size))
    latents = first_latents(scheduler, initial_noise(seed, shape).to(family.device, family.dtype))
    draws = count(1)
    steps = len(scheduler.timesteps)
    for step, timestep in enumerate(scheduler.timesteps, start=1):
        begin_step(step - 1, steps)
        seen = scale_model_input(scheduler, latents, timestep)
        batch = torch.cat([seen] * len(conditioning))
        prediction = family.predict(batch, timestep.expand(len(batch)), conditioning)
        if is_guided:
            prediction = guide(prediction, guidance_scale)
        with own_noise(lambda shape: torch.from_numpy(standard_normal([seed, next(draws)], shape))):
            latents = scheduler.step(prediction, timestep, latents, return_dict=False)[0]
        check_finite(latents)
        on_step(DenoisedStep(step, steps, partial(family.clean_estimate, prediction, seen, timestep)))
    return latents


@torch.inference_mode()
def decode(family: Family, latents: Tensor) -> Tensor:
    """Pixels around [-1, 1], shape (1, 3, height, width), of what `denoise` returns.

    Raises:
        FloatingPointError: they are NaN or infinite: a VAE in fp16 overflows where its latents do not.
    """
    pixels = family.decode_latents(latents)
    check_finite(pixels)
    return pixels


def initial_noise(seed: int, shape: tuple[int, ...]) -> Tensor:
    """The noise that a picture of this seed starts from, on the processor, fp32."""
    return torch.from_numpy(standard_normal(seed, shape))


def guide(output: Tensor, guidance_scale: float) -> Tensor:
    """Classifier-free guidance over a batch of (unconditioned, conditioned) outputs; shape (1, ...) comes out.

    Not rescaled towards the conditioned output's spread (arXiv:2305.08891, section 3.4): at the default scale that
    only made the starter's colours paler, and pictures stay those that plain diffusers draws.

    Source: Ho and Salimans 2022, arXiv:2207.12598.
    """
    unconditioned, conditioned = output.chunk(2)
    return unconditioned + guidance_scale * (conditioned - unconditioned)
