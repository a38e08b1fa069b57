"""What the starter's VAE keeps: of drawings it was made for, and of photographs."""

import dataclasses
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image

from profile_studio.base_models import find_base_model
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.errors import Stopped
from profile_studio.families.base import Family
from profile_studio.families.registry import load_family
from profile_studio.services.base_fit import LOSES_FROM
from profile_studio.services.generation import GenerationService
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.ui.components.training_view import fit_html
from profile_studio.ui.texts import ENGLISH
from profile_studio.worker.base_fit import MOST_PICTURES, look_at_fit
from tests.services.test_base_fit import PHOTOGRAPHS
from tests.training.helpers import create_dataset
from tests.waiting import wait_until

DRAWINGS = sorted((REPOSITORY_ROOT / "assets/examples/cutouts/train").glob("*.png"))


@pytest.fixture(scope="module")
def starter() -> Family:
    return load_family(find_base_model("starter", Settings()), torch.device("cpu"), torch.float32)


def set_of(home: Path, files: Sequence[Path]) -> Dataset:
    """A set of these pictures."""
    settings = Settings(home=home)
    settings.create_folders()
    first = create_dataset(settings, n_images=1)
    images = []
    for number, file in enumerate(files):
        path = settings.datasets_dir / f"{number}.png"
        with Image.open(file) as picture:
            picture.convert("RGB").save(path)
            height, width = picture.height, picture.width
        images.append(dataclasses.replace(first.images[0], image_id=str(number), path=path, height=height, width=width))
    return dataclasses.replace(first, every_image=tuple(images))


def test_drawings_come_back_and_photographs_lose_much(starter: Family, tmp_path: Path) -> None:
    drawings = look_at_fit(starter, set_of(tmp_path / "drawings", DRAWINGS[:4]), lambda: None)
    assert drawings["n"] == 4 and drawings["mean"] < LOSES_FROM / 2

    photographs = look_at_fit(starter, set_of(tmp_path / "photographs", PHOTOGRAPHS), lambda: None)
    assert photographs["mean"] > LOSES_FROM
    sent, returned = photographs["images"]
    assert sent.size == returned.size and photographs["error"] > photographs["mean"]


def test_no_more_pictures_are_looked_at_than_it_takes(starter: Family, tmp_path: Path) -> None:
    looked: list[int] = []
    dataset = set_of(tmp_path, DRAWINGS[:1] * 40)
    found = look_at_fit(starter, dataset, lambda: looked.append(1))
    assert found["n"] == len(looked) <= MOST_PICTURES

    def leave() -> None:
        raise Stopped("The picture was stopped.", "Make it again when you want it.")

    with pytest.raises(Stopped):
        look_at_fit(starter, dataset, leave)


@pytest.mark.slow
def test_the_engine_answers_and_the_page_shows_the_worst_beside_its_return(settings: Settings) -> None:
    create_dataset(settings, n_images=2)
    studio = Studio.open(settings)
    assert studio.base_fit.look("starter", "dots") is None
    serves = "from profile_studio.settings import Settings; from profile_studio.worker.engine import serve; serve(Settings())"
    engine = subprocess.Popen(
        [sys.executable, "-c", serves],
        cwd=REPOSITORY_ROOT, env=settings.child_environment(), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(GenerationService(settings).engine_is_running)
        found = studio.base_fit.look("starter", "dots")
    finally:
        engine.kill()
        engine.wait()

    assert found is not None and found.n == 2
    html = fit_html(found, ENGLISH)
    assert html.count("<img") == 2 and f"{found.mean:.1f} of 255" in html
