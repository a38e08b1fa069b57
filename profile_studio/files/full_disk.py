"""What a full disk looks like, whoever meets it first, and the room that is kept for saying so."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from profile_studio.domain.errors import DiskFull

ROOM_FOR_ROWS_BYTES = 4 * 2**20
"""Below this a disk counts as full: rows, logs and addresses still fit, so that it can be told."""

_RESERVE_BYTES = 2**20
_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})
_WINDOWS_NUMBERS = frozenset({39, 112})  # ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
_POSTGRES_STATE = "53100"  # disk_full
# The libraries written in Rust (safetensors, tokenizers) hand on the system's error as text only.
_RUST_ENDINGS = tuple(f"(os error {number})" for number in sorted(_NUMBERS | _WINDOWS_NUMBERS))


def disk_full(error: BaseException) -> DiskFull | None:
    """The error in words if a full disk is behind it, in whatever wrapping; None if something else is.

    A quota counts. `torch.save` hides the reason unless it is given a file object instead of a path.
    """
    return next((no_room() for each in _chain(error) if _is_about_room(each)), None)


def no_room() -> DiskFull:
    """What is said of a full disk."""
    return DiskFull(
        "The disk is full.", "Make room, for example in Storage; then resume what was paused, or try again."
    )


def check_room(folder: Path, needed_bytes: int) -> None:
    """Makes sure that something big fits, before a part of it is written.

    Raises:
        DiskFull: it would leave less than the rows need.
    """
    if free_bytes(folder) < needed_bytes + ROOM_FOR_ROWS_BYTES:
        raise no_room()


def is_full(folder: Path) -> bool:
    """Whether a folder's disk has no room left for anything but rows."""
    return free_bytes(folder) < ROOM_FOR_ROWS_BYTES


def free_bytes(folder: Path) -> int:
    """How much room is left on a folder's disk."""
    return shutil.disk_usage(folder).free


def keep_reserve(run_dir: Path) -> None:
    """Takes a little room while there is plenty: another program may leave none at all."""
    path = _reserve(run_dir)
    if path.exists() or free_bytes(run_dir) < ROOM_FOR_ROWS_BYTES + _RESERVE_BYTES:
        return
    path.write_bytes(os.urandom(_RESERVE_BYTES))  # nothing that a file system could compress


def spend_reserve(run_dir: Path) -> None:
    """Gives that room back, for rows that must be written on a full disk."""
    _reserve(run_dir).unlink(missing_ok=True)


def _reserve(run_dir: Path) -> Path:
    return run_dir / "reserve"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_about_room(error: BaseException) -> bool:
    if isinstance(error, DiskFull):
        return True
    if isinstance(error, OSError):
        return error.errno in _NUMBERS or getattr(error, "winerror", None) in _WINDOWS_NUMBERS
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
    return getattr(error, "sqlstate", None) == _POSTGRES_STATE or str(error).endswith(_RUST_ENDINGS)
