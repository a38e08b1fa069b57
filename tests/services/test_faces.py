"""Faces in face sets: found in photographs, warned about, and several of them set aside."""

import io
from importlib.resources import files
from pathlib import Path

import psutil
import pytest
from PIL import Image, ImageDraw, ImageOps

from profile_studio.domain.datasets import (
    Consent,
    FaceDetector,
    FileReason,
    ImportProgress,
    ImportReport,
    ImportRequest,
    ReferencesRequest,
)
from profile_studio.domain.errors import InvalidSettings, Stopped
from profile_studio.domain.faces import DRAWN_FACE, face_warning
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.texts import ENGLISH

EYES_ROW, LEFT_EYE, RIGHT_EYE = 177, 191, 263  # of Grace Hopper, in the picture that matplotlib ships


class OtherCritic(Settings):
    """A studio whose critic lies elsewhere."""

    critic: Path

    @property
    def critic_dir(self) -> Path:
        return self.critic


def opened_service(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    return opened_service(settings)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> ImportReport:
    """A face set of photographs and drawings."""
    folder = tmp_path_factory.mktemp("mixed")
    settings = Settings(home=folder / "home")
    settings.create_folders()
    return imported(opened_service(settings), folder / "pictures", Consent.ME)


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


def example(style: str) -> Path:
    return REPOSITORY_ROOT / "assets" / "examples" / style / "train"


def landscape() -> Image.Image:
    """Sun, hills and a house, drawn without a face."""
    drawn = Image.new("RGB", (256, 256), "#9bd3f0")
    draw = ImageDraw.Draw(drawn)
    draw.ellipse((180, 20, 230, 70), fill="#ffd75e")
    draw.ellipse((-60, 140, 160, 380), fill="#3c8d53")
    draw.ellipse((90, 170, 340, 400), fill="#2f6f45")
    draw.polygon([(60, 150), (90, 120), (120, 150)], fill="#a33c2e")
    draw.rectangle((66, 150, 114, 190), fill="#e8dcc0", outline="#333333")
    return drawn


def pictures() -> dict[str, Image.Image]:
    drawing = example("pixel-art") / "001.png"
    return {
        "one.png": portrait(),
        "two.png": two_people(),
        "none.png": tower(),
        "far.png": far_away(),
        "cut.png": cut_off(),
        "drawn.png": Image.open(drawing).convert("RGB"),
        "hills.png": landscape(),
    }


def imported(datasets: DatasetService, folder: Path, consent: Consent | None) -> ImportReport:
    folder.mkdir()
    for name, image in pictures().items():
        image.save(folder / name, compress_level=1)
    return datasets.import_sources(ImportRequest([folder], "me", consent=consent))


def test_a_face_set_tells_none_several_small_and_cut_off_faces_apart(mixed: ImportReport) -> None:
    assert [(note.file, note.reason, note.measure) for note in mixed.rejected] == [
        ("two.png", FileReason.SEVERAL_FACES, 2.0)
    ]
    assert {note.file: note.reason for note in mixed.warnings if note.reason is not FileReason.ENLARGED} == {
        "none.png": FileReason.NO_FACE,
        "far.png": FileReason.TINY_FACE,
        "cut.png": FileReason.FACE_CUT_OFF,
        "hills.png": FileReason.NO_FACE,
    }


def test_drawings_are_looked_at_by_the_critic_and_both_detectors_are_named(mixed: ImportReport) -> None:
    scores = {image.original_name: image.drawn_face for image in mixed.dataset.every_image}
    assert {name for name, score in scores.items() if score is not None} == {"drawn.png", "hills.png"}
    assert [note.measure for note in mixed.warnings if note.file == "hills.png"] == [scores["hills.png"]]
    assert mixed.dataset.face_detectors == (FaceDetector.HAAR, FaceDetector.CRITIC)
    said = ENGLISH.pictures.face_detectors
    assert import_sentences(mixed, ENGLISH.pictures)[-2:] == [said[FaceDetector.HAAR], said[FaceDetector.CRITIC]]


def test_the_face_box_holds_both_eyes_and_less_than_half_of_the_picture(mixed: ImportReport) -> None:
    images = {image.original_name: image for image in mixed.dataset.every_image}
    box = images["one.png"].face_box
    assert box is not None
    assert box.top < EYES_ROW < box.top + box.height
    assert box.left < LEFT_EYE < RIGHT_EYE < box.left + box.width
    assert box.height * box.width < portrait().height * portrait().width / 2
    assert {name: image.face_count for name, image in images.items()} == {
        "one.png": 1, "two.png": 2, "none.png": 0, "far.png": 1, "cut.png": 1, "drawn.png": None, "hills.png": None,
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
    for name, image in {"one.png": portrait(), "two.png": two_people()}.items():
        image.save(tmp_path / name)
    datasets.import_sources(ImportRequest([tmp_path / "one.png", tmp_path / "two.png"], "me", consent=Consent.ME))
    datasets.keep("me", "two.png")
    kept = {image.original_name: image.reason for image in datasets.get("me").images}
    assert kept["two.png"] is FileReason.SEVERAL_FACES


def test_a_style_set_is_not_looked_through_until_somebody_says_whose_face_it_is(
    datasets: DatasetService, tmp_path: Path
) -> None:
    report = imported(datasets, tmp_path / "pictures", None)
    assert report.rejected == ()
    assert report.dataset.face_detectors == ()
    assert {image.face_count for image in report.dataset.images} == {None}
    datasets.set_consent("me", Consent.ME)
    later = datasets.get("me")
    assert later.consent is Consent.ME
    assert later.face_detectors == (FaceDetector.HAAR, FaceDetector.CRITIC)
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
    datasets = opened_service(settings.model_copy(update={"yunet": str(model)}))
    with pytest.raises(InvalidSettings) as error:
        imported(datasets, tmp_path / "pictures", Consent.ME)
    assert words in error.value.message
    assert datasets.list() == []


def test_where_nobody_looked_is_not_where_nobody_was_found() -> None:
    assert face_warning(None, None, 100, 100) is FileReason.FACES_NOT_CHECKED
    assert face_warning(0, None, 100, 100) is FileReason.NO_FACE
    assert face_warning(None, None, 100, 100, drawn_face=DRAWN_FACE) is None
    assert face_warning(None, None, 100, 100, drawn_face=DRAWN_FACE - 0.01) is FileReason.NO_FACE


@pytest.mark.parametrize("has_folder", [False, True])
def test_without_a_critic_that_works_drawings_are_not_checked(tmp_path: Path, has_folder: bool) -> None:
    if has_folder:
        (tmp_path / "critic").mkdir()
    settings = OtherCritic(home=tmp_path / "home", critic=tmp_path / "critic")
    settings.create_folders()
    request = ImportRequest([example("cutouts")], "me", consent=Consent.NOT_A_PERSON)
    report = opened_service(settings).import_sources(request)
    assert [note.reason for note in report.warnings].count(FileReason.FACES_NOT_CHECKED) == 32
    assert report.dataset.face_detectors == ()


def test_the_faces_of_an_example_are_found(datasets: DatasetService) -> None:
    told: list[ImportProgress] = []
    request = ImportRequest([example("cutouts")], "me", consent=Consent.NOT_A_PERSON)
    report = datasets.import_sources(request, told.append)
    assert report.warnings == ()
    assert report.dataset.face_detectors == (FaceDetector.CRITIC,)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[0].done, told[0].seconds_left) == (0, None)
    assert (told[-1].done, told[-1].total, told[-1].seconds_left) == (32, 32, 0.0)


def test_an_import_that_is_stopped_while_the_critic_looks_leaves_nothing(
    settings: Settings, datasets: DatasetService
) -> None:
    told: list[ImportProgress] = []

    def stop_after_decoding(progress: ImportProgress) -> None:
        told.append(progress)
        if len(told) > progress.total:
            raise Stopped("Stopped.", "Start again.")

    with pytest.raises(Stopped):
        datasets.import_sources(ImportRequest([example("pixel-art")], "me", consent=Consent.ME), stop_after_decoding)
    assert list(settings.datasets_dir.iterdir()) == []
    assert datasets.list() == []
    commands = [child.cmdline() for child in psutil.Process().children()]
    assert not [command for command in commands if "profile_studio.faces" in command]
