"""Which picture a caption belongs to: the one beside it, else the one whose path is most like its own."""

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from profile_studio.services.found_files import LOOSE

_PICTURE_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp"),
    *(".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff", ".gif"),
)

PictureKey = tuple[str, str]
"""Group and path, both as `key_of` writes them."""

Closeness = tuple[int, bool, int]
"""Of two paths: how many folders their ends share, whether one source holds both, how many folders they begin with."""


@dataclass(frozen=True)
class FoundCaption:
    """A caption as found. `path` is the picture's as far as it is known, for a file of its own without its suffix."""

    group: str
    path: str
    text: str
    shown_name: str
    source: str
    """The list it is from, or the folder of its file."""
    line: int | None = None
    is_listed: bool = False
    rank: int = 0
    """Of two captions beside one picture, the one of lower rank is taken."""


class Places:
    """Where a caption's picture may be."""

    def __init__(self, pictures: Mapping[PictureKey, PurePosixPath]) -> None:
        self._pictures = pictures
        self._stems_here: dict[PictureKey, list[PictureKey]] = defaultdict(list)
        self._names_anywhere: dict[str, list[PictureKey]] = defaultdict(list)
        self._folders: set[PictureKey] = set()
        for key, path in pictures.items():
            self._stems_here[stem_key(key[0], path)].append(key)
            for name in {path.name, path.stem}:
                self._names_anywhere[plain(name)].append(key)
            self._folders.add(key_of(key[0], path.parent))

    def beside(self, group: str, path: str) -> PictureKey | None:
        """The picture at this very path, or at the path but for its suffix."""
        exact = key_of(group, path)
        if exact in self._pictures:
            return exact
        # a.png and a.jpg share a.txt: the first takes it.
        places = (exact, key_of(group, without_picture_suffix(path)))
        return next((self._stems_here[place][0] for place in places if place in self._stems_here), None)

    def elsewhere(self, group: str, path: str) -> list[tuple[PictureKey, Closeness]]:
        """The pictures of that name whose paths are most like this one; several where no path is closer."""
        name = posixpath.basename(path)
        found = self._names_anywhere.get(plain(name)) or self._names_anywhere.get(
            plain(without_picture_suffix(name)), []
        )
        parents = _folders(path)
        near = [(key, _closeness(group, parents, key, self._pictures[key])) for key in found]
        most = max((closeness for _, closeness in near), default=None)
        return [(key, closeness) for key, closeness in near if closeness == most]

    def knows(self, path: str) -> bool:
        """Whether a picture anywhere has this name, with or without its suffix."""
        name = posixpath.basename(path)
        return any(plain(each) in self._names_anywhere for each in (name, without_picture_suffix(name)))

    def has_pictures_in(self, group: str, path: str) -> bool:
        """Whether pictures lie in the folder of this path. Uploads come in folders that say nothing."""
        return not group.startswith(LOOSE) and key_of(group, posixpath.dirname(path) or ".") in self._folders


def listed_path(folder: PurePosixPath, name: str) -> str:
    """The path that a list in a folder means, which may be of another machine."""
    return posixpath.normpath(posixpath.join(str(folder), name.strip().replace("\\", "/")))


def key_of(group: str, path: PurePosixPath | str) -> PictureKey:
    """Equal for names that a person would call equal: case and the way accents are written do not count."""
    return group, plain(str(path))


def plain(name: str) -> str:
    """A name without what a person would not see in it."""
    return unicodedata.normalize("NFC", name).casefold()


def stem_key(group: str, path: PurePosixPath) -> PictureKey:
    """The key of a path without its suffix."""
    return key_of(group, path.with_suffix("") if path.name else path)


def without_picture_suffix(path: str) -> str:
    """The path without the suffix of a picture; what else is behind a dot belongs to the name."""
    stem, suffix = posixpath.splitext(path)
    return stem if suffix.lower() in _PICTURE_SUFFIXES else path


def _folders(path: str) -> list[str]:
    return [part for part in plain(posixpath.dirname(path)).split("/") if part not in ("", ".", "..")]


def _closeness(group: str, folders: Sequence[str], key: PictureKey, path: PurePosixPath) -> Closeness:
    theirs = _folders(str(path))
    end = _shared(zip(reversed(folders), reversed(theirs), strict=False))
    start = _shared(zip(folders, theirs, strict=False))
    return end, group == key[0], start


def _shared(pairs: Iterable[tuple[str, str]]) -> int:
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
