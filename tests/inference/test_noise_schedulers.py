"""The noise schedulers keep what the base model was trained with."""

import pytest
import torch
from diffusers import DDIMScheduler, PNDMScheduler

from profile_studio.domain.generation import NoiseSchedulerName
from profile_studio.inference.noise_schedulers import make_noise_scheduler, predicted_clean_latents

# diffusers' schedulers make numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

STARTER_LIKE = DDIMScheduler(
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    clip_sample=False,
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    timestep_spacing="trailing",
)
NAMES: tuple[NoiseSchedulerName, ...] = ("default", "ddim", "dpm++", "euler")


@pytest.mark.parametrize("name", NAMES)
def test_velocity_spacing_and_zero_terminal_snr_are_kept(name: NoiseSchedulerName) -> None:
    scheduler = make_noise_scheduler(name, STARTER_LIKE)
    scheduler.set_timesteps(20)

    assert scheduler.config.prediction_type == "v_prediction"
    assert scheduler.config.rescale_betas_zero_snr
    assert int(scheduler.timesteps[0]) == 999


def test_the_default_is_the_class_the_base_came_with() -> None:
    assert isinstance(make_noise_scheduler("default", PNDMScheduler(skip_prk_steps=True)), PNDMScheduler)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_a_perfect_prediction_recovers_the_clean_latents(name: NoiseSchedulerName, prediction_type: str) -> None:
    scheduler = make_noise_scheduler(name, DDIMScheduler(clip_sample=False, prediction_type=prediction_type))
    scheduler.set_timesteps(10)
    timestep = scheduler.timesteps[5]
    clean, noise = torch.randn(2, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    signal_variance = scheduler.alphas_cumprod[int(timestep)]
    seen = signal_variance.sqrt() * clean + (1 - signal_variance).sqrt() * noise
    velocity = signal_variance.sqrt() * noise - (1 - signal_variance).sqrt() * clean
    output = noise if prediction_type == "epsilon" else velocity

    recovered = predicted_clean_latents(scheduler, output, seen, timestep)

    torch.testing.assert_close(recovered, clean, atol=1e-4, rtol=1e-4)
