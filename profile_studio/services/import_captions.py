"""Captions in every form that people bring, and which picture each belongs to."""

import codecs
import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.domain.datasets import FileNote, FileReason
from profile_studio.services.import_sources import LOOSE, FoundFile

CAPTION_SUFFIXES = (".txt", ".caption")
MAXIMUM_CAPTION_CHARACTERS = 2000
_LIST_STEMS = ("metadata", "captions", "meta_cap", "meta_clean")
_LIST_SUFFIXES = (".csv", ".tsv", ".jsonl", ".json")
_NAME_COLUMNS = ("file_name", "filename", "file", "image", "image_path", "path", "name")
_TEXT_COLUMNS = ("text", "caption", "prompt", "description", "tags")

PictureKey = tuple[str, str]
"""Group and path, both as `key_of` writes them."""


@dataclass(frozen=True)
class _Caption:
    """A caption as found. `is_listed`: a list named the picture, so that its suffix is known."""

    group: str
    path: PurePosixPath
    text: str
    shown_name: str
    is_listed: bool


@dataclass
class CaptionFinder:
    """Collects captions and pictures as they come, and brings them together at the end."""

    _captions: list[_Caption] = field(default_factory=list[_Caption])
    _pictures: dict[PictureKey, PurePosixPath] = field(default_factory=dict[PictureKey, PurePosixPath])
    _unusable: set[PictureKey] = field(default_factory=set[PictureKey])

    def add_captions(self, file: FoundFile, content: bytes) -> None:
        """Reads a caption file or a list of captions.

        Raises:
            RejectedPicture: it cannot be understood.
        """
        if file.path.suffix.lower() in CAPTION_SUFFIXES:
            text = _clean(decode_text(content))
            self._captions.append(_Caption(file.group, file.path, text, file.shown_name, is_listed=False))
            return
        for name, text in _read_list(file.path.suffix.lower(), decode_text(content)):
            path = file.path.parent / name.replace("\\", "/")
            shown = f"{file.shown_name}: {name}"
            self._captions.append(_Caption(file.group, path, _clean(text), shown, is_listed=True))

    def add_picture(self, file: FoundFile) -> PictureKey:
        """A picture that captions may belong to; returns what `match` will call it."""
        group, path = key_of(file.group, file.path)
        while (group, path) in self._pictures:  # A.png beside a.png
            path += "\0"
        self._pictures[group, path] = file.path
        return group, path

    def add_unusable(self, file: FoundFile) -> None:
        """A picture whose own rejection is told: its caption is not missed as well."""
        self._unusable.update({key_of(file.group, file.path), _stem_key(file.group, file.path)})

    def match(self) -> tuple[dict[PictureKey, str], list[FileNote]]:
        """The caption of each picture that has one, and a note for each caption that has no picture.

        A file beside a picture counts more than a list.
        """
        places = _Places(self._pictures, self._captions)
        matched: dict[PictureKey, str] = {}
        lost: list[FileNote] = []
        for caption in sorted(self._captions, key=lambda caption: not caption.is_listed):
            target = places.find(caption)
            if target is not None:
                matched[target] = caption.text
            elif not self._is_told(caption):
                lost.append(FileNote(caption.shown_name, FileReason.CAPTION_WITHOUT_IMAGE))
        return matched, lost

    def _is_told(self, caption: _Caption) -> bool:
        keys = {key_of(caption.group, caption.path), _stem_key(caption.group, caption.path)}
        return bool(keys & self._unusable)


class _Places:
    """Where a caption's picture may be: at the very path, at the path but for the suffix, or by its name alone."""

    def __init__(self, pictures: Mapping[PictureKey, PurePosixPath], captions: Iterable[_Caption]) -> None:
        self._pictures = pictures
        self._by_stem = _grouped((_stem_key(key[0], path), key) for key, path in pictures.items())
        self._by_name = _grouped((key_of(key[0], path.name), key) for key, path in pictures.items())
        # A browser puts every upload into a folder of its own: a stem that is unique still says what belongs.
        loose = ((_stem_key(LOOSE, path), key) for key, path in pictures.items() if key[0].startswith(LOOSE))
        self._loose_by_stem = _grouped(loose)
        self._loose_captions = _grouped(
            (_stem_key(LOOSE, each.path), key_of(each.group, each.path))
            for each in captions
            if each.group.startswith(LOOSE)
        )

    def find(self, caption: _Caption) -> PictureKey | None:
        exact = key_of(caption.group, caption.path)
        if exact in self._pictures:
            return exact
        # a.png and a.jpg share a.txt: the first takes it.
        if here := self._by_stem.get(_stem_key(caption.group, caption.path)):
            return here[0]
        if caption.is_listed:
            named = self._by_name.get(key_of(caption.group, caption.path.name), [])
            if len(named) == 1:
                return named[0]
        if caption.group.startswith(LOOSE):
            stem = _stem_key(LOOSE, caption.path)
            candidates = self._loose_by_stem.get(stem, [])
            if len(candidates) == 1 and len(self._loose_captions[stem]) == 1:
                return candidates[0]
        return None


