"""Faces in face sets: found in photographs, warned about, and several of them set aside."""

import io
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from profile_studio.domain.datasets import (
    Consent,
    FaceDetector,
    FileReason,
    ImportReport,
    ImportRequest,
    ReferencesRequest,
)
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.faces import face_warning
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.texts import ENGLISH

EYES_ROW, LEFT_EYE, RIGHT_EYE = 177, 191, 263  # of Grace Hopper, in the picture that matplotlib ships


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def opened(package: str, *path: str) -> Image.Image:
    content = files(package).joinpath(*path).read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB")


def portrait() -> Image.Image:
    return opened("matplotlib", "mpl-data", "sample_data", "grace_hopper.jpg")


def tower() -> Image.Image:
    return opened("gradio", "media_assets", "images", "tower.jpg")


def two_people() -> Image.Image:
    one = portrait()
    both = Image.new("RGB", (2 * one.width, one.height))
    both.paste(one, (0, 0))
    both.paste(ImageOps.mirror(one), (one.width, 0))
    return both


def far_away() -> Image.Image:
    """A face of about a twentieth of the shorter side."""
    scene = tower().resize((1200, 1600), Image.Resampling.LANCZOS)
    scene.paste(portrait().resize((205, 240), Image.Resampling.LANCZOS), (500, 1300))
    return scene


def cut_off() -> Image.Image:
    one = portrait()
    return one.crop((165, 0, one.width, one.height))  # the edge goes through the temple


def pictures() -> dict[str, Image.Image]:
    drawing = REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train" / "001.png"
    return {
        "one.png": portrait(),
        "two.png": two_people(),
        "none.png": tower(),
        "far.png": far_away(),
        "cut.png": cut_off(),
        "drawn.png": Image.open(drawing).convert("RGB"),
    }


def imported(datasets: DatasetService, folder: Path, consent: Consent | None) -> ImportReport:
    folder.mkdir()
    for name, image in pictures().items():
        image.save(folder / name, compress_level=1)
    return datasets.import_sources(ImportRequest([folder], "me", consent=consent))


def test_a_face_set_tells_none_several_small_and_cut_off_faces_apart(datasets: DatasetService, tmp_path: Path) -> None:
    report = imported(datasets, tmp_path / "pictures", Consent.ME)
    assert [(note.file, note.reason, note.measure) for note in report.rejected] == [
        ("two.png", FileReason.SEVERAL_FACES, 2.0)
    ]
    assert {note.file: note.reason for note in report.warnings if note.reason is not FileReason.ENLARGED} == {
        "none.png": FileReason.NO_FACE,
        "far.png": FileReason.TINY_FACE,
        "cut.png": FileReason.FACE_CUT_OFF,
        "drawn.png": FileReason.FACES_NOT_CHECKED,
    }
    assert report.dataset.face_detector is FaceDetector.HAAR
    assert ENGLISH.pictures.face_detectors[FaceDetector.HAAR] in import_sentences(report, ENGLISH.pictures)


def test_the_face_box_holds_both_eyes_and_less_than_half_of_the_picture(
    datasets: DatasetService, tmp_path: Path
) -> None:
    report = imported(datasets, tmp_path / "pictures", Consent.PERMISSION)
    images = {image.original_name: image for image in report.dataset.every_image}
    box = images["one.png"].face_box
    assert box is not None
    assert box.top < EYES_ROW < box.top + box.height
    assert box.left < LEFT_EYE < RIGHT_EYE < box.left + box.width
    assert box.height * box.width < portrait().height * portrait().width / 2
    assert {name: image.face_count for name, image in images.items()} == {
        "one.png": 1, "two.png": 2, "none.png": 0, "far.png": 1, "cut.png": 1, "drawn.png": None,
    }  # fmt: skip


def test_faces_of_references_are_looked_for_as_at_import(datasets: DatasetService, tmp_path: Path) -> None:
    for name, image in (("none.png", tower()), ("cut.png", cut_off()), ("two.png", two_people())):
        image.save(tmp_path / name, compress_level=1)
    datasets.import_sources(ImportRequest([tmp_path / "none.png", tmp_path / "cut.png"], "me", consent=Consent.ME))
    report = datasets.add_references(ReferencesRequest([tmp_path / "two.png"], "me"))
    assert [(note.file, note.reason) for note in report.rejected] == [("two.png", FileReason.SEVERAL_FACES)]
    assert (report.added, report.dataset.every_image[-1].face_count) == (0, 2)
    datasets.keep("me", "two.png")
    assert [image.original_name for image in datasets.get("me").held_out_images] == ["two.png"]


def test_several_faces_can_be_kept_all_the_same(datasets: DatasetService, tmp_path: Path) -> None:
    imported(datasets, tmp_path / "pictures", Consent.ME)
    datasets.keep("me", "two.png")
    kept = {image.original_name: image.reason for image in datasets.get("me").images}
    assert kept["two.png"] is FileReason.SEVERAL_FACES


def test_a_style_set_is_not_looked_through_until_somebody_says_whose_face_it_is(
    datasets: DatasetService, tmp_path: Path
) -> None:
    report = imported(datasets, tmp_path / "pictures", None)
    assert report.rejected == ()
    assert report.dataset.face_detector is None
    assert {image.face_count for image in report.dataset.images} == {None}
    datasets.set_consent("me", Consent.ME)
    later = datasets.get("me")
    assert later.face_detector is FaceDetector.HAAR
    assert {image.original_name: image.reason for image in later.set_aside_images} == {
        "two.png": FileReason.SEVERAL_FACES
    }


@pytest.mark.parametrize(
    ("content", "words"), [(None, "there is no file"), (b"no network", "is not a YuNet that OpenCV can read")]
)
def test_a_detector_that_is_not_there_is_said_before_anything_is_stored(
    settings: Settings, tmp_path: Path, content: bytes | None, words: str
) -> None:
    model = tmp_path / "yunet.onnx"
    if content is not None:
        model.write_bytes(content)
    database = Database(settings.resolved_database_url)
    database.upgrade()
    datasets = DatasetService(settings.model_copy(update={"yunet": str(model)}), database)
    with pytest.raises(InvalidSettings) as error:
        imported(datasets, tmp_path / "pictures", Consent.ME)
    assert words in error.value.message
    assert datasets.list() == []


def test_where_nobody_looked_is_not_where_nobody_was_found() -> None:
    assert face_warning(None, None, 100, 100) is FileReason.FACES_NOT_CHECKED
    assert face_warning(0, None, 100, 100) is FileReason.NO_FACE
