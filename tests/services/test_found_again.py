"""A lost database costs no picture: folders are found again, and no import takes their place."""

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.found_again import FOUND_AGAIN, import_lock
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings


def pictures(folder: Path, seeds: range) -> Path:
    folder.mkdir()
    for seed in seeds:
        pixels = np.random.default_rng(seed).integers(0, 256, (96, 96, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{seed}.png")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def lost(settings: Settings, tmp_path: Path) -> Path:
    """The folder of a set of four pictures whose database is gone."""
    Studio.open(settings).datasets.import_sources(ImportRequest([pictures(tmp_path / "in", range(4))], "club"))
    for part in settings.resolved_home.glob("studio.db*"):
        part.unlink()
    return settings.datasets_dir / "club"


def test_a_set_is_found_again_as_it_lies_on_the_disk(
    settings: Settings, lost: Path, caplog: pytest.LogCaptureFixture
) -> None:
    thumbnail = next((lost / "thumbs").glob("*-grid.webp"))
    thumbnail.unlink()
    before = files(lost)

    with caplog.at_level(logging.WARNING):
        datasets = Studio.open(settings).datasets

    dataset = datasets.get("club")
    assert len(dataset.images) == 4
    assert all(image.path.is_file() for image in dataset.images)
    after = files(lost)
    assert thumbnail.is_file()
    assert {name: after[name] for name in before} == before
    assert [change.what for change in datasets.changes("club")] == [FOUND_AGAIN]
    assert "write its captions anew" in datasets.advice("club")[0]
    assert "The data set club was found again" in caplog.text
    datasets.set_caption("club", dataset.images[0].image_id, "a hat")
    assert not any("write its captions anew" in each for each in datasets.advice("club"))


def test_an_import_never_takes_the_place_of_pictures_that_lie_there(
    settings: Settings, lost: Path, tmp_path: Path
) -> None:
    more = pictures(tmp_path / "more", range(10, 13))
    aside = lost.rename(tmp_path / "aside")
    studio = Studio.open(settings)
    aside.rename(lost)  # as if the disk had come late
    before = files(lost)

    with pytest.raises(InvalidDataset) as caught:
        studio.datasets.import_sources(ImportRequest([more], "club"))

    assert "older data set called 'club'" in caught.value.message
    assert files(lost) == before
    assert len(Studio.open(settings).datasets.get("club").images) == 4


def test_what_cannot_be_taken_in_stays_and_keeps_nobody_out(settings: Settings, lost: Path) -> None:
    for path in (lost / "images").iterdir():
        path.write_bytes(b"half a picture")
    before = files(lost)

    assert Studio.open(settings).datasets.list() == []
    assert files(lost) == before


def test_a_set_that_is_being_imported_is_left_to_its_import(settings: Settings, lost: Path) -> None:
    with import_lock(settings, "club"):
        assert Studio.open(settings).datasets.list() == []
    assert [dataset.name for dataset in Studio.open(settings).datasets.list()] == ["club"]