def is_caption_file(file: FoundFile) -> bool:
    """Whether this file speaks about pictures instead of being one."""
    suffix = file.path.suffix.lower()
    return suffix in CAPTION_SUFFIXES or (suffix in _LIST_SUFFIXES and file.path.stem.lower() in _LIST_STEMS)


def key_of(group: str, path: PurePosixPath | str) -> PictureKey:
    """Equal for names that a person would call equal: case and the way accents are written do not count."""
    return group, unicodedata.normalize("NFC", str(path)).casefold()


def decode_text(content: bytes) -> str:
    """Text in UTF-8, UTF-16, CP949 or Latin-1, told apart by what it says.

    Raises:
        RejectedPicture: it is no text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(content, "utf-16")
    if b"\0" in content:  # text of any other encoding has no zeros
        little = content[1::2].count(0) >= content[::2].count(0)
        return _decoded(content, "utf-16-le" if little else "utf-16-be")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        korean = _korean(content)
        return content.decode("cp1252", errors="replace") if korean is None else korean


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error


def _korean(content: bytes) -> str | None:
    """The text if it is Korean: nearly all of its syllables are among the common ones.

    Latin-1 text also decodes as CP949 now and then, into syllables that nobody writes.
    """
    try:
        text = content.decode("cp949")
    except UnicodeDecodeError:
        return None
    foreign = [letter for letter in text if ord(letter) > 127]
    common = [letter for letter in foreign if "\uac00" <= letter <= "\ud7a3" and _is_common(letter)]
    return text if len(common) > 0.8 * len(foreign) else None


def _is_common(syllable: str) -> bool:
    try:
        syllable.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True


def _clean(text: str) -> str:
    return " ".join(text.split())[:MAXIMUM_CAPTION_CHARACTERS]


def _stem_key(group: str, path: PurePosixPath) -> PictureKey:
    return key_of(group, path.with_suffix("") if path.name else path)


def _grouped(pairs: Iterable[tuple[PictureKey, PictureKey]]) -> dict[PictureKey, list[PictureKey]]:
    found: dict[PictureKey, list[PictureKey]] = {}
    for place, key in pairs:
        found.setdefault(place, []).append(key)
    return found


def _read_list(suffix: str, text: str) -> list[tuple[str, str]]:
    try:
        rows = list(_rows(suffix, text))
    except (csv.Error, json.JSONDecodeError, RecursionError) as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    pairs = [(name, caption) for name, caption in map(_name_and_text, rows) if name]
    if rows and not pairs:
        raise RejectedPicture(FileReason.UNREADABLE)
    return pairs


def _rows(suffix: str, text: str) -> Iterator[object]:
    if suffix in (".csv", ".tsv"):
        first = text.split("\n", 1)[0]
        separator = max(",;\t", key=first.count)
        yield from csv.DictReader(io.StringIO(text), delimiter=separator)
    elif suffix == ".jsonl":
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
    else:
        value = json.loads(text)
        if isinstance(value, dict):
            # {"a.png": "caption"} or {"a.png": {"caption": ...}}
            for name, content in value.items():
                yield {"file_name": name, **(content if isinstance(content, dict) else {"text": content})}
        else:
            yield from value if isinstance(value, list) else [value]


def _name_and_text(row: object) -> tuple[str, str]:
    """The file's name and its caption; empty names for a row that has none of the columns that are known."""
    if isinstance(row, list) and len(row) == 2:
        return str(row[0]), str(row[1])
    if not isinstance(row, dict):
        return "", ""
    known = {str(column).strip().lower(): value for column, value in row.items()}
    name = next((known[column] for column in _NAME_COLUMNS if known.get(column)), "")
    text = next((known[column] for column in _TEXT_COLUMNS if known.get(column)), "")
    words = ", ".join(map(str, text)) if isinstance(text, list) else str(text)
    return str(name), words
