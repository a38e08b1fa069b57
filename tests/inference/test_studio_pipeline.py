"""From a request to pictures."""

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest

from profile_studio.base_models import BaseModel, find_base_model
from profile_studio.domain.errors import InvalidSettings, Stopped
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.noise import standard_normal
from profile_studio.domain.noise_schedulers import (
    DENOISING,
    NoiseSchedulerName,
    noise_scheduler_names,
    offered_noise_schedulers,
)
from profile_studio.inference.studio_pipeline import DrawnPicture, Step
from profile_studio.lora_files import read_header
from profile_studio.settings import Settings
from tests.inference.conftest import WriteLora, small_request, weighted

# diffusers' schedulers make numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def draw(pipeline: Any, base: BaseModel, **changes: object) -> list[DrawnPicture]:
    return list(pipeline.draw(small_request(base, **changes), []))


@pytest.mark.parametrize("noise_scheduler", noise_scheduler_names(DENOISING))
def test_equal_requests_give_equal_pictures(
    studio_pipeline: Any, base: BaseModel, noise_scheduler: NoiseSchedulerName
) -> None:
    first, again, other = (
        np.asarray(draw(studio_pipeline, base, noise_scheduler=noise_scheduler, seed=seed)[0].image)
        for seed in (7, 7, 8)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("guidance_scale", [1.0, 5.0])
@pytest.mark.parametrize("noise_scheduler", noise_scheduler_names(DENOISING))
def test_a_picture_is_the_one_that_plain_diffusers_draws_from_the_same_noise(
    studio_pipeline: Any, base: BaseModel, noise_scheduler: NoiseSchedulerName, guidance_scale: float
) -> None:
    import torch
    from diffusers import StableDiffusionPipeline

    from profile_studio.inference.noise_schedulers import make_noise_scheduler, own_noise

    def draw_noise(*stream: int) -> Callable[[tuple[int, ...]], torch.Tensor]:
        return lambda shape: torch.from_numpy(standard_normal([7, *stream], shape))

    plain = StableDiffusionPipeline(**studio_pipeline.family.pipeline.components, requires_safety_checker=False)
    plain.scheduler = make_noise_scheduler(noise_scheduler, studio_pipeline.family.noise_scheduler)
    numbers = count(1)
    with own_noise(lambda shape: draw_noise(next(numbers))(shape)):
        expected = plain(
            "red hair",
            num_inference_steps=3,
            guidance_scale=guidance_scale,
            eta=0.3 if noise_scheduler == "tcd" else 0.0,  # the scheduler's own default, which the pipeline overrides
            latents=torch.from_numpy(standard_normal(7, (1, 4, 8, 8))),
            output_type="np",
        ).images[0]

    (picture,) = draw(studio_pipeline, base, noise_scheduler=noise_scheduler, guidance_scale=guidance_scale)

    assert np.abs(np.asarray(picture.image) / 255 - expected).max() <= 0.5 / 255 + 1e-4


def test_picture_i_is_the_same_whatever_the_count(studio_pipeline: Any, base: BaseModel) -> None:
    _, second = draw(studio_pipeline, base, count=2, seed=7)
    (alone,) = draw(studio_pipeline, base, count=1, seed=8)

    assert second.recipe.seed == 8
    assert np.array_equal(np.asarray(second.image), np.asarray(alone.image))


def test_what_a_step_raises_ends_the_drawing(studio_pipeline: Any, base: BaseModel) -> None:
    seen: list[int] = []

    def stop_after_two(step: Step) -> None:
        seen.append(step.step)
        if step.step == 2:
            raise Stopped("enough")

    with pytest.raises(Stopped):
        list(studio_pipeline.draw(small_request(base), [], stop_after_two))

    assert seen == [1, 2]


def test_a_preview_has_the_pictures_size(studio_pipeline: Any, base: BaseModel) -> None:
    sizes: list[tuple[int, int]] = []

    list(studio_pipeline.draw(small_request(base, height=80), [], lambda step: sizes.append(step.preview().size)))

    assert sizes == [(64, 80)] * 3


@pytest.mark.parametrize("size", [{"height": 65}, {"width": 100}, {"height": 512}])
def test_a_size_that_cannot_be_drawn_is_refused(studio_pipeline: Any, base: BaseModel, size: dict[str, int]) -> None:
    with pytest.raises(InvalidSettings) as caught:
        draw(studio_pipeline, base, **size)

    assert "cannot draw" in caught.value.message
    assert "multiples of 8 up to 256" in caught.value.fix


def test_a_recipe_names_the_base_without_its_path(studio_pipeline: Any, base: BaseModel) -> None:
    (picture,) = draw(studio_pipeline, base)

    assert picture.recipe.request.base == base.folder.name
    assert picture.recipe.base_hash == base.hash
    assert {"profile_studio", "torch", "diffusers"} <= set(picture.recipe.versions)


def test_a_recipe_pins_the_numbers_of_its_loras_and_what_drew(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora
) -> None:
    path = write_lora("style")
    chosen = [weighted(path, 0.5), weighted(write_lora("off", 1), 0.0)]

    (picture,) = studio_pipeline.draw(small_request(base), chosen)

    stated = read_header(path).metadata["modelspec.hash_sha256"]
    assert picture.recipe.adapter_hashes == {"style": stated.removeprefix("0x")}
    assert picture.recipe.noise_scheduler == "DDIMScheduler"


def test_the_word_of_a_lora_enters_the_prompt_and_the_recipe_says_so(
    studio_pipeline: Any, base: BaseModel, write_lora: WriteLora
) -> None:
    chosen = [weighted(write_lora("style", **{"profile_studio.trigger_word": "pxl"}), 0.5)]

    (unsaid,) = studio_pipeline.draw(small_request(base, prompt="red hair++"), chosen)
    (said,) = studio_pipeline.draw(small_request(base, prompt="pxl, red hair++"), chosen)

    assert np.array_equal(np.asarray(unsaid.image), np.asarray(said.image))
    assert unsaid.recipe.read_as == said.recipe.read_as == "pxl, red (hair)1.21"
    assert unsaid.recipe.request.prompt == "red hair++"


@pytest.mark.slow
def test_the_starter_draws_a_finite_picture_with_every_noise_scheduler() -> None:
    from profile_studio.inference.studio_pipeline import StudioPipeline

    pipeline = StudioPipeline.load(find_base_model("starter", Settings()))
    request = GenerationRequest(prompt="portrait, red hair++, (blue background)1.2", num_inference_steps=4)

    for noise_scheduler in offered_noise_schedulers():
        (picture,) = pipeline.draw(request.model_copy(update={"noise_scheduler": noise_scheduler}), [])
        assert picture.image.size == (256, 256)
        assert np.asarray(picture.image).std() > 10  # neither black, which is what NaN becomes, nor one colour
