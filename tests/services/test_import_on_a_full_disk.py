"""An import leaves the room that rows and other people's trainings need, and nothing of itself where it does not fit."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.datasets import ImportProgress, ImportRequest, ReferencesRequest
from profile_studio.domain.errors import DiskFull
from profile_studio.files.full_disk import ROOM_FOR_ROWS_BYTES, free_bytes
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from tests.small_disk import fill, small_disk

PICTURES, SIDE_PX = 12, 160
PICTURE_BYTES = 3 * SIDE_PX**2  # of noise, which nothing makes smaller
COPIES_BYTES = 2**16


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 16 * 2**20) as disk:
        yield disk


@pytest.fixture
def datasets(disk: Path) -> DatasetService:
    settings = Settings(home=disk)
    settings.create_folders()
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(PICTURES):
        pixels = random.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return folder


@pytest.mark.parametrize(
    ("left_bytes", "is_begun"), [(ROOM_FOR_ROWS_BYTES - 2**12, False), (ROOM_FOR_ROWS_BYTES + 5 * PICTURE_BYTES, True)]
)
def test_an_import_that_does_not_fit_ends_before_the_disk_is_full(
    disk: Path, datasets: DatasetService, pictures: Path, left_bytes: int, is_begun: bool
) -> None:
    other, seen = fill(disk, left_bytes), list[int]()

    def tell(_progress: ImportProgress) -> None:
        seen.append(free_bytes(disk))

    with pytest.raises(DiskFull):
        datasets.import_sources(ImportRequest([pictures], "club"), tell)

    assert bool(seen) is is_begun
    assert min(seen, default=ROOM_FOR_ROWS_BYTES) >= ROOM_FOR_ROWS_BYTES - COPIES_BYTES
    assert list((disk / "datasets").iterdir()) == []
    other.unlink()
    assert len(datasets.import_sources(ImportRequest([pictures], "club")).dataset.every_image) == PICTURES
    fill(disk, left_bytes)
    if not is_begun:
        with pytest.raises(DiskFull):  # told at the click
            datasets.check_references(ReferencesRequest([pictures], "club"))
