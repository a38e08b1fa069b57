"""What the trainer sees of a data set: the very squares, as often as they count."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from profile_studio.base_models import find_base_model
from profile_studio.decoding.squares import training_square
from profile_studio.domain.datasets import DatasetImage, ImageMeasures
from profile_studio.families import load_pipeline
from profile_studio.families.stable_diffusion import StableDiffusion
from profile_studio.settings import Settings
from profile_studio.training.cache import encode_dataset
from tests.training.helpers import create_dataset

MEASURES = ImageMeasures(1000.0, 128.0, 50.0, 0.0, 255.0, 1.0, 0.0, is_pixel_art=True, perceptual_hash="0" * 16)


def test_pixel_art_is_enlarged_without_new_colours_and_a_photograph_smoothly(tmp_path: Path) -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[::2, ::2] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    art = DatasetImage("a", tmp_path / "a.png", "a.png", "", False, 16, 16, measures=MEASURES)
    photograph = replace(art, measures=replace(MEASURES, is_pixel_art=False))
    assert set(np.unique(np.asarray(training_square(art, 64)))) == {0, 255}
    assert len(np.unique(np.asarray(training_square(photograph, 64)))) > 2


def test_a_picture_that_counts_three_times_stands_three_times_in_the_training(tmp_path: Path, tiny_base: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    dataset = create_dataset(settings, n_images=3)
    counted = replace(dataset.every_image[1], repeats=3)
    dataset = replace(dataset, every_image=(dataset.every_image[0], counted, dataset.every_image[2]))
    base = find_base_model(str(tiny_base), settings)
    family = StableDiffusion(load_pipeline(base, torch.device("cpu"), torch.float32))

    training_set = encode_dataset(family, dataset, 64)

    assert len(training_set.latents) == len(training_set.prompts) == 5
    assert training_set.prompts[1:4] == ("dotty, square number 1",) * 3
    torch.testing.assert_close(training_set.latents[1], training_set.latents[3])
