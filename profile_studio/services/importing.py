"""Finds pictures and captions in files, folders and zips, and trusts none of them."""

import csv
import io
import json
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from profile_studio.domain.datasets import FileNote, FileReason
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.pictures import OwnPicture, RejectedPicture, read_picture

CAPTION_SUFFIXES = (".txt", ".caption")
METADATA_NAMES = ("metadata.csv", "metadata.jsonl")
MAXIMUM_FILE_BYTES = 50_000_000
MAXIMUM_CAPTION_CHARACTERS = 2000
MAXIMUM_ZIP_ENTRIES = 5000
MAXIMUM_ZIP_BYTES = 4_000_000_000
MAXIMUM_ZIP_RATIO = 100
FREE_RATIO_BYTES = 1_000_000  # below this even a perfectly compressed file is harmless
_SMALLEST_BASE_PX = 128  # a smaller picture is enlarged by every base model
_LEFTOVERS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")  # written by systems, not chosen by people


@dataclass(frozen=True)
class _File:
    """A file as found. `group` keeps the captions of one source apart from those of another."""

    shown_name: str
    group: str
    path: PurePosixPath
    read: Callable[[], bytes]

    @property
    def caption_key(self) -> tuple[str, str]:
        return self.group, self.path.with_suffix("").as_posix()


@dataclass(frozen=True)
class FoundPicture:
    """A picture that was accepted; the caller has stored its pixels."""

    shown_name: str
    sha256: str
    caption: str
    height: int
    width: int


@dataclass
class _Findings:
    rejected: list[FileNote] = field(default_factory=list[FileNote])
    pictures: dict[tuple[str, str], FoundPicture] = field(default_factory=dict[tuple[str, str], FoundPicture])
    seen: set[str] = field(default_factory=set[str])
    unusable: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    captions: dict[tuple[str, str], tuple[str, str]] = field(
        default_factory=dict[tuple[str, str], tuple[str, str]]
    )  # caption key -> (text, name shown)


@dataclass(frozen=True)
class ImportedFiles:
    """Everything that was found, in the order of the sources."""

    pictures: tuple[FoundPicture, ...]
    rejected: tuple[FileNote, ...]
    warnings: tuple[FileNote, ...]


def import_files(sources: Sequence[Path], store: Callable[[OwnPicture], None]) -> ImportedFiles:
    """Reads every source once; `store` is called with each accepted picture as it is met.

    Raises:
        InvalidDataset: a source does not exist, or a zip is broken, empty or beyond the limits.
    """
    findings = _Findings()
    for file in _walk(sources, findings.rejected):
        _take(file, findings, store)
    captions = _match_captions(findings)
    pictures = tuple(
        FoundPicture(p.shown_name, p.sha256, captions.get(key, ""), p.height, p.width)
        for key, p in findings.pictures.items()
    )
    return ImportedFiles(pictures, tuple(findings.rejected), _warnings(pictures))


def _take(file: _File, findings: _Findings, store: Callable[[OwnPicture], None]) -> None:
    try:
        content = file.read()
        if file.path.name in METADATA_NAMES:
            findings.captions.update(_read_metadata(file, content))
        elif file.path.suffix.lower() in CAPTION_SUFFIXES:
            findings.captions[file.caption_key] = (_clean_caption(_decode(content)), file.shown_name)
        else:
            picture = read_picture(content)
            if picture.sha256 in findings.seen:
                raise RejectedPicture(FileReason.DUPLICATE)
            store(picture)
            findings.seen.add(picture.sha256)
            height, width = picture.image.height, picture.image.width
            key = _free_key(file.caption_key, findings)
            findings.pictures[key] = FoundPicture(file.shown_name, picture.sha256, "", height, width)
    except RejectedPicture as rejection:
        findings.rejected.append(FileNote(file.shown_name, rejection.reason))
        findings.unusable.add(file.caption_key)


def _free_key(key: tuple[str, str], findings: _Findings) -> tuple[str, str]:
    # a.png and a.jpg share a.txt: the first takes it, the second is kept under a key no caption has.
    while key in findings.pictures:
        key = (key[0], key[1] + "\0")
    return key


def _match_captions(findings: _Findings) -> dict[tuple[str, str], str]:
    matched: dict[tuple[str, str], str] = {}
    loose_pictures = _by_stem(key for key in findings.pictures if key[0].startswith(_LOOSE))
    loose_captions = _by_stem(key for key in findings.captions if key[0].startswith(_LOOSE))
    for key, (text, shown_name) in findings.captions.items():
        target = key
        if key not in findings.pictures and key[0].startswith(_LOOSE):
            # A browser puts every upload into a folder of its own: a stem that is unique still says what belongs.
            candidates = loose_pictures.get(key[1], [])
            if len(candidates) == 1 and len(loose_captions[key[1]]) == 1:
                target = candidates[0]
        if target in findings.pictures:
            matched[target] = text
        elif target not in findings.unusable:
            findings.rejected.append(FileNote(shown_name, FileReason.CAPTION_WITHOUT_IMAGE))
    return matched


