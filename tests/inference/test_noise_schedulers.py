"""The noise schedulers keep what the base model was trained with."""

import pytest
import torch
from diffusers import DDIMScheduler, FlowMatchEulerDiscreteScheduler, PNDMScheduler

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.noise_schedulers import DENOISING, NoiseSchedulerName, noise_scheduler_names
from profile_studio.families.diffusion import NoiseLevels
from profile_studio.inference.noise_schedulers import make_noise_scheduler, own_noise

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
NAMES = noise_scheduler_names(DENOISING)


@pytest.mark.parametrize("name", NAMES)
def test_velocity_spacing_and_zero_terminal_snr_are_kept(name: NoiseSchedulerName) -> None:
    scheduler = make_noise_scheduler(name, STARTER_LIKE)
    scheduler.set_timesteps(20)

    assert scheduler.config.prediction_type == "v_prediction"
    assert scheduler.config.rescale_betas_zero_snr
    assert int(scheduler.timesteps[0]) == 999


def test_the_default_is_the_class_the_base_came_with() -> None:
    assert isinstance(make_noise_scheduler("default", PNDMScheduler(skip_prk_steps=True)), PNDMScheduler)


def test_a_base_has_only_the_noise_schedulers_of_its_kind() -> None:
    with pytest.raises(InvalidSettings) as refusal:
        make_noise_scheduler("ddim", FlowMatchEulerDiscreteScheduler())

    assert refusal.value.message == "This base model does not draw with the noise scheduler 'ddim'."
    assert refusal.value.fix == "Choose one of: default, euler."


def test_what_a_scheduler_draws_inside_a_step_is_ours() -> None:
    scheduler = make_noise_scheduler("euler-a", DDIMScheduler())
    scheduler.set_timesteps(4)
    sample, prediction = torch.ones(1, 4, 8, 8), torch.zeros(1, 4, 8, 8)

    def after_a_step(noise: float) -> torch.Tensor:
        again = make_noise_scheduler("euler-a", DDIMScheduler())
        again.set_timesteps(4)
        again.scale_model_input(sample, again.timesteps[0])
        with own_noise(lambda shape: torch.full(shape, noise)):
            return again.step(prediction, again.timesteps[0], sample).prev_sample

    sigma, following = scheduler.sigmas[:2]
    added = (following**2 * (sigma**2 - following**2) / sigma**2) ** 0.5
    torch.testing.assert_close(after_a_step(1.0) - after_a_step(0.0), torch.full_like(sample, float(added)))


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_a_perfect_prediction_recovers_the_clean_latents(prediction_type: str) -> None:
    scheduler = DDIMScheduler(clip_sample=False, prediction_type=prediction_type)
    timestep = torch.tensor(500)
    clean, noise = torch.randn(2, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    signal_variance = scheduler.alphas_cumprod[500]
    seen = signal_variance.sqrt() * clean + (1 - signal_variance).sqrt() * noise
    velocity = signal_variance.sqrt() * noise - (1 - signal_variance).sqrt() * clean
    output = noise if prediction_type == "epsilon" else velocity

    recovered = NoiseLevels(scheduler, torch.device("cpu")).clean_estimate(output, seen, timestep)

    torch.testing.assert_close(recovered, clean, atol=1e-4, rtol=1e-4)
