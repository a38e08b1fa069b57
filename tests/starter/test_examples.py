"""The examples that ship: complete, captioned without style words, and with a licence note that names its sources."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.starter_words import MEDIA
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.starter.examples import EXAMPLES, PICTURES, draw_example

SHIPPED = Settings().examples_dir


def test_the_studio_offers_every_example(tmp_path: Path) -> None:
    datasets = Studio.open(Settings(home=tmp_path)).datasets
    assert datasets.examples() == sorted(EXAMPLES)
    assert all(datasets.example_picture(name).is_file() for name in EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("folder", PICTURES)
def test_every_picture_is_there_once(name: str, folder: str) -> None:
    pictures = sorted((SHIPPED / name / folder).glob("*.png"))
    assert len(pictures) == PICTURES[folder]
    assert len({picture.read_bytes() for picture in pictures}) == PICTURES[folder]
    for picture in pictures:
        with Image.open(picture) as image:
            assert image.size == (256, 256)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_training_picture_has_a_caption_without_its_style(name: str) -> None:
    captions = [path.read_text("utf-8") for path in sorted((SHIPPED / name / "train").glob("*.txt"))]
    assert len(captions) == PICTURES["train"]
    style_words = {word for words in (name.replace("-", " "), *MEDIA.values()) for word in words.split()}
    assert not [text for text in captions if style_words & set(re.findall(r"\w+", text))]
    assert all(text.strip().endswith("background") for text in captions)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_recipe_still_draws_what_ships(name: str) -> None:
    with Image.open(SHIPPED / name / "reference" / "003.png") as image:
        shipped = np.asarray(image.convert("RGB")).astype(int)
    _, drawn = draw_example(name, "reference", 2)
    assert np.abs(shipped - drawn).mean() < 4, "a palette changes little"


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_licence_note_says_whose_drawings_these_are(name: str) -> None:
    note = (SHIPPED / name / "LICENSE.txt").read_text("utf-8")
    if name == "watercolor":
        assert note.count("CC BY 4.0") == 3
        assert all(artist in note for artist in ("Micah Lanier", "Johan Melin", "Draftbit", "Lisa Wischofsky"))
        assert "changed by a" in note
    else:
        assert note.count("CC0 1.0") == 1
        assert "CC BY" not in note
