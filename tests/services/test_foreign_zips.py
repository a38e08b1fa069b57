"""Zips and folders that were made elsewhere: names in old code pages, other separators, broken and locked ones."""

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.decoding.pool import shared_pool
from profile_studio.domain.datasets import FileReason, ImportReport, ImportRequest
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.datasets import DatasetService
from profile_studio.services.file_names import decode_names
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from tests.services.legacy_zips import CODE_PAGES, check_legacy_zips, legacy_zip, small_picture


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def captions(report: ImportReport) -> dict[str, str]:
    return {image.original_name: image.caption for image in report.dataset.images}


def reasons(report: ImportReport) -> list[tuple[str, FileReason]]:
    return [(note.file, note.reason) for note in report.rejected]


def folder_of(path: Path, count: int = 3) -> Path:
    path.mkdir(parents=True)
    for seed in range(count):
        (path / f"{seed:03d}.png").write_bytes(small_picture(seed))
    return path


@pytest.mark.parametrize("encoding", sorted(CODE_PAGES))
def test_one_code_page_is_found_for_all_names(encoding: str) -> None:
    names = [f"{word}.png" for word in CODE_PAGES[encoding].split(", ")]
    assert decode_names([name.encode(encoding) for name in names]) == names


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["사진.png"], "cp949"),
        (["写真.png"], "cp932"),
        (["表紙.png"], "cp932"),
        (["照片.png"], "gbk"),
        (["春天/花.png"], "gbk"),
        (["新資料夾.png"], "cp950"),
        (["Фото.png"], "cp866"),
        (["фото.png"], "cp1251"),
        (["Müller.png"], "cp437"),
        (["café.png"], "cp1252"),
        (["coração.png", "Køge.png"], "cp850"),
    ],
)
def test_a_name_or_two_are_enough_to_tell(names: list[str], encoding: str) -> None:
    assert decode_names([name.encode(encoding) for name in names]) == names


def test_utf_8_that_was_cut_in_the_middle_of_a_letter_stays_utf_8() -> None:
    assert decode_names(["여름 사진과 겨울 사진".encode()[:-1]]) == ["여름 사진과 겨울 사\ufffd"]


def test_the_unicode_field_of_a_zip_counts_more_than_its_plain_name(datasets: DatasetService, tmp_path: Path) -> None:
    files = {f"Ёлка {n}.png": small_picture(n) for n in range(3)}
    (tmp_path / "new.zip").write_bytes(legacy_zip(files, "cp1251", unicode_field=True))
    assert set(captions(datasets.import_sources(ImportRequest([tmp_path / "new.zip"], "new")))) == set(files)
    stale = legacy_zip(files, "cp1251", unicode_field=True).replace("Ёлка".encode("cp1251"), "Мост".encode("cp1251"))
    (tmp_path / "renamed.zip").write_bytes(stale)
    renamed = datasets.import_sources(ImportRequest([tmp_path / "renamed.zip"], "renamed"))
    assert set(captions(renamed)) == {f"Мост {n}.png" for n in range(3)}


def test_backslashes_divide_folders(datasets: DatasetService, tmp_path: Path) -> None:
    rows = "".join(f"{n:03d}.png,caption {n}\n" for n in range(3))
    files = {f"pics/{n:03d}.png": small_picture(n) for n in range(3)}
    files |= {"pics//": b"", "pics/metadata.csv": f"file_name,text\n{rows}".encode(), "pics/Thumbs.db": b"x"}
    (tmp_path / "list.zip").write_bytes(legacy_zip(files, separator="\\"))
    report = datasets.import_sources(ImportRequest([tmp_path / "list.zip"], "list"))
    assert captions(report) == {f"pics/{n:03d}.png": f"caption {n}" for n in range(3)}
    assert report.rejected == ()

    files = {f"img/10_sks person/{n:03d}.png": small_picture(n) for n in range(3)}
    (tmp_path / "kohya.zip").write_bytes(legacy_zip(files, separator="\\"))
    dataset = datasets.import_sources(ImportRequest([tmp_path / "kohya.zip"], "kohya")).dataset
    assert ({image.repeats for image in dataset.images}, dataset.trigger_word) == ({10}, "sks")


