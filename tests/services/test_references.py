"""Pictures that join a set to compare with: never trained on, unlike everything in it, whole or not at all."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.exc import IntegrityError

from profile_studio.domain.datasets import (
    Dataset,
    FileReason,
    ImportProgress,
    ImportRequest,
    ReferencesReport,
    ReferencesRequest,
)
from profile_studio.domain.errors import InvalidDataset, Stopped, UnknownDataset
from profile_studio.services.datasets import DatasetService
from profile_studio.services.exporting import ExportFormat
from profile_studio.services.held_out import held_out_fraction
from profile_studio.settings import Settings
from profile_studio.storage.database import Database


@pytest.fixture
def database(settings: Settings) -> Database:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return database


@pytest.fixture
def datasets(settings: Settings, database: Database) -> DatasetService:
    return DatasetService(settings, database)


@pytest.fixture
def club(datasets: DatasetService, tmp_path: Path) -> Dataset:
    """Twenty pictures of which three are held out, and a copy that was set aside."""
    source = folder_of(tmp_path / "club", range(20))
    altered(0).resize((64, 64)).save(source / "small-copy.png")
    return datasets.import_sources(ImportRequest([source], "club")).dataset


def picture(seed: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((96, 96), Image.Resampling.NEAREST)


def altered(seed: int) -> Image.Image:
    """The picture a little brighter: other pixels, the same look."""
    return picture(seed).point([min(value + 3, 255) for value in range(256)] * 3)


def folder_of(path: Path, seeds: Sequence[int]) -> Path:
    path.mkdir()
    for seed in seeds:
        picture(seed).save(path / f"{seed:03d}.png")
    return path


def add(datasets: DatasetService, *sources: Path) -> ReferencesReport:
    return datasets.add_references(ReferencesRequest(sources, "club"))


def files_of(settings: Settings) -> set[Path]:
    return {path for path in settings.datasets_dir.rglob("*") if path.is_file()}


def test_references_stay_out_of_training_whatever_part_is_held_out(
    datasets: DatasetService, club: Dataset, tmp_path: Path
) -> None:
    report = add(datasets, folder_of(tmp_path / "more", range(100, 109)))

    assert (report.added, report.rejected) == (9, ())
    references = {image.image_id for image in report.dataset.reference_images}
    assert len(references) == 9
    assert len(report.dataset.held_out_images) == 3 + 9
    assert report.dataset.training_images == club.training_images
    assert report.dataset.version != club.version
    assert datasets.changes("club")[0].what == "references added: 9"
    for fraction, held_out in ((0.0, 0), (0.25, 5), (0.15, 3)):
        divided = datasets.hold_out("club", fraction)
        assert {image.image_id for image in divided.held_out_images} >= references
        assert len(divided.held_out_images) == held_out + 9
        assert held_out_fraction(divided) == fraction


def test_a_part_that_no_choice_makes_is_told_from_the_choices(datasets: DatasetService, club: Dataset) -> None:
    assert held_out_fraction(club) == 0.15
    assert held_out_fraction(datasets.hold_out("club", 0.4)) is None
    datasets.hold_out("club", 0.15)
    datasets.set_aside("club", club.held_out_images[0].image_id)
    datasets.set_aside("club", club.held_out_images[1].image_id)
    assert held_out_fraction(datasets.get("club")) is None


def test_what_is_like_a_picture_of_the_set_is_refused(
    datasets: DatasetService, club: Dataset, settings: Settings, tmp_path: Path
) -> None:
    trained, held_out = club.training_images[3], club.held_out_images[0]
    before = files_of(settings)
    source = tmp_path / "more"
    source.mkdir()
    picture(100).save(source / "new.png")
    picture(int(Path(trained.original_name).stem)).save(source / "same.png")
    altered(int(Path(held_out.original_name).stem)).save(source / "alike.jpg", quality=80)
    altered(0).resize((64, 64)).save(source / "set-aside.png")
    (source / "notes.png").write_bytes(b"no picture")

    report = add(datasets, source)

    assert report.added == 1
    assert {note.file: note.reason for note in report.rejected} == {
        "same.png": FileReason.LIKE_THE_SET,
        "alike.jpg": FileReason.LIKE_THE_SET,
        "set-aside.png": FileReason.LIKE_THE_SET,
        "notes.png": FileReason.NOT_AN_IMAGE,
    }
    others = {note.file: note.other for note in report.rejected}
    assert (others["same.png"], others["alike.jpg"]) == (trained.original_name, held_out.original_name)
    assert [image.original_name for image in report.dataset.reference_images] == ["new.png"]
    assert len(files_of(settings) - before) == 3  # the picture and its two small copies


def test_where_no_picture_is_left_the_set_stays_as_it_was(
    datasets: DatasetService, club: Dataset, settings: Settings, tmp_path: Path
) -> None:
    before = files_of(settings)
    with pytest.raises(InvalidDataset) as caught:
        add(datasets, folder_of(tmp_path / "more", range(3)))
    assert caught.value.message == "There is no picture to add (left out: 3 like the set)."
    assert (datasets.get("club"), files_of(settings)) == (club, before)
    assert datasets.changes("club")[0].what == "imported"


def test_a_reference_that_was_set_aside_comes_back_as_a_reference(
    datasets: DatasetService, club: Dataset, tmp_path: Path
) -> None:
    source = folder_of(tmp_path / "more", range(100, 102))
    altered(100).resize((64, 64)).save(source / "copy.png")
    report = add(datasets, source)
    assert [(note.file, note.reason) for note in report.rejected] == [("copy.png", FileReason.DUPLICATE)]

    datasets.set_aside("club", "101.png")
    assert [image.original_name for image in datasets.get("club").reference_images] == ["100.png"]
    datasets.hold_out("club", 0.25)
    datasets.keep("club", "101.png")
    datasets.keep_instead("club", "copy.png")

    now = datasets.get("club")
    assert {image.original_name for image in now.reference_images} == {"101.png", "copy.png"}
    assert set(now.reference_images) <= set(now.held_out_images)
    assert {image.image_id for image in now.training_images} < {image.image_id for image in club.images}
    datasets.keep("club", "100.png")  # a person may have both copies: neither is trained on
    assert len(datasets.get("club").reference_images) == 3


def test_a_comparison_takes_references_and_held_out_pictures_from_eight_on(
    datasets: DatasetService, club: Dataset, tmp_path: Path
) -> None:
    assert not datasets.style_reference("club").is_unseen
    add(datasets, folder_of(tmp_path / "four", range(100, 104)))
    style = datasets.style_reference("club")  # with the three that are held out, seven
    assert (len(style.reference), style.is_unseen) == (24, False)
    report = add(datasets, folder_of(tmp_path / "more", range(104, 106)))
    style = datasets.style_reference("club")
    assert set(style.reference) == {image.path for image in report.dataset.held_out_images}
    assert style.note == "The style is measured against 9 pictures that were never trained on."
    assert style.is_unseen


@pytest.mark.parametrize(
    ("export_format", "folder"), [(ExportFormat.IMAGEFOLDER, "test/"), (ExportFormat.KOHYA, "held_out/")]
)
def test_references_are_exported_apart_from_what_is_trained_on(
    datasets: DatasetService, club: Dataset, tmp_path: Path, export_format: ExportFormat, folder: str
) -> None:
    dataset = add(datasets, folder_of(tmp_path / "more", range(100, 102))).dataset
    with zipfile.ZipFile(datasets.export("club", export_format, tmp_path)) as archive:
        apart = {Path(name).stem for name in archive.namelist() if name.startswith(folder) and name.endswith(".png")}
    assert apart == {image.image_id for image in dataset.held_out_images}


def test_a_deleted_set_takes_its_references_along(
    datasets: DatasetService, club: Dataset, settings: Settings, tmp_path: Path
) -> None:
    add(datasets, folder_of(tmp_path / "more", range(100, 102)))
    assert "23 pictures" in datasets.delete("club").removed
    assert files_of(settings) == set()


def test_stopping_half_way_adds_nothing(
    datasets: DatasetService, club: Dataset, settings: Settings, tmp_path: Path
) -> None:
    before = files_of(settings)

    def stop(progress: ImportProgress) -> None:
        if progress.done == 2:
            raise Stopped("Enough.")

    with pytest.raises(Stopped):
        datasets.add_references(ReferencesRequest([folder_of(tmp_path / "more", range(100, 104))], "club"), stop)
    assert (datasets.get("club"), files_of(settings)) == (club, before)


def test_pictures_whose_rows_cannot_be_written_leave_no_file(
    datasets: DatasetService, club: Dataset, settings: Settings, database: Database, tmp_path: Path
) -> None:
    before = files_of(settings)
    with database.transaction() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER refuse BEFORE INSERT ON dataset_images WHEN NEW.original_name = '102.png' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        )
    with pytest.raises(IntegrityError):
        add(datasets, folder_of(tmp_path / "more", range(100, 104)))
    assert (datasets.get("club"), files_of(settings)) == (club, before)


def test_a_set_that_is_deleted_meanwhile_does_not_come_back(
    datasets: DatasetService, club: Dataset, settings: Settings, tmp_path: Path
) -> None:
    def delete(progress: ImportProgress) -> None:
        if progress.done == 2:
            datasets.delete("club")

    with pytest.raises(UnknownDataset):
        datasets.add_references(ReferencesRequest([folder_of(tmp_path / "more", range(100, 104))], "club"), delete)
    assert list(settings.datasets_dir.iterdir()) == []
