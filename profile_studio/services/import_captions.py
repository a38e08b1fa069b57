"""Captions in every form that people bring, and which picture each belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.domain.captions import MAXIMUM_CAPTION_CHARACTERS, clean_caption
from profile_studio.domain.datasets import FileNote, FileReason
from profile_studio.services.caption_lists import LIST_SUFFIXES, CaptionList, is_named_like_a_list, read_list
from profile_studio.services.caption_matching import (
    Closeness,
    FoundCaption,
    PictureKey,
    Places,
    key_of,
    listed_path,
    plain,
    stem_key,
    without_picture_suffix,
)
from profile_studio.services.found_files import FoundFile
from profile_studio.services.text_encodings import UNICODE, DecodedText, decode_texts

CAPTION_SUFFIXES = (".txt", ".caption")
MAXIMUM_LIST_BYTES = 5_000_000
MAXIMUM_LIST_LINES = 50_000
"""Both of all lists of an import together."""
_CAPTION_BYTES = 8 * MAXIMUM_CAPTION_CHARACTERS  # four for a letter, and as many for blanks


@dataclass(frozen=True)
class MatchedCaptions:
    """The caption of each picture that has one, and what is to be told of the others."""

    captions: dict[PictureKey, str]
    rejected: tuple[FileNote, ...]
    warnings: tuple[FileNote, ...]


@dataclass
class CaptionFinder:
    """Collects captions and pictures as they come, and brings them together at the end."""

    _files: list[tuple[FoundFile, bytes]] = field(default_factory=list[tuple[FoundFile, bytes]])
    _pictures: dict[PictureKey, PurePosixPath] = field(default_factory=dict[PictureKey, PurePosixPath])
    _unusable: set[PictureKey] = field(default_factory=set[PictureKey])
    _unusable_names: set[str] = field(default_factory=set[str])
    _list_bytes: int = 0
    _list_lines: int = 0

    def add_captions(self, file: FoundFile, content: bytes) -> None:
        """Takes a caption file or a list of captions.

        Raises:
            RejectedPicture: with it, lists are beyond `MAXIMUM_LIST_BYTES` or `MAXIMUM_LIST_LINES`.
        """
        if _is_list(file):
            total_bytes, total_lines = self._list_bytes + len(content), self._list_lines + content.count(b"\n")
            if total_bytes > MAXIMUM_LIST_BYTES or total_lines > MAXIMUM_LIST_LINES:
                raise RejectedPicture(_if_named(file, FileReason.LIST_TOO_LARGE))
            self._list_bytes, self._list_lines = total_bytes, total_lines
        else:
            content = content[:_CAPTION_BYTES]
        self._files.append((file, content))

    def add_picture(self, file: FoundFile) -> PictureKey:
        """A picture that captions may belong to; returns what `match` will call it."""
        group, path = key_of(file.group, file.path)
        while (group, path) in self._pictures:  # A.png beside a.png
            path += "\0"
        self._pictures[group, path] = file.path
        return group, path

    def add_unusable(self, file: FoundFile) -> None:
        """A picture whose own rejection is told: its caption is not missed as well."""
        self._unusable.update({key_of(file.group, file.path), stem_key(file.group, file.path)})
        self._unusable_names.update({plain(file.path.name), plain(file.path.stem)})

    def match(self) -> MatchedCaptions:
        """Reads all captions and finds their pictures.

        A file beside a picture counts more than a list, and what is beside it more than what is elsewhere.
        """
        matching = _Matching(Places(self._pictures), self._unusable, self._unusable_names)
        texts = decode_texts([content for _, content in self._files])
        for (file, _), text in zip(self._files, texts, strict=True):
            matching.read(file, text)
        return matching.result()


class _Matching:
    def __init__(self, places: Places, unusable: set[PictureKey], unusable_names: set[str]) -> None:
        self._places = places
        self._unusable = unusable
        self._unusable_names = unusable_names
        self._captions: list[FoundCaption] = []
        self._matched: dict[PictureKey, str] = {}
        self._rejected: list[FileNote] = []
        self._warnings: list[FileNote] = []

    def read(self, file: FoundFile, decoded: DecodedText | None) -> None:
        if decoded is None:
            self._rejected.append(FileNote(file.shown_name, _if_named(file, FileReason.UNREADABLE)))
            return
        captions = list(self._listed(file, decoded.text)) if _is_list(file) else [_of_file(file, decoded.text)]
        if captions and decoded.encoding not in UNICODE:
            self._warnings.append(FileNote(file.shown_name, FileReason.OLDER_ENCODING, detail=decoded.encoding))
        self._captions += captions

    def _listed(self, file: FoundFile, text: str) -> Iterator[FoundCaption]:
        folder = file.path.parent
        found = read_list(file.path.suffix.lower(), text, self._is_name)
        captions = [
            FoundCaption(
                group=file.group,
                path=listed_path(folder, each.name),
                text=each.text,
                shown_name=clean_caption(f"{file.shown_name}: {each.name}"),
                source=f"{file.group}/{file.path}",
                line=each.line,
                is_listed=True,
            )
            for each in found.captions
        ]
        if not is_named_like_a_list(file.path.stem) and not any(self._places.knows(each.path) for each in captions):
            self._rejected.append(FileNote(file.shown_name, FileReason.NOT_AN_IMAGE))
            return
        self._tell_of_list(file.shown_name, found)
        yield from captions

    def _is_name(self, cell: str) -> bool:
        path = listed_path(PurePosixPath(), cell)
        return self._places.knows(path) or without_picture_suffix(path) != path

    def _tell_of_list(self, shown_name: str, found: CaptionList) -> None:
        if not found.captions:
            columns = clean_caption(", ".join(found.columns))[:100]
            self._rejected.append(FileNote(shown_name, FileReason.LIST_WITHOUT_CAPTIONS, detail=columns))
        elif found.guessed_column:
            detail = clean_caption(found.guessed_column)[:100]
            self._warnings.append(FileNote(shown_name, FileReason.GUESSED_COLUMN, detail=detail))
        for lines, reason in (
            (found.unread_lines, FileReason.UNREAD_ROW),
            (found.open_quote_lines, FileReason.OPEN_QUOTE),
        ):
            self._warnings += (FileNote(shown_name, reason, line=line) for line in lines)

    def result(self) -> MatchedCaptions:
        self._captions.sort(key=lambda caption: (caption.is_listed, caption.rank))
        roaming = [caption for caption in self._captions if not self._takes_its_place(caption)]
        self._match_elsewhere(roaming)
        return MatchedCaptions(self._matched, tuple(self._rejected), tuple(self._warnings))

    def _takes_its_place(self, caption: FoundCaption) -> bool:
        target = self._places.beside(caption.group, caption.path)
        if target is not None:
            self._give(target, caption)
        return target is not None or self._is_told(caption)

    def _give(self, target: PictureKey, caption: FoundCaption) -> None:
        text = clean_caption(caption.text)
        cut = text[:MAXIMUM_CAPTION_CHARACTERS]
        if not cut:
            return
        if self._matched.setdefault(target, cut) != cut:
            self._warn(caption, FileReason.SECOND_CAPTION)
        elif len(text) > len(cut):
            self._warn(caption, FileReason.CAPTION_CUT)

    def _warn(self, caption: FoundCaption, reason: FileReason) -> None:
        self._warnings.append(FileNote(caption.shown_name, reason, line=caption.line))

    def _is_told(self, caption: FoundCaption) -> bool:
        paths = (caption.path, without_picture_suffix(caption.path))
        return any(key_of(caption.group, path) in self._unusable for path in paths)

    def _match_elsewhere(self, captions: Iterable[FoundCaption]) -> None:
        claims: dict[PictureKey, list[tuple[Closeness, FoundCaption]]] = defaultdict(list)
        for caption in captions:
            near = [] if self._stays(caption) else self._places.elsewhere(caption.group, caption.path)
            if len(near) == 1:
                target, closeness = near[0]
                claims[target].append((closeness, caption))
            elif near:
                self._reject(caption, FileReason.AMBIGUOUS_CAPTION)
            elif not self._is_of_unusable(caption):
                self._reject(caption, FileReason.CAPTION_WITHOUT_IMAGE)
        for target, claimed in claims.items():
            self._settle(target, claimed)

    def _settle(self, target: PictureKey, claimed: list[tuple[Closeness, FoundCaption]]) -> None:
        closest = max(closeness for closeness, _ in claimed)
        nearest = [caption for closeness, caption in claimed if closeness == closest]
        sources, texts = {each.source for each in nearest}, {each.text for each in nearest}
        if target not in self._matched and len(sources) > 1 and len(texts) > 1:
            for _, caption in claimed:
                self._reject(caption, FileReason.AMBIGUOUS_CAPTION)
            return
        for _, caption in sorted(claimed, key=lambda claim: claim[0], reverse=True):
            self._give(target, caption)

    def _stays(self, caption: FoundCaption) -> bool:
        """A file among pictures of which none is its own lost its picture; it is not another folder's."""
        return not caption.is_listed and self._places.has_pictures_in(caption.group, caption.path)

    def _is_of_unusable(self, caption: FoundCaption) -> bool:
        name = PurePosixPath(caption.path).name
        return bool({plain(name), plain(without_picture_suffix(name))} & self._unusable_names)

    def _reject(self, caption: FoundCaption, reason: FileReason) -> None:
        self._rejected.append(FileNote(caption.shown_name, reason, line=caption.line))


def _of_file(file: FoundFile, text: str) -> FoundCaption:
    path = str(file.path.with_suffix(""))
    rank = CAPTION_SUFFIXES.index(file.path.suffix.lower())
    return FoundCaption(file.group, path, text, file.shown_name, f"{file.group}/{file.path.parent}", rank=rank)


def is_caption_file(file: FoundFile) -> bool:
    """Whether this file may speak about pictures instead of being one."""
    return file.path.suffix.lower() in CAPTION_SUFFIXES or _is_list(file)


def reads_first(file: FoundFile) -> bool:
    """Whether it is certainly about captions: what only may be a list waits, for lists are read up to a limit."""
    return not _is_list(file) or is_named_like_a_list(file.path.stem)


def _is_list(file: FoundFile) -> bool:
    return file.path.suffix.lower() in LIST_SUFFIXES


def _if_named(file: FoundFile, reason: FileReason) -> FileReason:
    is_ours = not _is_list(file) or is_named_like_a_list(file.path.stem)
    return reason if is_ours else FileReason.NOT_AN_IMAGE
