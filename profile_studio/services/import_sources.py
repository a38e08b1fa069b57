"""Lists the files in what was dropped: files, folders, zips, zips in zips. Nothing is believed but bytes."""

import contextlib
import lzma
import os
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.domain.datasets import FileNote, FileReason
from profile_studio.domain.errors import InvalidDataset

MAXIMUM_FILE_BYTES = 50_000_000
MAXIMUM_ZIP_ENTRIES = 5000
MAXIMUM_ZIP_BYTES = 4_000_000_000
MAXIMUM_ZIP_RATIO = 100
LOOSE = "loose:"  # begins the group of files that were given one by one
_FREE_RATIO_BYTES = 1_000_000  # below this even a perfectly compressed file is harmless
_LEFTOVERS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")  # written by systems, not chosen by people
_UTF8_NAME = 0x800  # the zip flag that says how a name is written
_ZIP_ERRORS = (zipfile.BadZipFile, OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class FoundFile:
    """A file as found. `group` keeps the captions of one source apart from those of another.

    `folder` is the name of the folder it lies in, which may say how often it counts.
    """

    shown_name: str
    group: str
    path: PurePosixPath
    folder: str
    read: Callable[[], bytes]


def find_files(sources: Sequence[Path], rejected: list[FileNote], open_zips: contextlib.ExitStack) -> list[FoundFile]:
    """Every file of the sources, in a steady order; what may not be looked at goes to `rejected`.

    Args:
        open_zips: keeps the zips open while the files are read.

    Raises:
        InvalidDataset: a source does not exist, or a zip is broken, empty or beyond the limits.
    """
    walk = _Walk(rejected, open_zips)
    for number, source in enumerate(sources):
        if source.is_dir():
            walk.folder(source, f"folder:{number}")
        elif source.is_file() and _looks_like_zip(source.name):
            walk.zip_file(source, source.name, f"zip:{number}", _ZipBudget(source.name))
        elif source.is_file():
            path = PurePosixPath(source.name)
            walk.found.append(
                FoundFile(source.name, f"{LOOSE}{source.parent}", path, "", lambda source=source: _read_file(source))
            )
        else:
            raise InvalidDataset(f"There is no file or folder {source.name!r}.", "Check the path.")
    return walk.found


def read_limited(file: IO[bytes], limit: int) -> bytes:
    """All bytes of a file.

    Raises:
        RejectedPicture: there are more than `limit`.
    """
    content = file.read(limit + 1)
    if len(content) > limit:
        raise RejectedPicture(FileReason.TOO_LARGE)
    return content


@dataclass
class _ZipBudget:
    """What one dropped zip may still unpack to, the zips in it included."""

    shown_archive: str
    entries: int = 0
    unpacked_bytes: int = 0

    def spend_entries(self, count: int) -> None:
        self.entries += count
        if self.entries > MAXIMUM_ZIP_ENTRIES:
            raise InvalidDataset(
                f"{self.shown_archive} holds {self.entries} files; at most {MAXIMUM_ZIP_ENTRIES} are allowed.",
                "Split it, or import the unpacked folder.",
            )

    def spend_bytes(self, count: int) -> None:
        self.unpacked_bytes += count
        if self.unpacked_bytes > MAXIMUM_ZIP_BYTES:
            raise InvalidDataset(
                f"{self.shown_archive} unpacks to more than {MAXIMUM_ZIP_BYTES // 10**9} GB.",
                "Split it, or import the unpacked folder.",
            )


class _Walk:
    def __init__(self, rejected: list[FileNote], open_zips: contextlib.ExitStack) -> None:
        self.found: list[FoundFile] = []
        self._rejected = rejected
        self._open_zips = open_zips

    def folder(self, folder: Path, group: str) -> None:
        for parent, folders, names in os.walk(folder):
            folders.sort()
            for name in [*folders, *sorted(names)]:
                self._path_in_folder(folder, Path(parent) / name, group)

    def _path_in_folder(self, folder: Path, path: Path, group: str) -> None:
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_symlink():
            self._rejected.append(FileNote(str(relative), FileReason.UNSAFE_PATH))
        elif path.is_dir() or _is_leftover(relative):
            return
        elif not path.is_file():  # a pipe or a device would never end
            self._rejected.append(FileNote(str(relative), FileReason.NOT_AN_IMAGE))
        elif _looks_like_zip(path.name):
            self.zip_file(path, str(relative), f"{group}/{relative}", _ZipBudget(str(relative)))
        else:
            self.found.append(FoundFile(str(relative), group, relative, path.parent.name, lambda: _read_file(path)))

    def zip_file(self, file: Path | IO[bytes], shown_archive: str, group: str, budget: _ZipBudget) -> None:
        try:
            archive = self._open_zips.enter_context(zipfile.ZipFile(file))
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        except _ZIP_ERRORS as error:
            raise InvalidDataset(
                f"{shown_archive} is not a zip that can be read.", "Pack the pictures again, or import the folder."
            ) from error
        if not entries:
            raise InvalidDataset(f"{shown_archive} is an empty zip.", "Put pictures into it and try again.")
        budget.spend_entries(len(entries))
        for entry in entries:
            self._entry(archive, entry, group, budget)

    def _entry(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, group: str, budget: _ZipBudget) -> None:
        name = _entry_name(entry)
        path = PurePosixPath(name)
        if _is_unsafe(name, entry):
            self._rejected.append(FileNote(name, FileReason.UNSAFE_PATH))
        elif _is_leftover(path):
            return
        elif _looks_like_zip(name):
            self._zip_in_zip(archive, entry, path, group, budget)
        else:
            read = lambda: _read_entry(archive, entry, budget)  # noqa: E731
            self.found.append(FoundFile(str(path), group, path, path.parent.name, read))

    def _zip_in_zip(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: PurePosixPath, group: str, budget: _ZipBudget
    ) -> None:
        """A zip in a zip counts against the limits of the one it lies in; the next one inside is no longer opened."""
        if group.count("!"):
            self._rejected.append(FileNote(str(path), FileReason.NOT_AN_IMAGE))
            return
        inner = self._open_zips.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
        try:
            inner.write(_read_entry(archive, entry, budget))
            self.zip_file(inner, str(path), f"{group}!{path}", budget)
        except RejectedPicture as rejection:
            self._rejected.append(FileNote(str(path), rejection.reason))


def _looks_like_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_leftover(path: PurePosixPath) -> bool:
    return bool(set(path.parts) & set(_LEFTOVERS)) or path.name.startswith("._")


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: older packers write it in the code page of their country without saying so."""
    if not entry.flag_bits & _UTF8_NAME:
        with contextlib.suppress(UnicodeEncodeError):
            raw = entry.filename.encode("cp437")
            for encoding in ("utf-8", "cp949"):
                with contextlib.suppress(UnicodeDecodeError):
                    return unicodedata.normalize("NFC", raw.decode(encoding))
    return unicodedata.normalize("NFC", entry.filename)


def _is_unsafe(name: str, entry: zipfile.ZipInfo) -> bool:
    name = name.replace("\\", "/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return read_limited(file, MAXIMUM_FILE_BYTES)
    except OSError as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _ZipBudget) -> bytes:
    # What the directory says about sizes may be a lie: only bytes that really came out are counted.
    limit = min(MAXIMUM_FILE_BYTES, max(_FREE_RATIO_BYTES, MAXIMUM_ZIP_RATIO * entry.compress_size))
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)
    except (*_ZIP_ERRORS, zlib.error, lzma.LZMAError, EOFError) as error:
        # RuntimeError: encrypted, or an unknown compression.
        raise RejectedPicture(FileReason.UNREADABLE) from error
    budget.spend_bytes(len(content))
    if len(content) > limit:
        raise RejectedPicture(FileReason.TOO_LARGE)
    return content
