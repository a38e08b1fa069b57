"""Every family draws what its plain pipeline draws, and is trained on what its authors say."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline

from profile_studio.base_models import find_base_model
from profile_studio.domain.crops import Resolution
from profile_studio.domain.errors import InvalidPrompt
from profile_studio.domain.families import family_facts
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.noise import standard_normal
from profile_studio.domain.prompt_syntax import read_prompt
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning, Frame, cat
from profile_studio.families.registry import load_family
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.settings import Settings
from tests.tiny_base import build_tiny_sd3

CPU = torch.device("cpu")
FAMILIES = ("sd1", "sdxl", "sd3", "sd3-with-t5")
SEED, STEPS = 7, 2
# diffusers' schedulers make numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="session")
def tiny_bases(
    tiny_base: Path, tiny_sdxl: Path, tiny_sd3: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Folders of one tiny base a family, by name."""
    with_t5 = build_tiny_sd3(tmp_path_factory.mktemp("bases") / "tiny-sd3-with-t5", with_t5=True)
    return {"sd1": tiny_base, "sdxl": tiny_sdxl, "sd3": tiny_sd3, "sd3-with-t5": with_t5}


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest, tiny_bases: dict[str, Path]) -> Family:
    return load_family(find_base_model(str(tiny_bases[request.param]), Settings()), CPU, torch.float32)


@pytest.fixture
def sd3(tiny_bases: dict[str, Path]) -> Family:
    return load_family(find_base_model(str(tiny_bases["sd3-with-t5"]), Settings()), CPU, torch.float32)


@pytest.mark.parametrize("guidance_scale", [1.0, 5.0])
@pytest.mark.parametrize("negative_prompt", ["", "a hat"])
def test_a_picture_is_the_one_that_the_plain_pipeline_draws(
    family: Family, negative_prompt: str, guidance_scale: float
) -> None:
    without_t5 = {"text_encoder_3": None, "tokenizer_3": None} if family.base.folder.name == "tiny-sd3" else {}
    plain = DiffusionPipeline.from_pretrained(family.base.folder, **without_t5)
    plain.set_progress_bar_config(disable=True)
    side = family.base.native_size
    noise = torch.from_numpy(standard_normal(SEED, (1, *family.latent_shape(side, side))))
    expected = plain(
        "a red dot",
        negative_prompt=negative_prompt or None,
        num_inference_steps=STEPS,
        guidance_scale=guidance_scale,
        latents=noise,
        output_type="np",
    ).images[0]
    request = GenerationRequest(
        prompt="a red dot",
        negative_prompt=negative_prompt,
        base=str(family.base.folder),
        num_inference_steps=STEPS,
        guidance_scale=guidance_scale,
        seed=SEED,
    )

    (picture,) = StudioPipeline(family).draw(request, [])

    assert picture.image.size == (side, side)
    assert np.abs(np.asarray(picture.image) / 255 - expected).max() <= 0.5 / 255 + 1e-4


def test_plain_and_weighted_prompts_without_weights_are_encoded_alike(family: Family) -> None:
    with torch.no_grad():
        plain = family.encode_prompts(["a red dot"])
        weighted, _ = family.encode_weighted(read_prompt("a red dot"), read_prompt("a hat"))

    assert plain.tensors().keys() == weighted.tensors().keys()
    for name, tensor in plain.tensors().items():
        torch.testing.assert_close(weighted.tensors()[name], tensor, atol=1e-5, rtol=1e-5)


def test_a_weight_moves_a_word_and_none_moves_nothing(family: Family) -> None:
    with torch.no_grad():
        once, twice, strong = (
            family.encode_weighted(read_prompt(prompt), read_prompt(""))[0].prompt_embeds
            for prompt in ("a red dot", "a red dot", "a red++ dot")
        )

    assert torch.equal(once, twice)
    assert (strong - once).abs().max() > 1e-3


@pytest.mark.parametrize("name", ["sd1", "sdxl"])
def test_clauses_are_chained_window_by_window_each_with_its_weight(tiny_bases: dict[str, Path], name: str) -> None:
    family = load_family(find_base_model(str(tiny_bases[name]), Settings()), CPU, torch.float32)
    with torch.no_grad():
        chained, negative = family.encode_weighted(read_prompt("a dot AND a hat :0.5"), read_prompt(""))
        dot, hat, nothing = (family.encode_prompts([text]).prompt_embeds for text in ("a dot", "a hat", ""))

    expected = torch.cat([dot, nothing + 0.5 * (hat - nothing)], dim=1)
    torch.testing.assert_close(chained.prompt_embeds, expected, atol=1e-5, rtol=1e-5)
    assert negative.prompt_embeds.shape == chained.prompt_embeds.shape


