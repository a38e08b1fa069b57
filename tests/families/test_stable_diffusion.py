"""The loss and its weights against known answers, and which layers are trained."""

from pathlib import Path

import pytest
import torch

from profile_studio.base_models import find_base_model
from profile_studio.domain.training import Targets
from profile_studio.families.conditioning import Conditioning
from profile_studio.families.diffusion import min_snr_weight
from profile_studio.families.stable_diffusion import StableDiffusion
from profile_studio.settings import Settings
from profile_studio.training.adapter import TrainedAdapter
from tests.training.helpers import small_config


@pytest.fixture
def family(tiny_base: Path, settings: Settings) -> StableDiffusion:
    base = find_base_model(str(tiny_base), settings)
    return StableDiffusion(base, torch.device("cpu"), torch.float32)


def test_noise_weights_follow_min_snr() -> None:
    snr = torch.tensor([20.0, 5.0, 0.1])
    weights = min_snr_weight(snr / (1 + snr), 5.0, predicts_noise=True)
    torch.testing.assert_close(weights, torch.tensor([0.25, 1.0, 1.0]))


def test_velocity_weights_follow_min_snr_and_keep_pure_noise() -> None:
    snr = torch.tensor([20.0, 2.0, 0.0])
    weights = min_snr_weight(snr / (1 + snr), 5.0, predicts_noise=False)
    torch.testing.assert_close(weights, torch.tensor([5 / 21, 2 / 3, 1.0]))


def test_without_gamma_all_levels_count_the_same() -> None:
    assert min_snr_weight(torch.tensor([0.0, 0.5]), None, predicts_noise=False).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_a_perfect_prediction_has_no_loss(
    family: StableDiffusion, prediction_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(2, 4, 8, 8, generator=generator) for _ in range(2))
    timesteps = torch.tensor([100, 900])
    alphas = family.pipeline.scheduler.alphas_cumprod[timesteps][:, None, None, None]
    velocity = alphas.sqrt() * noise - (1 - alphas).sqrt() * latents
    monkeypatch.setattr(family._levels, "prediction_type", prediction_type)
    answer = noise if prediction_type == "epsilon" else velocity
    monkeypatch.setattr(family, "predict", lambda *_args: answer)

    loss = family.training_loss(latents, Conditioning(torch.zeros(2, 77, 32)), noise, timesteps, 5.0)

    torch.testing.assert_close(loss, torch.zeros(2), atol=1e-10, rtol=0)


def test_encodings_have_the_shapes_the_denoiser_wants(family: StableDiffusion) -> None:
    with torch.no_grad():
        assert family.encode_prompts(["a", "b c"]).prompt_embeds.shape == (2, 77, 32)
        assert family.encode_pictures(torch.zeros(3, 3, 64, 64)).shape == (3, 4, 8, 8)


@pytest.mark.parametrize(
    ("targets", "unet_layers", "text_layers"),
    [
        (Targets.ATTENTION, 32, 0),
        (Targets.ATTENTION_QV, 16, 0),
        (Targets.CROSS_ATTENTION, 16, 0),
        (Targets.CROSS_ATTENTION_QV, 8, 0),
        (Targets.ATTENTION_AND_TEXT_ENCODER, 32, 8),
        (Targets.ATTENTION_AND_CONV, 53, 0),
        (Targets.ALL, 69, 0),
    ],
)
def test_targets_reach_their_layers(
    family: StableDiffusion, tiny_base: Path, targets: Targets, unet_layers: int, text_layers: int
) -> None:
    names = TrainedAdapter(family, small_config(tiny_base, targets=targets)).tensors()

    assert sum(name.startswith("lora_unet_") for name in names) == 2 * unet_layers
    assert sum(name.startswith("lora_te_") for name in names) == 2 * text_layers
