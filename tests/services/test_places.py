"""What the place of a picture says: how often it counts, what it shows, and whether it is for training at all."""

import zipfile
from pathlib import Path, PurePosixPath

import pytest

from profile_studio.domain.datasets import Dataset, DatasetImage, FileReason, ImportRequest
from profile_studio.domain.trigger_words import prompt_with_trigger
from profile_studio.services.datasets import DatasetService
from profile_studio.services.exporting import ExportFormat
from profile_studio.services.found_files import LOOSE, FoundFile, is_hidden, set_aside_by_place
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from tests.services.legacy_zips import small_picture


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def write_pictures(folder: Path, count: int, start: int = 0) -> Path:
    folder.mkdir(parents=True)
    for number in range(start, start + count):
        (folder / f"{number:03d}.png").write_bytes(small_picture(number))
    return folder


def found(path: str, group: str = "folder:0") -> FoundFile:
    pure = PurePosixPath(path)
    return FoundFile(path, group, pure, pure.parent.name, lambda: b"")


@pytest.mark.parametrize(
    ("paths", "reasons"),
    [
        (["img/10_sks person/a.png", "reg/1_person/b.png"], [None, FileReason.REGULARIZATION]),
        (["img/10_sks person/a.png", "Regularization/b.png"], [None, FileReason.REGULARIZATION]),
        (["img/10_sks person/a.png", "model/sample/b.png"], [None, FileReason.SAMPLE]),
        (["10_sks person/a.png", "10_sks person/samples/b.png"], [None, FileReason.SAMPLE]),
        (["a.png", "sample/b.png"], [None, None]),
        (["sample/a.png", "sample/b.png"], [None, None]),
        (["reg/1_person/a.png", "reg/1_person/b.png"], [None, None]),
        (["a.png", "a-masklabel.png"], [None, FileReason.MASK]),
        (["a.png", "a-condlabel.png"], [None, FileReason.MASK]),
        (["a.jpg", "A_mask.png"], [None, FileReason.MASK]),
        (["a.jpg", "masks/a.png"], [None, FileReason.MASK]),
        (["images/a.jpg", "mask/a.png"], [None, FileReason.MASK]),
        (["masks/a.png", "masks/b.png"], [None, None]),
        (["a.png", "party_mask.png"], [None, None]),
        (["a.png", "b/a_mask.png"], [None, None]),
    ],
)
def test_what_is_no_training_picture_is_told_by_what_it_lies_beside(
    paths: list[str], reasons: list[FileReason | None]
) -> None:
    assert set_aside_by_place([found(path) for path in paths]) == reasons


def test_uploads_lie_beside_each_other_wherever_the_browser_puts_them() -> None:
    files = [found("a.png", f"{LOOSE}/1"), found("a_mask.png", f"{LOOSE}/2"), found("b_mask.png", "folder:0")]
    assert set_aside_by_place(files) == [None, FileReason.MASK, None]


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        (".Trash-1000/files/a.png", True),
        (".ipynb_checkpoints/a-checkpoint.png", True),
        (".thumbnails/a.png", True),
        ("$RECYCLE.BIN/a.png", True),
        ("photos/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", True),
        ("#recycle/a.png", True),
        ("Thumbs/a.png", True),
        (".trashed-1700000000-IMG_1.jpg", True),
        ("photos/a.png", False),
        ("thumbs up/a.png", False),
    ],
)
def test_hidden_files_trash_and_thumbnails_are_told_by_their_path(path: str, hidden: bool) -> None:
    assert is_hidden(PurePosixPath(path)) is hidden


def test_a_whole_project_folder_gives_its_training_pictures(datasets: DatasetService, tmp_path: Path) -> None:
    project = tmp_path / "project"
    write_pictures(project / "img" / "10_sks person", 3)
    write_pictures(project / "model" / "sample", 2, start=30)
    write_pictures(project / "reg" / "1_person", 4, start=2)  # the first is a copy of a training picture
    write_pictures(project / "cover", 1, start=40)
    write_pictures(project / ".thumbnails", 2, start=50)
    (project / ".thumbnails" / "050.txt").write_text("a thumbnail", encoding="utf-8")
    report = datasets.import_sources(ImportRequest([project], "project"))
    dataset = report.dataset
    assert sorted(image.original_name for image in dataset.images) == [
        "cover/040.png", "img/10_sks person/000.png", "img/10_sks person/001.png", "img/10_sks person/002.png",
    ]  # fmt: skip
    assert (dataset.trigger_word, dataset.class_word) == ("sks", "person")
    assert sorted((note.file, note.reason) for note in report.rejected) == [
        (".thumbnails/050.png", FileReason.HIDDEN),
        (".thumbnails/051.png", FileReason.HIDDEN),
        ("model/sample/030.png", FileReason.SAMPLE),
        ("model/sample/031.png", FileReason.SAMPLE),
        ("reg/1_person/002.png", FileReason.DUPLICATE),
        ("reg/1_person/003.png", FileReason.REGULARIZATION),
        ("reg/1_person/004.png", FileReason.REGULARIZATION),
        ("reg/1_person/005.png", FileReason.REGULARIZATION),
    ]
    datasets.keep("project", "reg/1_person/003.png")  # whoever wants it all the same
    assert len(datasets.get("project").images) == 5


