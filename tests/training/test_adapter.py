"""The file we write means in plain diffusers, and in peft, what the trainer computed."""

import json
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionPipeline
from peft import PeftModel

from profile_studio.base_models import find_base_model
from profile_studio.domain.training import Targets
from profile_studio.families.registry import load_family
from profile_studio.lora_files import TrainingFacts, adapter_metadata
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from profile_studio.training.adapter import TrainedAdapter
from tests.training.helpers import small_config

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")


def randomised_adapter(base: Path, settings: Settings, targets: Targets) -> tuple[StableDiffusionPipeline, Path]:
    """A pipeline whose LoRA is strong and random, with alpha = rank / 2, and the file it was saved to."""
    found = find_base_model(str(base), settings)
    family = load_family(found, CPU, torch.float32)
    config = small_config(base, targets=targets)
    adapter = TrainedAdapter(family, config)
    generator = torch.Generator().manual_seed(1)
    adapter.load(
        {
            name: torch.randn(value.shape, generator=generator).mul(0.1).half()
            for name, value in adapter.tensors().items()
        }
    )
    path = settings.user_loras_dir / "dotted.safetensors"
    facts = TrainingFacts(found.hash, "epsilon", "dotty", ("a, b",), "job")
    adapter.save(path, adapter_metadata(config, facts, 6, now=0.0))
    return family.pipeline, path


def latents(pipeline: StableDiffusionPipeline) -> torch.Tensor:
    """What a prompt gives after three steps, before the VAE rounds it to a picture."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        return pipeline(
            "dotty, square", height=64, width=64, num_inference_steps=3, output_type="latent", generator=generator
        ).images


@pytest.mark.parametrize("targets", list(Targets))
def test_plain_diffusers_draws_from_the_file_what_the_trainer_draws(
    tiny_base: Path, settings: Settings, targets: Targets
) -> None:
    trained, path = randomised_adapter(tiny_base, settings, targets)
    plain = StableDiffusionPipeline.from_pretrained(tiny_base, safety_checker=None)
    plain.set_progress_bar_config(disable=True)
    plain.unet.to(memory_format=torch.channels_last)  # the order of additions differs between the two layouts
    without = latents(plain)

    plain.load_lora_weights(path.parent, weight_name=path.name)

    assert (latents(plain) - without).abs().max() > 1e-3
    torch.testing.assert_close(latents(plain), latents(trained), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("targets", [Targets.ALL, Targets.ATTENTION_AND_TEXT_ENCODER])
def test_the_diffusers_export_draws_the_same_picture(tiny_base: Path, settings: Settings, targets: Targets) -> None:
    trained, _ = randomised_adapter(tiny_base, settings, targets)
    exported = AdapterService(settings).export("dotted", "diffusers", settings.resolved_home / "exported")
    plain = load_family(find_base_model(str(tiny_base), settings), CPU, torch.float32).pipeline

    plain.load_lora_weights(exported.parent, weight_name=exported.name)

    torch.testing.assert_close(latents(plain), latents(trained), atol=1e-5, rtol=1e-5)


def test_the_peft_export_opens_as_a_peft_model_that_draws_the_same_picture(tiny_base: Path, settings: Settings) -> None:
    trained, _ = randomised_adapter(tiny_base, settings, Targets.ALL)
    folder = AdapterService(settings).export("dotted", "peft", settings.resolved_home / "exported")
    plain = load_family(find_base_model(str(tiny_base), settings), CPU, torch.float32).pipeline

    plain.unet = PeftModel.from_pretrained(plain.unet, folder).base_model.model

    assert json.loads((folder / "adapter_config.json").read_text())["lora_alpha"] == 2.0
    torch.testing.assert_close(latents(plain), latents(trained), atol=1e-5, rtol=1e-5)


def test_a_fresh_adapter_changes_nothing_and_depends_on_the_seed_alone(tiny_base: Path, settings: Settings) -> None:
    found = find_base_model(str(tiny_base), settings)
    families = [load_family(found, CPU, torch.float32) for _ in range(2)]
    before = latents(families[0].pipeline)

    first, second = (TrainedAdapter(family, small_config(tiny_base)) for family in families)

    torch.testing.assert_close(latents(families[0].pipeline), before, atol=0, rtol=0)
    assert all(torch.equal(value, second.tensors()[name]) for name, value in first.tensors().items())
