"""However people pack the same pictures, the same data set comes out."""

import csv
import io
import json
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from profile_studio.decoding.decode import RejectedPicture, read_picture
from profile_studio.domain.datasets import Dataset, FileReason, ImportRequest
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.ui.texts import ENGLISH

NAMES = ["IMG_1", "b", "c d", "여름 사진", "🎈party", "É", *(f"{n:02d}" for n in range(6))]
CAPTIONS = [f"a portrait, number {n}" for n in range(10)] + ["모자를 쓴 사람", "a café, “quoted”"]


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((96, 96), Image.Resampling.NEAREST).save(buffer, "PNG")
    return buffer.getvalue()


def write_pictures(folder: Path, suffix: str = ".png") -> Path:
    folder.mkdir(parents=True)
    for seed, name in enumerate(NAMES):
        (folder / f"{name}{suffix}").write_bytes(png(seed))
    return folder


def write_beside(folder: Path, suffix: str, encoding: str = "utf-8") -> Path:
    for name, caption in zip(NAMES, CAPTIONS, strict=True):
        (folder / f"{name}{suffix}").write_text(caption, encoding=encoding)
    return folder


def flat_txt(tmp_path: Path) -> Path:
    return write_beside(write_pictures(tmp_path / "flat", ".PNG"), ".txt", "utf-8-sig")


def nested_caption(tmp_path: Path) -> Path:
    write_beside(write_pictures(tmp_path / "nested" / "deep" / "er"), ".caption", "utf-16")
    return tmp_path / "nested"


def kohya(tmp_path: Path) -> Path:
    write_beside(write_pictures(tmp_path / "kohya" / "1_pxl person"), ".txt", "utf-16-le")
    return tmp_path / "kohya"


def metadata_csv(tmp_path: Path) -> Path:
    folder = write_pictures(tmp_path / "csv")
    with (folder / "metadata.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(
            [("file_name", "text"), *((f"{name}.png", text) for name, text in zip(NAMES, CAPTIONS, strict=True))]
        )
    return folder


def image_folder(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "hf" / "train" / "images")
    rows = [{"file_name": f"images/{n}.png", "text": text} for n, text in zip(NAMES, CAPTIONS, strict=True)]
    lines = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "hf" / "train" / "metadata.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path / "hf"


def captions_map(tmp_path: Path) -> Path:
    folder = write_pictures(tmp_path / "map")
    captions = {f"{name}.png": text for name, text in zip(NAMES, CAPTIONS, strict=True)}
    (folder / "captions.json").write_text(json.dumps(captions, ensure_ascii=False), encoding="utf-16")
    return folder


def captions_list(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "list" / "pictures")
    rows = [{"image": f"{name}.png", "caption": text} for name, text in zip(NAMES, CAPTIONS, strict=True)]
    (tmp_path / "list" / "captions.json").write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path / "list"