@pytest.mark.parametrize(
    ("folder", "repeats", "trigger_word"),
    [
        ("10_sks person", 10, "sks"),
        ("100_sks", 100, "sks"),
        ("150_sks person", 150, "sks"),
        ("999_ohwx", 999, "ohwx"),
        ("1_", 1, ""),
        ("1_ person", 1, ""),
        ("0_sks", 1, ""),
        ("2024_holiday", 1, ""),
        ("100_PANA", 1, ""),
        ("101CANON", 1, ""),
        ("100_0815", 1, ""),
    ],
)
def test_the_number_of_a_folder_is_its_repeats_unless_a_camera_wrote_it(
    datasets: DatasetService, tmp_path: Path, folder: str, repeats: int, trigger_word: str
) -> None:
    write_pictures(tmp_path / "in" / folder, 2)
    report = datasets.import_sources(ImportRequest([tmp_path / "in"], "set"))
    assert {image.repeats for image in report.dataset.images} == {repeats}
    assert report.dataset.trigger_word == trigger_word
    asked_about = {note.reason for note in report.warnings} & {FileReason.CAMERA_FOLDER, FileReason.REPEATED}
    is_camera = folder in ("100_PANA", "100_0815")
    assert asked_about == ({FileReason.CAMERA_FOLDER} if is_camera else {FileReason.REPEATED} if repeats > 1 else set())


@pytest.mark.parametrize(
    ("folders", "words"),
    [
        (["10_sks person", "cover"], ("sks", "person")),
        (["10_sks person", "5_sks man"], ("sks", "")),
        (["10_sks person", "5_sks"], ("sks", "person")),
        (["10_sks person", "5_abc person"], ("", "person")),
    ],
)
def test_a_trigger_word_counts_if_all_folders_that_name_one_agree(
    datasets: DatasetService, tmp_path: Path, folders: list[str], words: tuple[str, str]
) -> None:
    for number, folder in enumerate(folders):
        write_pictures(tmp_path / "in" / folder, 2, start=10 * number)
    dataset = datasets.import_sources(ImportRequest([tmp_path / "in"], "set")).dataset
    assert (dataset.trigger_word, dataset.class_word) == words


TEXTS = ["photo of ohwx man, smiling", "ohwx man, red hair", "Ohwx, standing", "[trigger] person standing"]


def test_what_is_trained_on_says_the_trigger_word_once(datasets: DatasetService, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "in" / "10_ohwx man", 6)
    for number, text in enumerate([*TEXTS, "ohwx, a hat", "ohwx"]):
        (folder / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    dataset = datasets.import_sources(ImportRequest([tmp_path / "in"], "set")).dataset
    assert [prompt_with_trigger(dataset.trigger_word, image.caption) for image in dataset.images] == [
        *TEXTS[:3], "ohwx person standing", "ohwx, a hat", "ohwx",
    ]  # fmt: skip


def facts(dataset: Dataset, image: DatasetImage) -> tuple[str, str]:
    return image.image_id, prompt_with_trigger(dataset.trigger_word, image.caption)


@pytest.mark.parametrize(
    ("trigger_word", "class_word"), [("sks", "person"), ("sks", ""), ("", "old man"), ("", ""), ("토리", "개")]
)
def test_our_own_kohya_export_comes_back_whole(
    datasets: DatasetService, tmp_path: Path, trigger_word: str, class_word: str
) -> None:
    source = write_pictures(tmp_path / "in" / "150_", 6)
    for number, text in enumerate(["a hat", "", "photo of sks person", "sks, sks person", "모자"]):
        (source / f"{number:03d}.txt").write_text(text, encoding="utf-8")
    request = ImportRequest([tmp_path / "in"], "set", trigger_word, class_word, held_out_fraction=0.34)
    before = datasets.import_sources(request).dataset
    out = datasets.export("set", ExportFormat.KOHYA, tmp_path / "set.zip")
    report = datasets.import_sources(ImportRequest([out], "again"))
    after = report.dataset
    assert (after.trigger_word, after.class_word) == (trigger_word, class_word)
    for ours, theirs in (
        (before.training_images, after.training_images), (before.held_out_images, after.held_out_images),
    ):  # fmt: skip
        assert {facts(before, image) for image in ours} == {facts(after, image) for image in theirs}
    assert {image.repeats for image in after.training_images} == {150}
    assert len(after.held_out_images) == 2
    assert report.rejected == ()


@pytest.mark.parametrize(
    ("trigger_word", "class_word"), [("../../evil", ""), ("..\\..\\evil", ""), ("sks", "/etc/a: b")]
)
def test_words_of_older_sets_make_no_path_in_an_export(
    settings: Settings, datasets: DatasetService, tmp_path: Path, trigger_word: str, class_word: str
) -> None:
    datasets.import_sources(ImportRequest([write_pictures(tmp_path / "in", 6)], "set", held_out_fraction=0.0))
    repository = DatasetRepository(Database(settings.resolved_database_url), settings.datasets_dir)
    repository.set_trigger_word("set", trigger_word)  # as it was before there were rules for words
    repository.set_class_word("set", class_word)
    with zipfile.ZipFile(datasets.export("set", ExportFormat.KOHYA, tmp_path / "set.zip")) as archive:
        names = archive.namelist()
    assert names and {name.count("/") for name in names} == {1}
    assert not [name for name in names if ".." in name.split("/") or set(name) & set("\\:")]
