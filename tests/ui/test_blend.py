"""What Blend opens with when the newest picture, or one to make again, was made with something else than is here."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from profile_studio.base_models import find_base_model
from profile_studio.domain.generation import AdapterWeight, GenerationRequest, PictureRecipe
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.files.pictures import write_picture
from profile_studio.lora_files import tensors_hash
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.base_folders import remember_folder
from profile_studio.ui.page import CarriedPicture, Page
from profile_studio.ui.tabs import blend
from profile_studio.ui.tabs.blend_parts import Remade
from profile_studio.ui.texts import ENGLISH
from tests.random_adapter import write_random_adapter

Updates = dict[Any, Any]


class Opened:
    """A Blend tab of its own, and what it shows."""

    def __init__(self, settings: Settings) -> None:
        with gr.Blocks():
            base = gr.Dropdown(["starter"], value="starter", allow_custom_value=True, label="base")
            states = [gr.State(None) for _ in range(3)]
            with gr.Tabs() as tabs:
                self.page = Page(Studio.open(settings), ENGLISH, tabs, base, *states, news={})
                self.tab = blend.build(self.page)

    def shows(self, carried: CarriedPicture | None = None, base: str = "starter") -> tuple[str, str]:
        """The chosen base and all notices."""
        chosen = [None] * len(self.tab.chosen)
        updates: Updates = self.tab.shown(carried is None, None, carried, base, "portrait", *chosen)
        self.remade = next((each for each in updates.values() if isinstance(each, Remade)), None)
        return updates[self.page.base], str(updates[self.tab.shown_outputs[-1]])


@pytest.fixture
def opened(settings: Settings, in_a_loop: Callable[[Callable[[], Opened]], Opened]) -> Opened:
    return in_a_loop(lambda: Opened(settings))


@pytest.fixture
def picture(settings: Settings, tiny_base: Path) -> Path:
    """The newest picture: made with a base model's folder and a LoRA."""
    lora = write_random_adapter(settings.user_loras_dir / "mine.safetensors", tiny_base, settings)
    request = GenerationRequest(
        prompt="red hair", base=tiny_base.name, adapters=(AdapterWeight(adapter_name="mine"),), seed=5, count=2
    )
    recipe = PictureRecipe(
        request=request,
        seed=6,
        base_hash=find_base_model(str(tiny_base), settings).hash,
        versions={},
        adapter_hashes={"mine": tensors_hash(lora)},
    )
    return write_picture(settings.pictures_dir, Image.new("RGB", (8, 8)), recipe)


def test_a_base_that_was_a_folder_gives_way_to_one_that_can_draw(
    opened: Opened, picture: Path, tiny_base: Path
) -> None:
    base, notice = opened.shows()

    assert base == "starter"
    assert f"made with the base model {tiny_base.name}" in notice


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_picture_is_made_again_with_the_folder_that_is_chosen_or_remembered(
    opened: Opened, settings: Settings, picture: Path, tiny_base: Path, is_remembered: bool
) -> None:
    if is_remembered:
        remember_folder(find_base_model(str(tiny_base), settings), settings)

    base, notice = opened.shows(CarriedPicture(picture.stem, True), "starter" if is_remembered else str(tiny_base))

    assert base == str(tiny_base)
    assert "base model" not in notice
    assert opened.remade is not None
    asked = opened.remade.request
    assert (asked.base, asked.seed, asked.count) == (str(tiny_base), 6, 1)


def test_another_file_under_the_name_of_a_lora_is_told_and_drawn_all_the_same(
    opened: Opened, settings: Settings, picture: Path, tiny_base: Path
) -> None:
    carried = CarriedPicture(picture.stem, True)
    assert "Another file" not in opened.shows(carried, str(tiny_base))[1]

    write_random_adapter(settings.user_loras_dir / "mine.safetensors", tiny_base, settings, trigger_word="renamed")
    assert "Another file" not in opened.shows(carried, str(tiny_base))[1]  # the same numbers

    write_random_adapter(settings.user_loras_dir / "mine.safetensors", tiny_base, settings, seed=1)
    _, notice = opened.shows(carried, str(tiny_base))

    assert "Another file has the name of a LoRA of this picture now: mine." in notice
    assert opened.remade is not None
    assert "Another file" in str(opened.remade.notice)


def test_a_file_without_a_recipe_does_not_keep_the_page_from_opening(
    opened: Opened, settings: Settings, picture: Path
) -> None:
    Image.new("RGB", (8, 8)).save(settings.pictures_dir / "zzz.png")

    assert opened.shows()[0] == "starter"


@pytest.mark.parametrize(("side_px", "is_told"), [(128, True), (256, False)])
def test_a_picture_of_the_starters_former_size_says_that_it_grows(
    opened: Opened, settings: Settings, side_px: int, is_told: bool
) -> None:
    starter = find_base_model("starter", settings)
    request = GenerationRequest(prompt="red hair", height=side_px, width=side_px)
    recipe = PictureRecipe(request=request, seed=1, base_hash=starter.hash, versions={})
    path = write_picture(settings.pictures_dir, Image.new("RGB", (side_px, side_px)), recipe)

    _, notice = opened.shows(CarriedPicture(path.stem, is_made_again=True))

    assert ("the starter draws 256 px now" in notice) is is_told
    assert opened.remade is not None
    assert (opened.remade.request.height, opened.remade.request.width) == (256, 256)


@pytest.mark.parametrize(("noise_version", "is_told"), [(1, True), (NOISE_VERSION, False)])
def test_a_picture_whose_noise_is_gone_says_so(
    opened: Opened, settings: Settings, noise_version: int, is_told: bool
) -> None:
    starter = find_base_model("starter", settings)
    request = GenerationRequest(prompt="red hair")
    facts = {"request": request, "seed": 1, "base_hash": starter.hash, "versions": {}, "noise_version": noise_version}
    path = write_picture(settings.pictures_dir, Image.new("RGB", (256, 256)), PictureRecipe.model_validate(facts))

    _, notice = opened.shows(CarriedPicture(path.stem, is_made_again=True))

    assert ("its seed starts from other noise now" in notice) is is_told
