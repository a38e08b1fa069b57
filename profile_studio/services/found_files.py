"""A file as found, and what its place says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

LOOSE = "loose:"  # begins the group of files that were given one by one
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


def is_leftover(path: PurePosixPath) -> bool:
    """Whether a system wrote the file for itself."""
    return any(part.casefold() in _LEFTOVERS for part in path.parts) or path.name.startswith("._")
