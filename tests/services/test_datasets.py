"""What an import keeps, what it refuses, and that nothing half-made stays."""

import io
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image, ImageCms

from profile_studio.domain.datasets import FileReason, ImportReport, ImportRequest
from profile_studio.domain.errors import (
    InputError,
    InvalidDataset,
    InvalidName,
    InvalidPrompt,
    InvalidSettings,
    UnknownDataset,
)
from profile_studio.services import import_sources
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository


@pytest.fixture
def database(settings: Settings) -> Database:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return database


@pytest.fixture
def datasets(settings: Settings, database: Database) -> DatasetService:
    return DatasetService(settings, database)


def picture(seed: int, side: int = 128) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)


def content(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def folder_of(path: Path, count: int) -> Path:
    path.mkdir()
    for seed in range(count):
        picture(seed).save(path / f"{seed:02d}.png")
    return path


def reasons(report: ImportReport) -> dict[str, FileReason]:
    return {note.file: note.reason for note in report.rejected}


def test_a_folder_becomes_pictures_with_the_captions_beside_them(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos", 2)
    (source / "deep").mkdir()
    picture(7).save(source / "deep" / "c.webp", lossless=True)
    (source / "00.txt").write_text("a red\n hat ", encoding="utf-8")
    (source / "deep" / "c.caption").write_text("a dog", encoding="utf-8-sig")

    report = datasets.import_sources(ImportRequest([source], "photos", "sks"))

    images = {image.original_name: image for image in report.dataset.images}
    assert {name: image.caption for name, image in images.items()} == {
        "00.png": "a red hat",
        "01.png": "",
        "deep/c.webp": "a dog",
    }
    assert report.dataset.trigger_word == "sks"
    assert report.rejected == ()
    assert [(note.file, note.reason) for note in report.warnings] == [("01.png", FileReason.IMAGE_WITHOUT_CAPTION)]
    assert np.array_equal(np.asarray(opened(images["00.png"].path)), np.asarray(picture(0)))
    small = opened(datasets.thumbnail("photos", images["00.png"].image_id))
    assert (small.format, small.size) == ("WEBP", (128, 128))


def test_the_copy_for_a_grid_is_made_once_and_for_older_sets_too(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos", 2)
    picture(7, side=300).save(source / "large.png")
    images = datasets.import_sources(ImportRequest([source], "photos")).dataset.images
    large = next(image for image in images if image.original_name == "large.png")

    made_at_import = sorted(datasets.thumbnail("photos", large.image_id).parent.glob("*-grid.webp"))
    copy = datasets.grid_thumbnail("photos", large.image_id)
    assert copy in made_at_import and len(made_at_import) == 3
    assert (opened(copy).format, opened(copy).size) == ("WEBP", (128, 128))

    copy.unlink()
    made_at = datasets.grid_thumbnail("photos", large.image_id).stat().st_mtime_ns
    assert opened(copy).size == (128, 128)
    assert datasets.grid_thumbnail("photos", large.image_id).stat().st_mtime_ns == made_at


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.csv", "file_name,text\n00.png,a red hat\nlost.png,nothing\n"),
        ("metadata.jsonl", '{"file_name": "00.png", "text": "a red hat"}\n{"file_name": "lost.png", "text": "x"}\n'),
    ],
)
def test_captions_come_from_an_image_folders_metadata(
    datasets: DatasetService, tmp_path: Path, name: str, text: str
) -> None:
    source = folder_of(tmp_path / "photos", 2)
    (source / name).write_text(text, encoding="utf-8")
    report = datasets.import_sources(ImportRequest([source], "photos"))
    assert report.dataset.images[0].caption == "a red hat"
    assert reasons(report) == {f"{name}: lost.png": FileReason.CAPTION_WITHOUT_IMAGE}


def test_a_zip_gives_the_same_data_set_as_its_folder(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos", 3)
    (source / "00.txt").write_text("a hat", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, f"album/{file.name}")
        archive.writestr("__MACOSX/album/._00.png", b"system")
    packed = datasets.import_sources(ImportRequest([tmp_path / "photos.zip"], "packed"))
    loose = datasets.import_sources(ImportRequest([source], "loose"))
    assert packed.dataset.version == loose.dataset.version
    assert packed.rejected == ()


def test_uploads_in_folders_of_their_own_find_their_captions(datasets: DatasetService, tmp_path: Path) -> None:
    sources: list[Path] = []
    for number, name in enumerate(("a.png", "a.txt", "b.png")):
        folder = tmp_path / str(number)
        folder.mkdir()
        sources.append(folder / name)
        sources[-1].write_bytes(b"a hat" if name.endswith("txt") else content(picture(number)))
    report = datasets.import_sources(ImportRequest(sources, "uploads"))
    assert [image.caption for image in report.dataset.images] == ["a hat", ""]
    assert report.rejected == ()


def test_equal_stems_in_two_folders_keep_their_own_captions(datasets: DatasetService, tmp_path: Path) -> None:
    sources: list[Path] = []
    for number, name in enumerate(("one", "two")):
        (tmp_path / name).mkdir()
        picture(number).save(tmp_path / name / "1.png")
        (tmp_path / name / "1.txt").write_text(name, encoding="utf-8")
        sources += [tmp_path / name / "1.png", tmp_path / name / "1.txt"]
    report = datasets.import_sources(ImportRequest(sources, "uploads"))
    assert [image.caption for image in report.dataset.images] == ["one", "two"]


def test_every_unusable_file_is_named_with_its_reason(
    datasets: DatasetService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_sources, "MAXIMUM_FILE_BYTES", 100_000)
    source = folder_of(tmp_path / "mixed", 2)
    (source / "notes.pdf").write_bytes(b"%PDF-1.4")
    (source / "fake.png").write_bytes(b"not a picture")
    (source / "empty.jpg").write_bytes(b"")
    (source / "half.jpg").write_bytes(content(picture(5), "JPEG")[:-300])
    (source / "tiny.png").write_bytes(content(picture(6, side=15)))
    (source / "zz-again.webp").write_bytes(content(picture(0), "WEBP", lossless=True))
    (source / "big.png").write_bytes(b"\x89PNG" + bytes(200_000))
    (source / "bomb.png").write_bytes(content(Image.new("1", (11_000, 11_000))))
    (source / "alone.txt").write_text("whose?", encoding="utf-8")
    (source / "link.png").symlink_to(source / "00.png")
    (source / "away").symlink_to(tmp_path)
    report = datasets.import_sources(ImportRequest([source], "mixed"))
    assert len(report.dataset.images) == 2
    assert reasons(report) == {
        "notes.pdf": FileReason.NOT_AN_IMAGE,
        "fake.png": FileReason.NOT_AN_IMAGE,
        "empty.jpg": FileReason.NOT_AN_IMAGE,
        "half.jpg": FileReason.UNREADABLE,
        "tiny.png": FileReason.TOO_SMALL,
        "zz-again.webp": FileReason.DUPLICATE,
        "big.png": FileReason.TOO_LARGE,
        "bomb.png": FileReason.TOO_LARGE,
        "alone.txt": FileReason.CAPTION_WITHOUT_IMAGE,
        "link.png": FileReason.LINK,
        "away": FileReason.LINK,
    }


def test_unsafe_names_in_a_zip_are_left_out(datasets: DatasetService, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for seed, name in enumerate(("a.png", "b.png", "../up.png", "/root.png", "x/../../y.png", "C:\\z.png")):
            archive.writestr(name, content(picture(seed)))
        archive.writestr(link, "/etc/passwd")
    report = datasets.import_sources(ImportRequest([tmp_path / "evil.zip"], "evil"))
    assert [image.original_name for image in report.dataset.images] == ["a.png", "b.png"]
    assert set(reasons(report).values()) == {FileReason.UNSAFE_PATH}
    assert len(report.rejected) == 5
    assert not (tmp_path / "up.png").exists()


def test_an_entry_that_unpacks_a_hundredfold_is_too_large(datasets: DatasetService, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", content(picture(0)))
        archive.writestr("b.png", content(picture(1)))
        archive.writestr("zeros.png", bytes(5_000_000))
    report = datasets.import_sources(ImportRequest([tmp_path / "bomb.zip"], "bomb"))
    assert reasons(report) == {"zeros.png": FileReason.TOO_LARGE}


def nothing(_path: Path) -> None:
    """Leaves the path missing."""


def empty_zip(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()


def broken_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and then nothing")


def zip_of_one(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("only.png", content(picture(0)))


def zip_of_text(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.md", "hello")


def zip_of_too_many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(import_sources.MAXIMUM_ZIP_ENTRIES + 1):
            archive.writestr(f"{number}.png", b"")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (nothing, "There is no file or folder 'source.zip'"),
        (empty_zip, "is an empty zip"),
        (broken_zip, "is not a zip that can be read"),
        (zip_of_one, "There is one usable picture only"),
        (zip_of_text, "There is no usable picture (left out: 1 not an image)"),
        (zip_of_too_many, "holds 5001 files; at most 5000"),
    ],
)
def test_a_useless_source_is_one_sentence_and_leaves_nothing(
    datasets: DatasetService, settings: Settings, tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    make(tmp_path / "source.zip")
    with pytest.raises(InvalidDataset) as caught:
        datasets.import_sources(ImportRequest([tmp_path / "source.zip"], "new"))
    assert sentence in caught.value.message
    assert caught.value.fix
    assert list(settings.datasets_dir.iterdir()) == []
    assert datasets.list() == []


def test_pictures_that_are_all_set_aside_are_a_set_whose_pictures_can_be_kept(
    datasets: DatasetService, tmp_path: Path
) -> None:
    for number in range(3):
        Image.effect_noise((96, 96), 6).point(lambda level, n=number: level // 8 + n).save(tmp_path / f"{number}.png")
    dataset = datasets.import_sources(ImportRequest([tmp_path], "night")).dataset
    assert [image.reason for image in dataset.every_image] == [FileReason.TOO_DARK] * 3
    assert datasets.advice("night", is_face=False)

    for image in dataset.every_image:
        datasets.keep("night", image.image_id)
    assert len(datasets.get("night").training_images) == 3


def test_a_zip_beyond_the_total_is_refused_while_it_streams(
    datasets: DatasetService, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_sources, "MAXIMUM_ZIP_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "much.zip", "w") as archive:
        for seed in range(9):
            archive.writestr(f"{seed}.png", content(picture(seed)))
    with pytest.raises(InvalidDataset, match="unpacks to more than"):
        datasets.import_sources(ImportRequest([tmp_path / "much.zip"], "much"))
    assert list(settings.datasets_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (ImportRequest([], "Über"), InvalidName),
        (ImportRequest([], "base"), InvalidName),
        (ImportRequest([], "x", held_out_fraction=1.0), InvalidSettings),
        (ImportRequest([], "x", trigger_word="two words"), InvalidPrompt),
        (ImportRequest([], "x", trigger_word="half\ud83c"), InvalidPrompt),
        (ImportRequest([], "x", class_word="half\ud83c"), InvalidPrompt),
        (ImportRequest([], "x", class_word="a cat, a dog"), InvalidPrompt),
        (ImportRequest([], "x"), InvalidDataset),
    ],
)
def test_a_wrong_request_is_the_persons_to_mend(
    datasets: DatasetService, request_: ImportRequest, error: type[InputError]
) -> None:
    with pytest.raises(error):
        datasets.import_sources(request_)


def test_a_taken_name_is_refused_and_the_old_set_stays(datasets: DatasetService, tmp_path: Path) -> None:
    datasets.import_sources(ImportRequest([folder_of(tmp_path / "one", 2)], "photos"))
    with pytest.raises(InvalidDataset, match="already a data set called 'photos'"):
        datasets.import_sources(ImportRequest([folder_of(tmp_path / "two", 3)], "photos"))
    assert len(datasets.get("photos").images) == 2
    assert all(image.path.is_file() for image in datasets.get("photos").images)


def test_an_empty_folder_that_a_crash_left_does_not_block_the_name(
    datasets: DatasetService, settings: Settings, tmp_path: Path
) -> None:
    (settings.datasets_dir / "photos" / "images").mkdir(parents=True)
    dataset = datasets.import_sources(ImportRequest([folder_of(tmp_path / "one", 2)], "photos")).dataset
    assert all(image.path.is_file() for image in dataset.images)


def test_what_a_killed_import_left_goes_with_the_next_and_what_is_being_imported_stays(
    datasets: DatasetService, settings: Settings, tmp_path: Path
) -> None:
    killed, running = (settings.datasets_dir / name for name in (".a.1234.tmp", ".b.1234.tmp"))
    for unfinished in (killed, running):
        (unfinished / "images").mkdir(parents=True)
    with FileLock(settings.run_dir / "import-b.lock"):  # as whoever imports it holds it
        datasets.import_sources(ImportRequest([folder_of(tmp_path / "one", 2)], "photos"))
    assert sorted(path.name for path in settings.datasets_dir.iterdir()) == [".b.1234.tmp", "photos"]


@pytest.mark.parametrize(
    ("count", "fraction", "held_out"), [(11, None, 0), (12, None, 2), (20, None, 3), (4, 0.5, 2), (2, 0.5, 0), (12, 0.0, 0)])  # fmt: skip
def test_pictures_are_held_out_from_a_dozen_on(
    datasets: DatasetService, tmp_path: Path, count: int, fraction: float | None, held_out: int
) -> None:
    request = ImportRequest([folder_of(tmp_path / "photos", count)], "photos", held_out_fraction=fraction)
    assert len(datasets.import_sources(request).dataset.held_out_images) == held_out


def test_the_same_pictures_are_divided_in_the_same_way(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos", 14)
    first = datasets.import_sources(ImportRequest([source], "first")).dataset
    backwards = sorted(source.iterdir(), reverse=True)
    second = datasets.import_sources(ImportRequest(backwards, "second")).dataset
    assert {i.image_id for i in first.held_out_images} == {i.image_id for i in second.held_out_images}


def test_a_caption_edit_is_another_version(datasets: DatasetService, tmp_path: Path) -> None:
    before = datasets.import_sources(ImportRequest([folder_of(tmp_path / "photos", 2)], "photos")).dataset
    datasets.set_caption("photos", before.images[0].image_id, "  a   hat ")
    datasets.set_trigger_word("photos", "sks")
    after = datasets.get("photos")
    assert (after.images[0].caption, after.trigger_word) == ("a hat", "sks")
    assert after.version != before.version
    with pytest.raises(InvalidDataset, match="has no picture 'nope'"):
        datasets.set_caption("photos", "nope", "x")


def test_the_class_word_can_be_changed_and_is_no_other_version(datasets: DatasetService, tmp_path: Path) -> None:
    before = datasets.import_sources(ImportRequest([folder_of(tmp_path / "photos", 2)], "photos")).dataset
    datasets.set_class_word("photos", " golden   retriever ")
    after = datasets.get("photos")
    assert (after.class_word, after.version) == ("golden retriever", before.version)  # training never sees it
    assert datasets.changes("photos")[0].what == "the class word: golden retriever"
    with pytest.raises(InvalidPrompt, match="cannot be a class word"):
        datasets.set_class_word("photos", "cat (big)")


def test_a_deleted_data_set_is_gone_with_its_pictures(
    datasets: DatasetService, settings: Settings, tmp_path: Path
) -> None:
    datasets.import_sources(ImportRequest([folder_of(tmp_path / "photos", 2)], "photos"))
    datasets.delete("photos")
    assert list(settings.datasets_dir.iterdir()) == []
    with pytest.raises(UnknownDataset):
        datasets.get("photos")


class SettingsWithExamples(Settings):
    """Settings whose examples lie in the home."""

    @property
    def examples_dir(self) -> Path:
        return self.resolved_home / "examples"


def test_an_example_remembers_where_it_came_from(tmp_path: Path, database: Database, settings: Settings) -> None:
    with_examples = SettingsWithExamples(home=settings.home)
    train = with_examples.examples_dir / "blocks" / "train"
    train.parent.mkdir(parents=True)
    folder_of(train, 14)
    (train / "00.txt").write_text("a hat", encoding="utf-8")
    datasets = DatasetService(with_examples, database)
    assert datasets.examples() == ["blocks"]
    report = datasets.import_example("blocks", "mine")
    assert report.dataset.trigger_word == "blocks-style"
    assert len(report.dataset.training_images) == 14
    assert DatasetRepository(database, settings.datasets_dir).example("mine") == "blocks"
    with pytest.raises(UnknownDataset, match="Take one of these: blocks"):
        datasets.import_example("stripes")


def test_a_photo_is_turned_upright_and_loses_where_it_was_taken(datasets: DatasetService, tmp_path: Path) -> None:
    upright = picture(3).resize((64, 128))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    exif[0x010E] = "Grandma's garden, 48.2 N 16.3 E"
    (tmp_path / "a.png").write_bytes(content(upright.rotate(90, expand=True), exif=exif))
    picture(4).save(tmp_path / "b.png")
    report = datasets.import_sources(ImportRequest([tmp_path / "a.png", tmp_path / "b.png"], "photos"))
    stored = report.dataset.images[0]
    assert (stored.height, stored.width) == (128, 64)
    assert np.array_equal(np.asarray(opened(stored.path)), np.asarray(upright))
    assert b"Grandma" not in stored.path.read_bytes()
    assert opened(stored.path).info == {}


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK", "RGBA"])
def test_every_colour_mode_becomes_rgb(datasets: DatasetService, tmp_path: Path, mode: str) -> None:
    source = picture(1).convert("L").convert("I;16") if mode == "I;16" else picture(1).convert(mode)
    if mode == "I;16":
        source = Image.fromarray(np.asarray(picture(1).convert("L")).astype(np.uint16) << 8)
    (tmp_path / "a").write_bytes(content(source, "JPEG" if mode == "CMYK" else "PNG"))
    picture(2).save(tmp_path / "b.png")
    report = datasets.import_sources(ImportRequest([tmp_path / "a", tmp_path / "b.png"], "modes"))
    stored = np.asarray(opened(report.dataset.images[0].path)).astype(int)
    expected = np.asarray(picture(1).convert("L" if mode == "I;16" else mode).convert("RGB")).astype(int)
    assert stored.shape == (128, 128, 3)
    assert np.abs(stored - expected).mean() < 3


def test_transparent_parts_become_white(datasets: DatasetService, tmp_path: Path) -> None:
    half = Image.new("RGBA", (32, 32), (200, 0, 0, 128))
    half.paste((0, 0, 0, 0), (0, 0, 16, 32))
    half.save(tmp_path / "a.png")
    picture(2).save(tmp_path / "b.png")
    report = datasets.import_sources(ImportRequest([tmp_path / "a.png", tmp_path / "b.png"], "alpha"))
    stored = opened(report.dataset.images[0].path)
    assert stored.getpixel((4, 4)) == (255, 255, 255)
    assert stored.getpixel((24, 4)) == (227, 127, 127)


def test_a_colour_profile_is_applied(datasets: DatasetService, tmp_path: Path) -> None:
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (tmp_path / "a.png").write_bytes(content(picture(1), icc_profile=srgb))
    (tmp_path / "b.png").write_bytes(content(picture(2), icc_profile=linear))
    (tmp_path / "c.png").write_bytes(content(picture(3), icc_profile=b"broken"))
    report = datasets.import_sources(ImportRequest(sorted(tmp_path.glob("*.png")), "profiles"))
    for seed, image in enumerate(report.dataset.images, start=1):
        difference = np.asarray(opened(image.path)).astype(int) - np.asarray(picture(seed)).astype(int)
        assert np.abs(difference).max() <= 1


def test_a_huge_picture_is_stored_with_a_side_of_2048(datasets: DatasetService, tmp_path: Path) -> None:
    picture(1).resize((4096, 1024)).save(tmp_path / "a.jpg")
    picture(2).save(tmp_path / "b.png")
    report = datasets.import_sources(ImportRequest([tmp_path / "a.jpg", tmp_path / "b.png"], "huge"))
    assert (report.dataset.images[0].height, report.dataset.images[0].width) == (512, 2048)


def test_random_damage_never_escapes_as_an_error(datasets: DatasetService, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    source = folder_of(tmp_path / "photos", 2)
    for number in range(60):
        kind = ("PNG", "JPEG", "WEBP")[number % 3]
        damaged = bytearray(content(picture(100 + number), kind))
        for position in generator.integers(8, len(damaged), 12):
            damaged[position] = generator.integers(0, 256)
        (source / f"damaged{number}.{kind.lower()}").write_bytes(bytes(damaged))
    report = datasets.import_sources(ImportRequest([source], "damaged"))
    assert len(report.dataset.images) + len(report.rejected) == 62
    assert json.dumps([note.reason for note in report.rejected])


def test_a_copy_takes_the_place_of_its_original_and_can_give_it_back(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos", 3)
    for side in (64, 100):
        picture(0, side).save(source / f"copy-{side}.png")
    datasets.import_sources(ImportRequest([source], "photos"))

    datasets.keep_instead("photos", "copy-64.png")

    swapped = datasets.get("photos")
    images = {image.original_name: image for image in swapped.every_image}
    assert (images["copy-64.png"].is_kept, images["copy-64.png"].reason) == (True, None)
    for name in ("00.png", "copy-100.png"):
        assert swapped.original_of(images[name]) == images["copy-64.png"]
    with pytest.raises(InvalidDataset):
        datasets.keep_instead("photos", "copy-64.png")

    datasets.keep_instead("photos", "00.png")
    assert {image.original_name for image in datasets.get("photos").images} == {"00.png", "01.png", "02.png"}
