"""A file as found, and what its place says: how often it counts, what it shows, and whether it is for training at all."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from profile_studio.domain.datasets import FileReason

LOOSE = "loose:"  # begins the group of files that were given one by one
HELD_OUT_FOLDER = "held_out"
"""Where our own export in kohya's layout keeps the pictures that are never trained on."""

PICTURE_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "MPO": (".jpg", ".jpeg"),
    "HEIF": (".heic", ".heif"),
    "AVIF": (".avif",),
    "BMP": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
}
"""How files of each format are called."""

_REPEATS_FOLDER = re.compile(r"(?P<repeats>\d{1,3})_(?P<words>.*)")  # a longer number at the start is a year
_CAMERA_FOLDER = re.compile(r"[1-9]\d\d_[A-Z0-9_]{4}")  # DCF, which cameras follow: a number and five capitals
_REGULARIZATION = {"reg", "regularization", "regularisation"}
_SAMPLES = {"sample", "samples"}
_MASKS = {"mask", "masks"}
_MASK_NAME = re.compile(r"(?P<picture>.+)[-_. ]mask", re.IGNORECASE)
_LABELLED_MASK_NAME = re.compile(r".+-(?:masklabel|condlabel)", re.IGNORECASE)  # OneTrainer's
_HIDDEN_FOLDERS = {
    "$recycle.bin", "#recycle", "@recycle", "@eadir", "lost+found", "system volume information", "thumbs", "thumbnails",
}  # fmt: skip
_LEFTOVERS = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}  # written by systems, not chosen by people


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


@dataclass(frozen=True)
class FolderLabel:
    """What a folder called `10_sks person` says: how often its pictures count, and the words for what they show."""

    repeats: int
    words: str


def label_of(folder: str) -> FolderLabel | None:
    """The label in a folder's name, in the layout of kohya's trainer."""
    match = _REPEATS_FOLDER.fullmatch(folder)
    if match is None or is_camera_folder(folder) or not int(match["repeats"]):
        return None
    return FolderLabel(int(match["repeats"]), match["words"])


def is_camera_folder(folder: str) -> bool:
    """Whether a camera names its folders so, `100_PANA`: the number then counts folders, and no picture."""
    return _CAMERA_FOLDER.fullmatch(folder) is not None


def is_leftover(path: PurePosixPath) -> bool:
    """Whether a system wrote the file for itself."""
    return any(part.casefold() in _LEFTOVERS for part in path.parts) or path.name.startswith("._")


def looks_like_picture(path: PurePosixPath) -> bool:
    """Whether the name is a picture's."""
    return any(path.name.lower().endswith(suffixes) for suffixes in PICTURE_SUFFIXES.values())


def is_hidden(path: PurePosixPath) -> bool:
    """Whether a file is hidden, in the trash, or among thumbnails."""
    return any(part.startswith(".") or part.casefold() in _HIDDEN_FOLDERS for part in path.parts)


def set_aside_by_place(files: Sequence[FoundFile]) -> list[FileReason | None]:
    """For each picture why its place says that it is not for training, if it does.

    Regularization pictures and a trainer's samples are told from folders that are called so by what they lie beside:
    pictures in kohya's layout.
    """
    by_group: dict[str, list[FoundFile]] = defaultdict(list)
    for file in files:
        by_group[_group(file)].append(file)
    neighbours = {group: _Neighbours(members) for group, members in by_group.items()}
    return [neighbours[_group(file)].reason_for(file) for file in files]


def is_held_out_by_place(file: FoundFile) -> bool:
    """Whether our own export kept the picture from training."""
    return file.folder == HELD_OUT_FOLDER


class _Neighbours:
    """The pictures of one source, for what each says of the others."""

    def __init__(self, files: Iterable[FoundFile]) -> None:
        names = [file.path.with_suffix("") for file in files if file.path.name]
        self._names = {_folded(name) for name in names}
        self._outside_masks = {name.name.casefold() for name in names if not _lies_in(name, _MASKS)}
        outside = any(not _lies_in(name, _REGULARIZATION | _SAMPLES) for name in names)
        self._has_kohya_layout = outside and any(label_of(file.folder) for file in files)

    def reason_for(self, file: FoundFile) -> FileReason | None:
        if self._is_mask(file.path):
            return FileReason.MASK
        if self._has_kohya_layout and _lies_in(file.path, _REGULARIZATION):
            return FileReason.REGULARIZATION
        if self._has_kohya_layout and _lies_in(file.path, _SAMPLES):
            return FileReason.SAMPLE
        return None

    def _is_mask(self, path: PurePosixPath) -> bool:
        if _LABELLED_MASK_NAME.fullmatch(path.stem):
            return True
        if _lies_in(path, _MASKS):
            return path.stem.casefold() in self._outside_masks
        match = _MASK_NAME.fullmatch(path.stem)
        return match is not None and _folded(path.parent / match["picture"]) in self._names


def _group(file: FoundFile) -> str:
    # A browser puts every upload into a folder of its own.
    return LOOSE if file.group.startswith(LOOSE) else file.group


def _lies_in(path: PurePosixPath, folders: set[str]) -> bool:
    return any(part.casefold() in folders for part in path.parent.parts)


def _folded(path: PurePosixPath) -> str:
    return str(path).casefold()
