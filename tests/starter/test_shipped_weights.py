"""What ships draws what it is asked for: fixed prompts, fixed seeds."""

from pathlib import Path

import pytest
import torch
from PIL import Image

from profile_studio.base_models import find_base_model
from profile_studio.domain.starter_words import BACKGROUNDS, STYLES
from profile_studio.families.registry import load_family
from profile_studio.lora_files import check_base, read_adapter
from profile_studio.metrics.critic import Critic
from profile_studio.settings import Settings
from profile_studio.starter.evaluate import background_name, generate

SHIPPED_LORAS = sorted(Settings().shipped_loras_dir.glob("*.safetensors"))
MAXIMUM_STARTER_AND_JUDGE_MB = 45
MINIMUM_RIGHT_BACKGROUNDS, MINIMUM_MEAN_SCORE = 19, 0.75


@pytest.mark.slow
def test_backgrounds_are_right_and_faces_intact(tmp_path: Path) -> None:
    settings = Settings()
    pipeline = load_family(find_base_model("starter", settings), torch.device("cpu"), torch.float32).pipeline
    styles = list(STYLES.values())
    wanted = [colour for colour in BACKGROUNDS for _ in range(2)]
    prompts = [
        f"{styles[index % len(styles)]} portrait of a person, short brown hair, smiling, {colour} background"
        for index, colour in enumerate(wanted)
    ]
    with torch.inference_mode():
        pictures = generate(pipeline, prompts, first_seed=77)
    files = [tmp_path / f"{index}.png" for index in range(len(pictures))]
    for file, picture in zip(files, pictures, strict=True):
        Image.fromarray(picture).save(file)
    right = sum(background_name(picture) == colour for picture, colour in zip(pictures, wanted, strict=True))
    assert right >= MINIMUM_RIGHT_BACKGROUNDS
    assert Critic(settings.critic_dir).score(files).mean() >= MINIMUM_MEAN_SCORE


@pytest.mark.parametrize("file", SHIPPED_LORAS, ids=[file.stem for file in SHIPPED_LORAS])
def test_each_lora_was_trained_on_the_starter_that_ships(file: Path) -> None:
    check_base(read_adapter(file), "starter", find_base_model("starter", Settings()).hash)


def test_every_example_has_its_lora_and_faces_have_theirs() -> None:
    examples = {folder.name for folder in Settings().examples_dir.iterdir()}
    assert {file.stem for file in SHIPPED_LORAS} == {*examples, "face-stability"}


def test_starter_and_judge_stay_small() -> None:
    folders = (Settings().starter_dir, Settings().judge_dir)
    size = sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file())
    assert size <= MAXIMUM_STARTER_AND_JUDGE_MB * 1_000_000
