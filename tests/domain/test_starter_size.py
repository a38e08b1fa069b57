"""What was asked of the starter in its former size is read as today's."""

import pytest

from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.domain.training import LoraTrainingConfig


@pytest.mark.parametrize(
    ("sides", "read"),
    [
        ({"height": 128, "width": 128}, (256, 256)),
        ({"height": "128", "width": 192}, (256, 384)),
        ({"width": 128}, (None, 256)),
        ({"height": 256, "width": 320}, (256, 320)),
        ({}, (None, None)),
    ],
)
def test_a_picture_of_the_former_size_is_drawn_in_todays(sides: dict[str, object], read: tuple[int, int]) -> None:
    request = GenerationRequest.model_validate({"prompt": "a portrait", **sides})
    assert (request.height, request.width) == read
    recipe = {"request": {"prompt": "a portrait", **sides}, "seed": 1, "base_hash": "", "versions": {}}
    assert PictureRecipe.model_validate(recipe).request == request


def test_a_training_of_the_former_size_is_one_of_todays() -> None:
    values = {"dataset": "pixels", "adapter_name": "pixel-me", "base": "starter", "resolution": 128}
    config = LoraTrainingConfig.model_validate(values)
    assert config.resolution == 256
    assert LoraTrainingConfig.model_validate(config.model_dump()) == config


def test_other_bases_are_asked_for_what_was_said() -> None:
    assert LoraTrainingConfig(dataset="d", adapter_name="a", base="tiny", resolution=128).resolution == 128
    assert GenerationRequest(prompt="p", base="tiny", height=128, width=128).height == 128
