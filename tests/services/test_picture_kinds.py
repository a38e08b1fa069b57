"""Which kinds of files are read as pictures, and what is said of those that are not."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from profile_studio.decoding.decode import MAXIMUM_PIXELS, RejectedPicture, read_picture
from profile_studio.decoding.pool import DecodedPicture, shared_pool
from profile_studio.domain.datasets import FileReason, ImportRequest
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.datasets import DatasetService
from profile_studio.services.import_sources import MAXIMUM_FILE_BYTES, read_limited
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.ui.texts import ENGLISH
from tests.services.legacy_zips import small_picture


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


def picture(seed: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(small_picture(seed))).convert("RGB")


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["AVIF", "BMP", "TIFF", "GIF"])
@pytest.mark.parametrize("frames", [1, 3])
def test_the_first_frame_of_each_kind_is_read_and_told(
    datasets: DatasetService, tmp_path: Path, kind: str, frames: int
) -> None:
    if kind == "BMP" and frames > 1:
        return  # there is no such thing
    options: dict[str, object] = {"quality": 100, "subsampling": "4:4:4"} if kind == "AVIF" else {}
    if frames > 1:
        options |= {"save_all": True, "append_images": [picture(n) for n in range(1, frames)]}
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / f"a.{kind.lower()}").write_bytes(saved(picture(), kind, **options))
    (folder / "b.png").write_bytes(small_picture(9))
    report = datasets.import_sources(ImportRequest([folder], "set"))
    with Image.open(report.dataset.images[0].path) as stored:
        difference = np.abs(np.asarray(stored).astype(int) - np.asarray(picture()).astype(int))
    assert difference.mean() < 4
    told = {note.reason for note in report.warnings if note.file == f"a.{kind.lower()}"}
    assert told - {FileReason.ENLARGED} == ({FileReason.FIRST_FRAME} if frames > 1 else set())


def test_a_tiff_is_turned_upright_once() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    wide = Image.new("RGB", (64, 32), "red")
    wide.paste("blue", (0, 0, 32, 32))
    upright = read_picture(saved(wide, "TIFF", exif=exif)).image
    assert upright.size == (32, 64)
    assert (upright.getpixel((16, 8)), upright.getpixel((16, 56))) == ((0, 0, 255), (255, 0, 0))


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("a.png")
        info.size = len(small_picture(0))
        archive.addfile(info, io.BytesIO(small_picture(0)))
    return buffer.getvalue()


def raw_photo() -> bytes:
    """The small picture that a raw photo begins with, as NEF, ARW and DNG mark it."""
    return saved(picture(), "TIFF", tiffinfo={254: 1})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tar(), FileReason.ARCHIVE_TO_UNPACK),
        (b"Rar!\x1a\x07\x01\x00" + bytes(64), FileReason.ARCHIVE_TO_UNPACK),
        (b"7z\xbc\xaf\x27\x1c" + bytes(64), FileReason.ARCHIVE_TO_UNPACK),
        (b"\x1f\x8b\x08" + bytes(64), FileReason.ARCHIVE_TO_UNPACK),
        (b"ALZ\x01" + bytes(64), FileReason.ARCHIVE_TO_UNPACK),
        (b"PAR1" + bytes(64), FileReason.TABLE_OF_PICTURES),
        (b"ARROW1\0\0" + bytes(64), FileReason.TABLE_OF_PICTURES),
        (raw_photo(), FileReason.OTHER_PICTURE_FORMAT),
        (b"II*\0\x10\0\0\0CR\x02\0" + bytes(64), FileReason.OTHER_PICTURE_FORMAT),
        (b"\0\0\0\x18ftypcrx " + bytes(64), FileReason.OTHER_PICTURE_FORMAT),
        (b"\xff\x0a" + bytes(64), FileReason.OTHER_PICTURE_FORMAT),
        (b"8BPS" + bytes(64), FileReason.OTHER_PICTURE_FORMAT),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileReason.OTHER_PICTURE_FORMAT),
        (b"%PDF-1.4", FileReason.NOT_AN_IMAGE),
        (b"", FileReason.NOT_AN_IMAGE),
    ],
)
def test_what_is_left_out_is_named_by_what_it_is(content: bytes, reason: FileReason) -> None:
    with pytest.raises(RejectedPicture) as caught:
        read_picture(content)
    assert caught.value.reason is reason
    assert ENGLISH.pictures.reasons[reason]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"PAR1", FileReason.TABLE_OF_PICTURES), (tar()[:512], FileReason.ARCHIVE_TO_UNPACK), (b"", FileReason.TOO_LARGE)],
)
def test_a_file_beyond_the_limit_is_named_by_what_it_is_too(content: bytes, reason: FileReason) -> None:
    with pytest.raises(RejectedPicture) as caught:
        read_limited(io.BytesIO(content + bytes(1000)), limit=999)
    assert caught.value.reason is reason


@pytest.mark.parametrize("make", [tar, lambda: b"Rar!\x1a\x07\x01\x00" + bytes(64)])
def test_another_archive_that_is_called_zip_is_named(
    datasets: DatasetService, tmp_path: Path, make: Callable[[], bytes]
) -> None:
    (tmp_path / "set.zip").write_bytes(make())
    with pytest.raises(InvalidDataset) as caught:
        datasets.import_sources(ImportRequest([tmp_path / "set.zip"], "set"))
    assert caught.value.message == "set.zip is not a zip but another kind of archive."


@pytest.mark.parametrize(
    ("size", "mode", "kind"),
    [
        ((9248, 6944), "RGB", "JPEG"),  # what a phone of 64 megapixels saves
        ((9984, 9984), "RGBA", "PNG"),
    ],
)
def test_the_largest_pictures_fit_into_the_memory_of_a_decoding_process(
    size: tuple[int, int], mode: str, kind: str
) -> None:
    large = Image.new(mode, size, "teal")
    large.paste("orange", (0, 0, size[0] // 2, size[1] // 2))
    decoded = shared_pool().decode(saved(large, kind, **({"compress_level": 1} if kind == "PNG" else {})))
    assert isinstance(decoded, DecodedPicture)
    assert max(decoded.height, decoded.width) <= 2048


def test_a_picture_of_more_megapixels_is_told_how_many_there_may_be() -> None:
    with pytest.raises(RejectedPicture) as caught:
        read_picture(saved(Image.new("1", (10_001, 10_001)), "PNG"))
    assert caught.value.reason is FileReason.TOO_LARGE
    sentence = ENGLISH.pictures.reasons[FileReason.TOO_LARGE]
    assert f"{MAXIMUM_PIXELS // 10**6} megapixels" in sentence
    assert f"{MAXIMUM_FILE_BYTES // 10**6} MB" in sentence