def test_a_second_byte_that_looks_like_a_backslash_divides_nothing(datasets: DatasetService, tmp_path: Path) -> None:
    files = {f"表紙/ソフト{n}.png": small_picture(n) for n in range(3)}
    (tmp_path / "japanese.zip").write_bytes(legacy_zip(files, "cp932"))
    assert set(captions(datasets.import_sources(ImportRequest([tmp_path / "japanese.zip"], "japanese")))) == set(files)


@pytest.mark.parametrize("name", ["..\\up.png", "a\\..\\..\\b.png", "\\root.png", "C:\\z.png"])
def test_backslashes_lead_nowhere_else(datasets: DatasetService, tmp_path: Path, name: str) -> None:
    files = {"000000.png": small_picture(0), "000001.png": small_picture(1), name: small_picture(2)}
    (tmp_path / "evil.zip").write_bytes(legacy_zip(files))
    report = datasets.import_sources(ImportRequest([tmp_path / "evil.zip"], "evil"))
    assert reasons(report) == [(name.replace("\\", "/"), FileReason.UNSAFE_PATH)]


def test_names_on_a_disk_that_are_not_utf_8_are_read_as_in_zips(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos")
    folder = os.fsencode(source) + b"/" + "새 폴더".encode("cp949")
    os.mkdir(folder)  # noqa: PTH102  a Path does not take bytes
    for name, content in (("사진.png", small_picture(9)), ("사진.txt", b"a caption"), ("혼자.txt", b"alone")):
        with open(folder + b"/" + name.encode("cp949"), "wb") as file:  # noqa: PTH123
            file.write(content)
    loose = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + "바다 여행.png".encode("cp949")))
    loose.write_bytes(small_picture(10))
    report = datasets.import_sources(ImportRequest([source, loose], "photos"))
    assert captions(report) == {
        "000.png": "", "001.png": "", "002.png": "", "새 폴더/사진.png": "a caption", "바다 여행.png": "",
    }  # fmt: skip
    assert reasons(report) == [("새 폴더/혼자.txt", FileReason.CAPTION_WITHOUT_IMAGE)]


