"""Lists the files in what was dropped: files, folders, zips, zips in zips. Nothing is believed but bytes."""

import contextlib
import os
import stat
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.decoding.other_files import kind_of
from profile_studio.domain.datasets import FileNote, FileReason
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.file_names import decode_names, directory_bytes, open_zip, zip_names
from profile_studio.services.found_files import LOOSE, FoundFile, is_hidden, is_leftover, looks_like_picture

MAXIMUM_FILE_BYTES = 50_000_000
MAXIMUM_ZIP_ENTRIES = 5000
MAXIMUM_DIRECTORY_BYTES = 10_000_000  # some ten times what that many entries take; Python makes an object of each
MAXIMUM_ZIP_BYTES = 4_000_000_000
MAXIMUM_ZIP_RATIO = 100
# Python's bzip2 and LZMA have no bound: they unpack a whole block before a byte can be counted.
_BOUNDED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FREE_RATIO_BYTES = 1_000_000  # below this even a perfectly compressed file is harmless
_ENCRYPTED_FLAG = 0x1
_SIGNATURE_BYTES = 512
_ZIP_ERRORS = (zipfile.BadZipFile, OSError, ValueError, RuntimeError)


def find_files(sources: Sequence[Path], rejected: list[FileNote], open_zips: contextlib.ExitStack) -> list[FoundFile]:
    """Every file of the sources, in a steady order; what may not be looked at goes to `rejected`.

    Args:
        open_zips: keeps the zips open while the files are read.

    Raises:
        InvalidDataset: a source does not exist, or there is nothing but zips that are broken, empty, protected or
            beyond the limits.
    """
    walk = _Walk(rejected, open_zips)
    for number, source in enumerate(sources):
        (name,) = _readable_names([source.name])
        if source.is_dir():
            walk.folder(source, f"folder:{number}")
        elif source.is_file() and _looks_like_zip(source.name):
            walk.zip_file(source, name, f"zip:{number}", _ZipBudget(name))
        elif source.is_file():
            path = PurePosixPath(name)
            walk.found.append(
                FoundFile(name, f"{LOOSE}{source.parent}", path, "", lambda source=source: _read_file(source))
            )
        else:
            raise InvalidDataset("There is no file or folder {name!r}.", "Check the path.", name=source.name)
    if not walk.found and walk.refused_zips:
        raise walk.refused_zips[0]
    return walk.found


def read_limited(file: IO[bytes], limit: int) -> bytes:
    """All bytes of a file.

    Raises:
        RejectedPicture: there are more than `limit`.
    """
    content = file.read(limit + 1)
    if len(content) > limit:
        raise RejectedPicture(kind_of(content) or FileReason.TOO_LARGE)
    return content


@dataclass
class _ZipBudget:
    """What one dropped zip may still unpack to, the zips in it included."""

    shown_archive: str
    entries: int = 0
    unpacked_bytes: int = 0

    def spend_bytes(self, count: int) -> None:
        self.unpacked_bytes += count
        if self.unpacked_bytes > MAXIMUM_ZIP_BYTES:
            raise InvalidDataset(
                "{archive} unpacks to more than {gb} GB.",
                "Split it, or import the unpacked folder.",
                archive=self.shown_archive,
                gb=MAXIMUM_ZIP_BYTES // 10**9,
            )


class _Walk:
    def __init__(self, rejected: list[FileNote], open_zips: contextlib.ExitStack) -> None:
        self.found: list[FoundFile] = []
        self.refused_zips: list[InvalidDataset] = []
        self._rejected = rejected
        self._open_zips = open_zips

    def folder(self, folder: Path, group: str) -> None:
        paths: list[Path] = []
        for parent, folders, names in os.walk(folder, onerror=lambda error: self._closed_folder(folder, error)):
            folders.sort()
            paths += [Path(parent) / name for name in [*folders, *sorted(names)]]
        shown_names = _readable_names([path.relative_to(folder).as_posix() for path in paths])
        for path, shown_name in zip(paths, shown_names, strict=True):
            self._path_in_folder(path, shown_name, group)

    def _closed_folder(self, folder: Path, error: OSError) -> None:
        closed = Path(error.filename or folder)
        (name,) = _readable_names([closed.relative_to(folder).as_posix() if closed != folder else folder.name])
        self._rejected.append(FileNote(name, FileReason.UNREADABLE))

    def _path_in_folder(self, path: Path, shown_name: str, group: str) -> None:
        relative = PurePosixPath(shown_name)
        if is_leftover(relative):
            return
        if is_hidden(relative):
            self._hidden(relative, is_file=path.is_file())
        elif path.is_symlink():
            self._rejected.append(FileNote(shown_name, FileReason.LINK))
        elif path.is_dir():
            return
        elif not path.is_file():  # a pipe or a device would never end
            self._rejected.append(FileNote(shown_name, FileReason.NOT_AN_IMAGE))
        elif _looks_like_zip(path.name):
            self.zip_file(path, shown_name, f"{group}/{shown_name}", _ZipBudget(shown_name))
        else:
            folder = relative.parent.name or _readable_names([path.parent.name])[0]
            self.found.append(FoundFile(shown_name, group, relative, folder, lambda: _read_file(path)))

    def _hidden(self, path: PurePosixPath, *, is_file: bool) -> None:
        if is_file and looks_like_picture(path):
            self._rejected.append(FileNote(str(path), FileReason.HIDDEN))

    def zip_file(self, file: Path | IO[bytes], shown_archive: str, group: str, budget: _ZipBudget) -> None:
        opened = self._open_zips.enter_context(file.open("rb")) if isinstance(file, Path) else file
        try:
            if directory_bytes(opened) > MAXIMUM_DIRECTORY_BYTES:
                self._refuse_zip(shown_archive, _endless(shown_archive))
                return
            archive = self._open_zips.enter_context(open_zip(opened))
        except _ZIP_ERRORS:
            opened.seek(0)
            self._refuse_zip(shown_archive, _no_zip(opened.read(_SIGNATURE_BYTES), shown_archive))
            return
        names = zip_names(archive.infolist())
        entries = [(entry, name) for entry, name in zip(archive.infolist(), names, strict=True) if not _is_folder(name)]
        budget.entries += len(entries)
        refusal = _refusal([entry for entry, _ in entries], shown_archive, budget)
        if refusal is not None:
            self._refuse_zip(shown_archive, refusal)
            return
        for entry, name in entries:
            self._entry(archive, entry, name, group, budget)

    def _refuse_zip(self, shown_archive: str, refusal: "_Refusal") -> None:
        reason, error = refusal
        self._rejected.append(FileNote(shown_archive, reason))
        self.refused_zips.append(error)

    def _entry(
        self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, group: str, budget: _ZipBudget
    ) -> None:
        path = PurePosixPath(name)
        if _is_unsafe(name, entry):
            self._rejected.append(FileNote(name, FileReason.UNSAFE_PATH))
        elif is_leftover(path):
            return
        elif is_hidden(path):
            self._hidden(path, is_file=True)
        elif _is_encrypted(entry):
            self._rejected.append(FileNote(name, FileReason.PASSWORD_PROTECTED))
        elif not _is_bounded(entry):
            self._rejected.append(FileNote(name, FileReason.OTHER_COMPRESSION))
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
        except RejectedPicture as rejection:
            self._rejected.append(FileNote(str(path), rejection.reason))
        else:
            self.zip_file(inner, str(path), f"{group}!{path}", budget)