def _by_stem(keys: Iterator[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for key in keys:
        found.setdefault(key[1], []).append(key)
    return found


def _warnings(pictures: Sequence[FoundPicture]) -> tuple[FileNote, ...]:
    any_caption = any(picture.caption for picture in pictures)
    notes: list[FileNote] = []
    for picture in pictures:
        if any_caption and not picture.caption:
            notes.append(FileNote(picture.shown_name, FileReason.IMAGE_WITHOUT_CAPTION))
        if min(picture.height, picture.width) < _SMALLEST_BASE_PX:
            notes.append(FileNote(picture.shown_name, FileReason.ENLARGED))
    return tuple(notes)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error


def _clean_caption(text: str) -> str:
    return " ".join(text.split())[:MAXIMUM_CAPTION_CHARACTERS]


def _read_metadata(file: _File, content: bytes) -> dict[tuple[str, str], tuple[str, str]]:
    """Captions of an image folder's `metadata.csv` or `metadata.jsonl` (columns file_name, text)."""
    text = _decode(content)
    try:
        rows: list[dict[str, object]]
        if file.path.suffix == ".csv":
            rows = [dict(row) for row in csv.DictReader(io.StringIO(text))]
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        pairs = [(str(row["file_name"]), str(row["text"])) for row in rows]
    except (csv.Error, json.JSONDecodeError, KeyError, TypeError) as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    return {
        (file.group, (file.path.parent / name).with_suffix("").as_posix()): (
            _clean_caption(caption),
            f"{file.shown_name}: {name}",
        )
        for name, caption in pairs
        if name
    }


_LOOSE = "loose:"  # the group of files that were given one by one


def _walk(sources: Sequence[Path], rejected: list[FileNote]) -> Iterator[_File]:
    for number, source in enumerate(sources):
        if source.is_dir():
            yield from _walk_folder(source, f"folder:{number}", rejected)
        elif source.is_file() and _looks_like_zip(source):
            yield from _walk_zip(source, source.name, f"zip:{number}", rejected)
        elif source.is_file():
            path = PurePosixPath(source.name)
            yield _File(source.name, f"{_LOOSE}{source.parent}", path, lambda source=source: _read_file(source))
        else:
            raise InvalidDataset(f"There is no file or folder {source.name!r}.", "Check the path.")


def _walk_folder(folder: Path, group: str, rejected: list[FileNote]) -> Iterator[_File]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        here = Path(parent)
        for name in [*folders, *sorted(names)]:
            path = here / name
            relative = PurePosixPath(path.relative_to(folder).as_posix())
            if path.is_symlink():
                rejected.append(FileNote(relative.as_posix(), FileReason.UNSAFE_PATH))
            elif path.is_dir() or name in _LEFTOVERS or name.startswith("._"):
                continue
            elif not path.is_file():  # a pipe or a device would never end
                rejected.append(FileNote(relative.as_posix(), FileReason.NOT_AN_IMAGE))
            elif _looks_like_zip(path):
                yield from _walk_zip(path, relative.as_posix(), f"{group}/{relative}", rejected)
            else:
                yield _File(relative.as_posix(), group, relative, lambda path=path: _read_file(path))


def _looks_like_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _read_limited(file, MAXIMUM_FILE_BYTES)
    except OSError as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error


def _read_limited(file: IO[bytes], limit: int) -> bytes:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise RejectedPicture(FileReason.TOO_LARGE)
    return content


def _walk_zip(archive: Path, shown_archive: str, group: str, rejected: list[FileNote]) -> Iterator[_File]:
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            if not entries:
                raise InvalidDataset(f"{shown_archive} is an empty zip.", "Put pictures into it and try again.")
            if len(entries) > MAXIMUM_ZIP_ENTRIES:
                raise InvalidDataset(
                    f"{shown_archive} holds {len(entries)} files; at most {MAXIMUM_ZIP_ENTRIES} are allowed.",
                    "Split it, or import the unpacked folder.",
                )
            budget = _ZipBudget(shown_archive)
            for entry in entries:
                path = PurePosixPath(entry.filename)
                if _is_unsafe(entry):
                    rejected.append(FileNote(entry.filename, FileReason.UNSAFE_PATH))
                elif not (set(path.parts) & set(_LEFTOVERS) or path.name.startswith("._")):
                    yield _File(path.as_posix(), group, path, lambda entry=entry: _read_entry(opened, entry, budget))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InvalidDataset(
            f"{shown_archive} is not a zip that can be read.", "Pack the pictures again, or import the folder."
        ) from error


@dataclass
class _ZipBudget:
    shown_archive: str
    unpacked_bytes: int = 0

    def spend(self, count: int) -> None:
        self.unpacked_bytes += count
        if self.unpacked_bytes > MAXIMUM_ZIP_BYTES:
            raise InvalidDataset(
                f"{self.shown_archive} unpacks to more than {MAXIMUM_ZIP_BYTES // 10**9} GB.",
                "Split it, or import the unpacked folder.",
            )


def _is_unsafe(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.replace("\\", "/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    return is_link or name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: _ZipBudget) -> bytes:
    # What the directory says about sizes may be a lie: only bytes that really came out are counted.
    limit = min(MAXIMUM_FILE_BYTES, max(FREE_RATIO_BYTES, MAXIMUM_ZIP_RATIO * entry.compress_size))
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError) as error:
        # RuntimeError: encrypted, or an unknown compression.
        raise RejectedPicture(FileReason.UNREADABLE) from error
    budget.spend(len(content))
    if len(content) > limit:
        raise RejectedPicture(FileReason.TOO_LARGE)
    return content
