"""What the trainer sees of a data set: the very pixels, as often as they count, sorted by size."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from profile_studio.base_models import find_base_model
from profile_studio.decoding.crops import training_pictures
from profile_studio.domain.augmentation import Augmentation, Variation
from profile_studio.domain.crops import Crop, CropMode, Resolution, crop_of
from profile_studio.domain.datasets import Dataset, DatasetImage, FaceBox, ImageMeasures
from profile_studio.families.base import Family
from profile_studio.families.registry import load_family
from profile_studio.settings import Settings
from profile_studio.training.cache import TrainingSet, encode_dataset, load_training_set, save_training_set
from tests.training.helpers import create_dataset, small_config

MEASURES = ImageMeasures(1000.0, 128.0, 50.0, 0.0, 255.0, 1.0, 0.0, is_pixel_art=True, perceptual_hash="0" * 16)


def saved_picture(path: Path, height: int, width: int, seed: int = 0) -> DatasetImage:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return DatasetImage(path.stem, path, path.name, "", False, height, width, measures=MEASURES)


def square_of(image: DatasetImage, side: int) -> Image.Image:
    return training_pictures(image, crop_of(image, CropMode.CENTER, side, 16), [Variation()])[0]


def tiny_family(tiny_base: Path, settings: Settings) -> Family:
    base = find_base_model(str(tiny_base), settings)
    return load_family(base, torch.device("cpu"), torch.float32)


@pytest.mark.parametrize(
    ("prompt", "class_word", "expected"),
    [
        ("dotty, red hair", "", "red hair"),
        ("portrait of dotty person", "person", "portrait of person"),
        ("dotty", "person", "person"),
        ("dotty", "", ""),
    ],
)
def test_a_prompt_can_be_shown_without_its_trigger_word(prompt: str, class_word: str, expected: str) -> None:
    assert TrainingSet((), "dotty", (), class_word).without_trigger(prompt) == expected


def test_pixel_art_is_enlarged_without_new_colours_and_a_photograph_smoothly(tmp_path: Path) -> None:
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[::2, ::2] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    art = DatasetImage("a", tmp_path / "a.png", "a.png", "", False, 16, 16, measures=MEASURES)
    photograph = replace(art, measures=replace(MEASURES, is_pixel_art=False))
    assert set(np.unique(np.asarray(square_of(art, 64)))) == {0, 255}
    assert len(np.unique(np.asarray(square_of(photograph, 64)))) > 2


@pytest.mark.parametrize(("height", "width"), [(64, 64), (50, 90), (131, 77), (20, 30)])
def test_the_middle_square_is_what_pillow_fits(tmp_path: Path, height: int, width: int) -> None:
    image = saved_picture(tmp_path / "a.png", height, width)
    method = Image.Resampling.NEAREST if min(height, width) < 64 else Image.Resampling.LANCZOS
    with Image.open(image.path) as picture:
        fitted = ImageOps.fit(picture, (64, 64), method)
    assert np.array_equal(np.asarray(square_of(image, 64)), np.asarray(fitted))


def test_square_pictures_are_encoded_alike_in_buckets_and_as_middle_squares(tmp_path: Path, tiny_base: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    dataset = create_dataset(settings)
    squares = tuple(saved_picture(tmp_path / f"{seed}.png", 80, 80, seed) for seed in range(3))
    dataset = replace(dataset, every_image=squares)
    family = tiny_family(tiny_base, settings)

    in_buckets, in_the_middle = (
        encode_dataset(family, dataset, small_config(tiny_base, crop=mode), 16)
        for mode in (CropMode.BUCKETS, CropMode.CENTER)
    )

    assert len(in_buckets.buckets) == 1
    assert torch.equal(in_buckets.buckets[0].latents, in_the_middle.buckets[0].latents)
    assert in_buckets.prompts == in_the_middle.prompts


def test_a_picture_that_counts_three_times_stands_three_times_in_the_training(tmp_path: Path, tiny_base: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    dataset = create_dataset(settings, n_images=3)
    counted = replace(dataset.every_image[1], repeats=3)
    dataset = replace(dataset, every_image=(dataset.every_image[0], counted, dataset.every_image[2]))

    training_set = encode_dataset(tiny_family(tiny_base, settings), dataset, small_config(tiny_base), 16)

    (bucket,) = training_set.buckets
    assert len(bucket.latents) == 3
    assert bucket.entries == (0, 1, 1, 1, 2)
    assert training_set.prompts[1:4] == ("dotty, square number 1",) * 3


def test_pictures_of_different_shapes_are_sorted_by_size_and_come_back_from_the_cache(
    tmp_path: Path, tiny_base: Path
) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    shapes = {"tall": (120, 60), "even": (70, 70), "wide": (60, 120), "upright": (110, 55)}
    images = tuple(saved_picture(tmp_path / f"{name}.png", *shape) for name, shape in shapes.items())
    dataset: Dataset = replace(create_dataset(settings), every_image=images)

    encoded = encode_dataset(tiny_family(tiny_base, settings), dataset, small_config(tiny_base), 16)
    save_training_set(tmp_path / "cache.safetensors", encoded)
    loaded = load_training_set(tmp_path / "cache.safetensors")

    assert [tuple(bucket.latents.shape) for bucket in encoded.buckets] == [
        (1, 1, 4, 6, 10), (1, 1, 4, 8, 8), (2, 1, 4, 10, 6),
    ]  # fmt: skip
    assert loaded.prompts == encoded.prompts
    assert all(
        torch.equal(one.latents, other.latents) for one, other in zip(loaded.buckets, encoded.buckets, strict=True)
    )


def test_a_face_is_cut_out_with_room_around_it_and_never_beyond_the_picture(tmp_path: Path) -> None:
    image = replace(saved_picture(tmp_path / "a.png", 200, 300), face_box=FaceBox(10, 240, 40, 30))
    crop = crop_of(image, CropMode.FACE, 64, 16)
    assert crop == Crop((215.0, 0.0, 295.0, 80.0), Resolution(64, 64))
    assert training_pictures(image, crop, [Variation()])[0].size == (64, 64)


def test_a_picture_without_a_face_is_cut_from_the_middle(tmp_path: Path) -> None:
    image = saved_picture(tmp_path / "a.png", 200, 300)
    assert crop_of(image, CropMode.FACE, 64, 16) == crop_of(image, CropMode.CENTER, 64, 16)


@pytest.mark.parametrize(
    ("augmentation", "versions"),
    [
        (Augmentation(), 1),
        (Augmentation(flip=True), 2),
        (Augmentation(color_jitter=True), 6),
        (Augmentation(crop_jitter=True), 6),
        (Augmentation(flip=True, color_jitter=True, crop_jitter=True), 6),
    ],
)
def test_the_first_version_is_the_picture_and_no_two_are_alike(
    tmp_path: Path, augmentation: Augmentation, versions: int
) -> None:
    image = saved_picture(tmp_path / "a.png", 100, 140)
    crop = crop_of(image, CropMode.CENTER, 64, 16)

    pictures = training_pictures(image, crop, augmentation.variations(0, "a"))

    assert len({picture.tobytes() for picture in pictures}) == len(pictures) == versions
    assert pictures[0].tobytes() == square_of(image, 64).tobytes()


def test_the_same_seed_and_picture_give_the_same_versions_and_others_do_not() -> None:
    augmentation = Augmentation(color_jitter=True, crop_jitter=True)
    assert augmentation.variations(1, "a") == augmentation.variations(1, "a")
    assert augmentation.variations(1, "a")[1:] != augmentation.variations(2, "a")[1:]
    assert augmentation.variations(1, "a")[1:] != augmentation.variations(1, "b")[1:]


def test_a_mirrored_version_is_the_mirror_of_the_picture(tmp_path: Path) -> None:
    image = saved_picture(tmp_path / "a.png", 64, 64)
    crop = crop_of(image, CropMode.CENTER, 64, 16)
    plain, mirrored = training_pictures(image, crop, Augmentation(flip=True).variations(0, "a"))
    assert np.array_equal(np.asarray(mirrored), np.asarray(plain)[:, ::-1])