def _readable_names(names: Sequence[str]) -> list[str]:
    """Names as they can be stored and printed: those on a disk that are no Unicode are read in one old code page."""
    raw = [os.fsencode(name) for name in names if not _is_unicode(name)]
    decoded = iter(decode_names(raw))
    return [unicodedata.normalize("NFC", name) if _is_unicode(name) else next(decoded) for name in names]


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _looks_like_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_folder(name: str) -> bool:
    return name.endswith("/")


_Refusal = tuple[FileReason, InvalidDataset]
"""Why a zip is left out, and what is said where there is nothing but it."""


def _no_zip(first_bytes: bytes, shown_archive: str) -> _Refusal:
    if kind_of(first_bytes) is FileReason.ARCHIVE_TO_UNPACK:
        return FileReason.ARCHIVE_TO_UNPACK, InvalidDataset(
            "{archive} is not a zip but another kind of archive.",
            "Unpack it and import the folder, or pack the pictures as a zip.",
            archive=shown_archive,
        )
    return FileReason.BROKEN_ZIP, InvalidDataset(
        "{archive} is not a zip that can be read.",
        "Pack the pictures again, or import the folder.",
        archive=shown_archive,
    )


def _refusal(entries: Sequence[zipfile.ZipInfo], shown_archive: str, budget: _ZipBudget) -> _Refusal | None:
    if not entries:
        return FileReason.EMPTY_ZIP, InvalidDataset(
            "{archive} is an empty zip.", "Put pictures into it and try again.", archive=shown_archive
        )
    if not any(map(_is_bounded, entries)):
        return FileReason.OTHER_COMPRESSION, InvalidDataset(
            "{archive} is packed with a method that is not read here.",
            "Pack it again as an ordinary zip (Deflate), or import the unpacked folder.",
            archive=shown_archive,
        )
    if budget.entries > MAXIMUM_ZIP_ENTRIES:
        return FileReason.TOO_MANY_FILES, InvalidDataset(
            "{archive} holds {count} files; at most {limit} are allowed.",
            "Split it, or import the unpacked folder.",
            archive=shown_archive,
            count=budget.entries,
            limit=MAXIMUM_ZIP_ENTRIES,
        )
    if all(map(_is_encrypted, entries)):
        return FileReason.PASSWORD_PROTECTED, InvalidDataset(
            "{archive} is protected by a password.",
            "Unpack it with the password and import the folder.",
            archive=shown_archive,
        )
    return None


def _endless(shown_archive: str) -> _Refusal:
    return FileReason.TOO_MANY_FILES, InvalidDataset(
        "{archive} lists far more than the {limit} files that are allowed.",
        "Split it, or import the unpacked folder.",
        archive=shown_archive,
        limit=MAXIMUM_ZIP_ENTRIES,
    )


def _is_bounded(entry: zipfile.ZipInfo) -> bool:
    return entry.compress_type in _BOUNDED_METHODS


def _is_encrypted(entry: zipfile.ZipInfo) -> bool:
    return bool(entry.flag_bits & _ENCRYPTED_FLAG)


def _is_unsafe(name: str, entry: zipfile.ZipInfo) -> bool:
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
    except (*_ZIP_ERRORS, zlib.error, EOFError) as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    budget.spend_bytes(len(content))
    if len(content) > limit:
        raise RejectedPicture(kind_of(content) or FileReason.TOO_LARGE)
    return content
