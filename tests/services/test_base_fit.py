"""What is said where a base cannot draw what the pictures show, on real photographs and on the four examples."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio
import matplotlib
import pytest
from PIL import Image

from profile_studio.decoding.measures import measure
from profile_studio.domain.datasets import Dataset
from profile_studio.services.base_fit import base_advice
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.ui.tabs.train_handlers import promise_html
from profile_studio.ui.texts import ENGLISH
from tests.training.helpers import create_dataset, small_config

PHOTOGRAPHS = [
    *sorted((Path(gradio.__file__).parent / "media_assets/images").glob("*.jp*g")),
    Path(matplotlib.__file__).parent / "mpl-data/sample_data/grace_hopper.jpg",
]


def set_of(dataset: Dataset, files: Sequence[Path]) -> Dataset:
    """The set with the measures of these pictures."""
    measured = [measure(Image.open(file).convert("RGB")) for file in files]
    images = [dataclasses.replace(dataset.images[0], measures=measures) for measures in measured]
    return dataclasses.replace(dataset, every_image=tuple(images))


def test_photographs_on_the_starter_are_told_and_drawings_are_not(settings: Settings) -> None:
    dataset = create_dataset(settings, n_images=1)
    photographs = set_of(dataset, PHOTOGRAPHS)

    told = base_advice("starter", photographs)

    assert told is not None and "--base sd15" in told
    assert base_advice("sd15", photographs) is None
    assert base_advice("starter", dataset) is None  # nobody measured it
    for example in ("cutouts", "pixel-art", "voxel-art", "watercolor"):
        files = sorted((REPOSITORY_ROOT / "assets/examples" / example / "train").glob("*.png"))[:4]
        assert files and base_advice("starter", set_of(dataset, files)) is None, example


@pytest.mark.parametrize("n_photographs", [4, 0])
def test_it_stands_before_the_promise_on_the_form(settings: Settings, n_photographs: int) -> None:
    create_dataset(settings, n_images=4, n_photographs=n_photographs)
    page: Any = SimpleNamespace(studio=Studio.open(settings), texts=ENGLISH)

    html = promise_html(page, small_config(Path("starter")))

    assert html.count("<p") == (2 if n_photographs else 1)
    assert ("These look like photographs" in html) == bool(n_photographs)
