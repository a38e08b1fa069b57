"""Picture files carry their recipe."""

import json
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from profile_studio.domain.errors import InvalidPicture
from profile_studio.domain.generation import AdapterWeight, GenerationRequest, PictureRecipe
from profile_studio.files.pictures import (
    RECIPE_CHUNK,
    latest_pictures,
    portable_parameters,
    read_recipe,
    save_with_recipe,
    write_picture,
)

RECIPE = PictureRecipe(
    request=GenerationRequest(
        prompt="café, (red hair)1.3",
        negative_prompt="hat",
        adapters=(AdapterWeight(adapter_name="pixel-art", weight=0.8),),
        noise_scheduler="dpm++",
        seed=5,
    ),
    seed=6,
    base_hash="abcdef0123456789",
    versions={"profile_studio": "0.1.0"},
    adapter_hashes={"pixel-art": "0123456789abcdef"},
    noise_scheduler="DPMSolverMultistepScheduler",
)


def test_a_picture_gives_its_recipe_back(tmp_path: Path) -> None:
    path = write_picture(tmp_path, Image.new("RGB", (8, 16), "red"), RECIPE)

    assert read_recipe(path) == RECIPE
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_other_programs_read_how_it_was_made() -> None:
    assert portable_parameters(RECIPE, height=16, width=8).splitlines() == [
        "café, (red hair)1.3 <lora:pixel-art:0.8>",
        "Negative prompt: hat",
        "Steps: 20, Sampler: DPM++ 2M, CFG scale: 4, Seed: 6, Size: 8x16, Model hash: abcdef0123, Model: starter, "
        'Lora weights: "pixel-art: 0.8", Lora hashes: "pixel-art: 0123456789ab", Prompt syntax: compel, Version: Profile Studio 0.1.0',
    ]


def test_other_programs_read_what_was_drawn_trigger_words_and_method_included() -> None:
    request = RECIPE.request.model_copy(update={"method": "balanced"})
    recipe = RECIPE.model_copy(update={"read_as": "pxl, cafe", "request": request})

    first, *_, facts = portable_parameters(recipe, height=16, width=8).splitlines()

    assert first == "pxl, cafe <lora:pixel-art:0.8>"
    assert 'Lora weights: "pixel-art: 0.8", Blend method: balanced, Lora hashes' in facts


@pytest.mark.parametrize(
    ("scheduler", "base", "facts"),
    [
        ("PNDMScheduler", "starter", "Sampler: PLMS"),
        ("DDIMScheduler", "starter", "Sampler: DDIM"),
        ("SomeNewScheduler", "starter", "Sampler: SomeNew"),
        ("DDIMScheduler", "my, model: CFG scale: 9", 'Model: "my, model: CFG scale: 9", Lora'),
        ("DDIMScheduler", "/home/me/secret/my-model", "Model: my-model, Lora"),
    ],
)
def test_other_programs_read_what_really_drew(scheduler: str, base: str, facts: str) -> None:
    request = RECIPE.request.model_copy(update={"base": base, "noise_scheduler": "default"})
    recipe = RECIPE.model_copy(update={"noise_scheduler": scheduler, "request": request})

    assert facts in portable_parameters(recipe, height=16, width=8)


def test_a_recipe_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    earlier = RECIPE.model_dump(mode="json", exclude={"adapter_hashes", "noise_scheduler"})
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(RECIPE_CHUNK, json.dumps(earlier))
    Image.new("RGB", (8, 8)).save(tmp_path / "some.png", pnginfo=chunks)

    read = read_recipe(tmp_path / "some.png")

    assert (read.request, read.adapter_hashes) == (RECIPE.request, {})


def test_the_newest_pictures_come_first(tmp_path: Path) -> None:
    paths = [write_picture(tmp_path, Image.new("RGB", (8, 8)), RECIPE) for _ in range(3)]

    assert latest_pictures(tmp_path, limit=2) == [paths[2], paths[1]]


@pytest.mark.parametrize("kind", ["no recipe", "no picture", "missing", "a path as a name"])
def test_a_file_without_a_recipe_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "some.png"
    if kind == "no recipe":
        Image.new("RGB", (8, 8)).save(path)
    elif kind == "a path as a name":
        stranger = AdapterWeight.model_construct(adapter_name="/home/me/secret", weight=1.0)
        save_with_recipe(
            path,
            Image.new("RGB", (8, 8)),
            RECIPE.model_copy(update={"request": RECIPE.request.model_copy(update={"adapters": (stranger,)})}),
        )
    elif kind == "no picture":
        path.write_bytes(b"not a picture")

    with pytest.raises(InvalidPicture) as caught:
        read_recipe(path)

    assert "some.png" in caught.value.message