def zip_in_zip(tmp_path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for seed, (name, caption) in enumerate(zip(NAMES, CAPTIONS, strict=True)):
            # macOS writes accents and Korean in parts; the caption's name is written in one piece.
            archive.writestr(f"album/{unicodedata.normalize('NFD', name)}.png", png(seed))
            archive.writestr(f"album/{name}.txt", caption)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    return tmp_path / "outer.zip"


def captions_apart(tmp_path: Path) -> Path:
    write_pictures(tmp_path / "apart" / "images")
    (tmp_path / "apart" / "captions").mkdir()
    write_beside(tmp_path / "apart" / "captions", ".png.txt")
    return tmp_path / "apart"


def zip_and_list(tmp_path: Path) -> Path:
    (tmp_path / "both").mkdir()
    with zipfile.ZipFile(tmp_path / "both" / "images.zip", "w") as archive:
        for seed, name in enumerate(NAMES):
            archive.writestr(f"pics/{name}.png", png(seed))
    rows = [f"C:\\Users\\me\\pics\\{name}.png,{text}" for name, text in zip(NAMES, CAPTIONS, strict=True)]
    (tmp_path / "both" / "my list.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "both"


LAYOUTS: list[Callable[[Path], Path]] = [
    flat_txt, nested_caption, kohya, metadata_csv, image_folder, captions_map, captions_list, zip_in_zip,
    captions_apart, zip_and_list,
]  # fmt: skip


def manifest(dataset: Dataset) -> dict[str, tuple[str, bool, int]]:
    return {image.image_id: (image.caption, image.held_out, image.repeats) for image in dataset.images}


def test_ten_layouts_of_the_same_twelve_pictures_are_one_data_set(datasets: DatasetService, tmp_path: Path) -> None:
    reports = [
        datasets.import_sources(ImportRequest([make(tmp_path)], f"set-{n}", "pxl")) for n, make in enumerate(LAYOUTS)
    ]
    assert [report.rejected for report in reports] == [()] * 10
    assert sorted(caption for caption, _, _ in manifest(reports[0].dataset).values()) == sorted(CAPTIONS)
    assert all(manifest(report.dataset) == manifest(reports[0].dataset) for report in reports)
    assert {report.dataset.version for report in reports} == {reports[0].dataset.version}


def test_a_kohya_folder_says_how_often_its_pictures_count_and_what_they_show(
    datasets: DatasetService, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "sets" / "10_sks person")
    report = datasets.import_sources(ImportRequest([tmp_path / "sets"], "faces"))
    assert {image.repeats for image in report.dataset.images} == {10}
    assert (report.dataset.trigger_word, report.dataset.class_word) == ("sks", "person")
    assert {note.reason for note in report.warnings} >= {FileReason.REPEATED}


def test_a_year_before_a_name_is_no_number_of_repeats(datasets: DatasetService, tmp_path: Path) -> None:
    write_pictures(tmp_path / "2024_holiday")
    report = datasets.import_sources(ImportRequest([tmp_path / "2024_holiday"], "holiday"))
    assert {image.repeats for image in report.dataset.images} == {1}


def test_layouts_may_be_mixed_and_what_lies_beside_a_picture_counts_more_than_a_list(
    datasets: DatasetService, tmp_path: Path
) -> None:
    folder = metadata_csv(tmp_path)
    (folder / "b.txt").write_text("by hand", encoding="utf-8")
    nested = nested_caption(tmp_path)
    report = datasets.import_sources(ImportRequest([folder, nested], "mixed"))
    assert {image.caption for image in report.dataset.images if image.original_name == "b.png"} == {"by hand"}
    assert len(report.rejected) == 12  # the same twelve pictures again
    assert {note.reason for note in report.rejected} == {FileReason.DUPLICATE}


def test_names_in_a_korean_zip_are_read_as_they_were_written(datasets: DatasetService, tmp_path: Path) -> None:
    names = [name.encode("cp949") for name in ("여름.png", "겨울.png")]
    (tmp_path / "korean.zip").write_bytes(stored_zip([(name, png(n)) for n, name in enumerate(names)]))
    report = datasets.import_sources(ImportRequest([tmp_path / "korean.zip"], "korean"))
    assert {image.original_name for image in report.dataset.images} == {"여름.png", "겨울.png"}


def stored_zip(entries: list[tuple[bytes, bytes]]) -> bytes:
    """A zip whose names are raw bytes, without the flag that says UTF-8."""
    buffer = io.BytesIO()
    placeholders = [f"{n:08d}" for n in range(len(entries))]
    with zipfile.ZipFile(buffer, "w") as archive:
        for placeholder, (name, content) in zip(placeholders, entries, strict=True):
            assert len(name) == len(placeholder)
            archive.writestr(placeholder, content)
    raw = buffer.getvalue()
    for placeholder, (name, _) in zip(placeholders, entries, strict=True):
        raw = raw.replace(placeholder.encode(), name)
    return raw


def heic(seed: int, orientation: int) -> bytes:
    """A picture 128 px wide and 96 px high as a phone writes it, its left half blue."""
    pillow_heif.register_heif_opener()
    image = Image.open(io.BytesIO(png(seed))).resize((128, 96))
    image.paste("blue", (0, 0, 64, 96))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "a phone"
    buffer = io.BytesIO()
    image.save(buffer, "HEIF", exif=exif.tobytes())
    return buffer.getvalue()


def test_a_phones_heic_is_turned_upright_and_called_converted(datasets: DatasetService, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "phone")
    (folder / "IMG_7.HEIC").write_bytes(heic(7, orientation=6))  # the phone was held upright: turn it clockwise
    (folder / "IMG_7.txt").write_text("a portrait", encoding="utf-8")
    (folder / "IMG_8.heic").write_bytes(heic(8, orientation=1))
    report = datasets.import_sources(ImportRequest([folder], "phone"))
    assert {(note.file, note.reason) for note in report.warnings} >= {
        ("IMG_7.HEIC", FileReason.CONVERTED),
        ("IMG_8.heic", FileReason.CONVERTED),
    }
    upright = next(image for image in report.dataset.images if image.original_name == "IMG_7.HEIC")
    assert (upright.height, upright.width, upright.caption) == (128, 96, "a portrait")
    with Image.open(upright.path) as kept:
        assert (kept.format, dict(kept.getexif())) == ("PNG", {})
        red, _, blue = kept.getpixel((48, 16))
        assert blue > 200 > red


def test_a_heic_that_breaks_off_or_is_none_is_told(datasets: DatasetService, tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "phone")
    whole = heic(7, orientation=1)
    (folder / "IMG_7.HEIC").write_bytes(whole[: len(whole) * 3 // 4])
    (folder / "IMG_8.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    report = datasets.import_sources(ImportRequest([folder], "phone"))
    assert [(note.file, note.reason) for note in report.rejected] == [
        ("IMG_7.HEIC", FileReason.UNREADABLE),
        ("IMG_8.HEIC", FileReason.UNREADABLE),
    ]


def test_without_the_package_for_heic_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as where it is not installed
    with pytest.raises(RejectedPicture) as caught:
        read_picture(b"\0\0\0\x18ftypheic" + bytes(64))
    assert "install pillow-heif" in ENGLISH.pictures.reasons[caught.value.reason]


def test_a_picture_of_another_kind_than_its_name_says_is_read_and_told(
    datasets: DatasetService, tmp_path: Path
) -> None:
    folder = write_pictures(tmp_path / "wrong", ".JPG")
    report = datasets.import_sources(ImportRequest([folder], "wrong"))
    assert len(report.dataset.images) == 12
    assert {note.reason for note in report.warnings} >= {FileReason.WRONG_EXTENSION}