def broken(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and then nothing")


def empty(path: Path) -> None:
    zipfile.ZipFile(path, "w").close()


def with_too_many_files(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(5001):
            archive.writestr(f"{number}.png", b"")


def locked(path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.png", small_picture(0))
        archive.writestr("b.png", small_picture(1))
    content = bytearray(buffer.getvalue())
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + flags_at] |= 1
            at = content.find(signature, at + 4)
    path.write_bytes(bytes(content))


def with_endless_directory(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(200):
            archive.writestr(f"{number}.png", b"")
            archive.infolist()[-1].comment = bytes(60_000)


def packed_with(method: int) -> Callable[[Path], None]:
    """A bomb of 2 kB, as long as bzip2 is the method: the page would take the memory for all its bytes at once."""

    def pack(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("a.png", bytes(50_000_000))

    return pack


BAD_ZIPS: list[tuple[Callable[[Path], None], FileReason, str]] = [
    (broken, FileReason.BROKEN_ZIP, "is not a zip that can be read"),
    (empty, FileReason.EMPTY_ZIP, "is an empty zip"),
    (with_too_many_files, FileReason.TOO_MANY_FILES, "holds 5001 files"),
    (locked, FileReason.PASSWORD_PROTECTED, "is protected by a password"),
    (with_endless_directory, FileReason.TOO_MANY_FILES, "lists far more than the 5000 files"),
    (packed_with(zipfile.ZIP_BZIP2), FileReason.OTHER_COMPRESSION, "with a method that is not read here"),
    (packed_with(zipfile.ZIP_LZMA), FileReason.OTHER_COMPRESSION, "with a method that is not read here"),
]


@pytest.mark.parametrize(("make", "reason", "sentence"), BAD_ZIPS)
def test_one_bad_zip_is_refused_alone(
    datasets: DatasetService, tmp_path: Path, make: Callable[[Path], None], reason: FileReason, sentence: str
) -> None:
    source = folder_of(tmp_path / "photos")
    make(source / "bad.zip")
    make(tmp_path / "loose.zip")
    report = datasets.import_sources(ImportRequest([source, tmp_path / "loose.zip"], "photos"))
    assert len(report.dataset.images) == 3
    assert reasons(report) == [("bad.zip", reason), ("loose.zip", reason)]
    with pytest.raises(InvalidDataset) as caught:  # nothing else was brought: the sentence says what to do
        datasets.import_sources(ImportRequest([tmp_path / "loose.zip"], "alone"))
    assert sentence in caught.value.message


def test_one_bad_zip_in_a_zip_is_refused_alone(datasets: DatasetService, tmp_path: Path) -> None:
    broken(tmp_path / "bad.zip")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        for seed in range(2):
            archive.writestr(f"{seed}.png", small_picture(seed))
        archive.write(tmp_path / "bad.zip", "bad.zip")
    report = datasets.import_sources(ImportRequest([tmp_path / "outer.zip"], "outer"))
    assert (len(report.dataset.images), reasons(report)) == (2, [("bad.zip", FileReason.BROKEN_ZIP)])


def test_a_name_that_says_utf_8_and_is_not_is_refused_alone(datasets: DatasetService, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for seed, name in enumerate(("모자.png", "사진.png", "겨울.png")):
            archive.writestr(name, small_picture(seed))
    mislabelled = buffer.getvalue().replace("사진".encode(), "사진아".encode("cp949"))
    (tmp_path / "album.zip").write_bytes(mislabelled)
    report = datasets.import_sources(ImportRequest([tmp_path / "album.zip"], "album"))
    assert set(captions(report)) == {"모자.png", "겨울.png"}
    assert reasons(report) == [("사진아.png", FileReason.UNREADABLE)]


def test_only_what_is_packed_with_an_unbounded_method_is_refused(datasets: DatasetService, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mixed.zip", "w") as archive:
        for seed, method in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
            archive.writestr(f"{seed}.png", small_picture(seed), method)
        archive.writestr("inner.zip", b"", zipfile.ZIP_BZIP2)
    report = datasets.import_sources(ImportRequest([tmp_path / "mixed.zip"], "mixed"))
    assert set(captions(report)) == {"0.png", "1.png"}
    assert reasons(report) == [(name, FileReason.OTHER_COMPRESSION) for name in ("2.png", "3.png", "inner.zip")]


def test_only_the_locked_pictures_of_a_zip_are_refused(datasets: DatasetService, tmp_path: Path) -> None:
    locked(tmp_path / "locked.zip")
    mixed = bytearray((tmp_path / "locked.zip").read_bytes())
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        mixed[mixed.find(signature) + flags_at] &= 0xFE
    (tmp_path / "mixed.zip").write_bytes(bytes(mixed))
    report = datasets.import_sources(ImportRequest([folder_of(tmp_path / "photos"), tmp_path / "mixed.zip"], "mixed"))
    assert reasons(report)[0] == ("b.png", FileReason.PASSWORD_PROTECTED)


def test_links_are_refused_alone_and_called_links(datasets: DatasetService, tmp_path: Path) -> None:
    source = folder_of(tmp_path / "photos")
    (tmp_path / "elsewhere.png").write_bytes(small_picture(9))
    (source / "link.png").symlink_to(tmp_path / "elsewhere.png")
    (source / "lost.png").symlink_to(tmp_path / "nowhere.png")
    (source / "loop").symlink_to(source)
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("001.png", small_picture(8))
    report = datasets.import_sources(ImportRequest([source, tmp_path / "links.zip"], "photos"))
    assert len(report.dataset.images) == 4
    assert reasons(report) == [
        ("loop", FileReason.LINK),
        ("link.png", FileReason.LINK),
        ("lost.png", FileReason.LINK),
        ("link.png", FileReason.UNSAFE_PATH),
    ]


def test_a_folder_that_may_not_be_opened_is_named(
    datasets: DatasetService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder_of(tmp_path / "photos")
    folder_of(source / "closed")
    scandir = os.scandir

    def denied(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)  # root may open every folder
    report = datasets.import_sources(ImportRequest([source], "photos"))
    assert reasons(report) == [("closed", FileReason.UNREADABLE)]


def test_random_zips_of_other_countries_come_back_as_they_were_packed(tmp_path: Path) -> None:
    assert check_legacy_zips(27, tmp_path, shared_pool()) > 100