@pytest.mark.parametrize(
    ("prompt", "plain"),
    [
        ("(a red:1.3) dot--", ["a red dot"]),
        ("a dot BREAK a hat", ["a dot, a hat"]),
        ('("a dot", "a hat").blend(3, 1)', ["a dot", "a hat"]),
    ],
)
def test_sdxls_pooled_vector_is_of_words_without_signs(
    tiny_bases: dict[str, Path], prompt: str, plain: list[str]
) -> None:
    sdxl = load_family(find_base_model(str(tiny_bases["sdxl"]), Settings()), CPU, torch.float32)
    with torch.no_grad():
        positive, _ = sdxl.encode_weighted(read_prompt(prompt), read_prompt(""))
        pooled = [sdxl.encode_prompts([text]).pooled_prompt_embeds for text in plain]

    assert positive.pooled_prompt_embeds is not None
    expected = pooled[0] if len(pooled) == 1 else 0.75 * pooled[0] + 0.25 * pooled[1]
    torch.testing.assert_close(positive.pooled_prompt_embeds, expected, atol=1e-5, rtol=1e-5)


def test_latents_go_to_a_picture_and_back_in_the_shapes_that_are_told(family: Family) -> None:
    shape = family.latent_shape(64, 96)
    with torch.no_grad():
        latents = family.encode_pictures(torch.zeros(2, 3, 64, 96))
        assert latents.shape == (2, *shape)
        assert family.decode_latents(latents).shape == (2, 3, 64, 96)


def test_a_perfect_prediction_has_no_loss_and_shows_the_clean_latents(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(2, 4, 8, 8, generator=generator) for _ in range(2))
    timesteps = family.noise_levels(torch.tensor([0.2, 0.7]))
    answer = noise if family.prediction_type == "epsilon" else noise - latents
    seen: list[torch.Tensor] = []

    def predict(noisy: torch.Tensor, *_arguments: object) -> torch.Tensor:
        seen.append(noisy)
        return answer

    monkeypatch.setattr(family, "predict", predict)

    loss = family.training_loss(latents, Conditioning(torch.zeros(2, 77, 32)), noise, timesteps, None)

    torch.testing.assert_close(loss, torch.zeros(2))
    estimate = family.clean_estimate(answer[:1], seen[0][:1], timesteps[0].float())
    torch.testing.assert_close(estimate, latents[:1], atol=1e-4, rtol=1e-4)


def test_every_target_that_is_offered_reaches_layers_that_are_there(family: Family) -> None:
    import re

    for targets in family_facts(family.base.family.name).targets:
        for part, layers in family.trained_layers(targets).items():
            names = [name for name, _ in family.parts[part].named_modules()]
            assert any(re.fullmatch(layers, name) for name in names), (targets, part)


def test_flow_levels_are_logit_normal_and_shifted_as_the_scheduler_shifts_them(sd3: Family) -> None:
    uniform = (torch.arange(2000) + 0.5) / 2000
    levels = sd3.noise_levels(uniform) / 1000

    unshifted = levels / (3 - 2 * levels)  # undoes shift 3
    logits = torch.logit(unshifted.double())
    assert float(logits.mean()) == pytest.approx(0.0, abs=0.01)
    assert float(logits.std()) == pytest.approx(1.0, abs=0.01)


def test_sdxl_is_told_of_size_and_crop(tiny_bases: dict[str, Path]) -> None:
    sdxl = load_family(find_base_model(str(tiny_bases["sdxl"]), Settings()), CPU, torch.float32)
    frames = [Frame(Resolution(512, 768), 0, 32, Resolution(64, 64)), Frame.whole(Resolution(64, 96))]

    framed = sdxl.frame(sdxl.encode_prompts(["a", "b"]), frames)

    assert framed.time_ids is not None
    assert framed.time_ids.tolist() == [[512, 768, 0, 32, 64, 64], [64, 96, 0, 0, 64, 96]]


def test_a_blend_without_compel_is_the_weighted_sum_of_its_prompts(sd3: Family) -> None:
    with torch.no_grad():
        mixed, _ = sd3.encode_weighted(read_prompt('("a dot", "a hat").blend(0.75, 0.25)'), read_prompt(""))
        dot, hat = (sd3.encode_prompts([text]) for text in ("a dot", "a hat"))

    for name, tensor in mixed.tensors().items():
        expected = 0.75 * dot.tensors()[name] + 0.25 * hat.tensors()[name]
        torch.testing.assert_close(tensor, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("prompt", ['("a dot", "a hat").and()', "a dot BREAK a hat"])
def test_what_takes_one_text_encoder_is_refused_by_name(sd3: Family, prompt: str) -> None:
    with pytest.raises(InvalidPrompt) as refusal:
        sd3.encode_weighted(read_prompt(prompt), read_prompt(""))

    assert "does not read BREAK" in refusal.value.message


def test_conditionings_are_joined_picked_and_told_apart_by_name() -> None:
    one = Conditioning(torch.zeros(1, 77, 4), torch.zeros(1, 2))
    other = Conditioning(torch.ones(1, 77, 4), torch.ones(1, 2))

    both = cat([one, other])

    assert len(both) == 2
    assert torch.equal(both.rows([1, 0]).prompt_embeds, cat([other, one]).prompt_embeds)
    assert both.to(CPU, torch.float16).prompt_embeds.dtype is torch.float16
    with pytest.raises(ValueError, match="different kinds"):
        cat([one, Conditioning(torch.zeros(1, 77, 4))])
