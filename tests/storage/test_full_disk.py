"""A full disk is known by every library's error, on devices and databases that are really full."""

import errno
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psycopg.errors
import pytest
import safetensors.numpy
import torch
from PIL import Image
from sqlalchemy.exc import DBAPIError

from profile_studio.domain.errors import DiskFull
from profile_studio.files.full_disk import check_room, disk_full, free_bytes, keep_reserve, spend_reserve
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from tests.small_disk import small_disk

FULL = Path("/dev/full")
NUMBERS = np.zeros(300_000, np.float32)


def write_bytes(_settings: Settings) -> None:
    FULL.write_bytes(NUMBERS.tobytes())


def write_torch(_settings: Settings) -> None:
    with FULL.open("wb") as file:
        torch.save({"numbers": torch.from_numpy(NUMBERS)}, file)


def write_safetensors(settings: Settings) -> None:
    # Not onto /dev/full: the library writes a file beside it and puts that in its place.
    with small_disk(settings.resolved_home / "small", 10**6) as disk:
        safetensors.numpy.save_file({"numbers": NUMBERS}, disk / "numbers.safetensors")


def write_picture(_settings: Settings) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    with FULL.open("wb") as file:
        Image.fromarray(noise).save(file, format="PNG")


def write_zip(_settings: Settings) -> None:
    with FULL.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("numbers", NUMBERS.tobytes())


def write_row(settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    with database.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (content BLOB)")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.exec_driver_sql("INSERT INTO numbers VALUES (zeroblob(1000000))")


def write_to_server(_settings: Settings) -> None:
    error = psycopg.errors.DiskFull("could not extend file")
    raise DBAPIError.instance("INSERT", {}, error, psycopg.Error) from error


def write_beyond_quota(_settings: Settings) -> None:
    raise OSError(errno.EDQUOT, "Disk quota exceeded")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "write",
    [
        write_bytes,
        write_torch,
        write_safetensors,
        write_picture,
        write_zip,
        write_row,
        write_to_server,
        write_beyond_quota,
    ],
)
def test_a_full_disk_is_known_in_every_wrapping(write: Callable[[Settings], None], settings: Settings) -> None:
    with pytest.raises(Exception) as caught:  # each library has a class of its own
        write(settings)
    assert isinstance(disk_full(caught.value), DiskFull)
    outer = RuntimeError("could not be kept")
    outer.__cause__ = caught.value
    assert isinstance(disk_full(outer), DiskFull)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "Permission denied"),
        OSError(errno.EFBIG, "File too large"),
        sqlite3.OperationalError("database is locked"),
        RuntimeError("[enforce fail at inline_container.cc:672]"),
        MemoryError(),
    ],
)
def test_another_fault_is_not_a_full_disk(error: Exception) -> None:
    assert disk_full(error) is None


def test_something_big_is_refused_before_a_part_of_it_is_written(tmp_path: Path) -> None:
    check_room(tmp_path, 1000)
    with pytest.raises(DiskFull, match="The disk is full"):
        check_room(tmp_path, free_bytes(tmp_path))


def test_the_reserve_is_kept_once_and_spent_when_it_is_needed(tmp_path: Path) -> None:
    keep_reserve(tmp_path)
    (reserve,) = tmp_path.iterdir()
    kept = reserve.read_bytes()
    keep_reserve(tmp_path)
    assert reserve.read_bytes() == kept
    spend_reserve(tmp_path)
    spend_reserve(tmp_path)
    assert not reserve.exists()
