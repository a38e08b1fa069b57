"""Files that are either whole or not there."""

import contextlib
import itertools
import json
import os
import shutil
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_UNFINISHED = (".*.????????.tmp", "checkpoint-*.tmp")


@contextmanager
def write_atomically(path: Path) -> Generator[Path]:
    """Yields a temporary path in the same folder; it becomes `path` only if the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def create_folder_atomically(folder: Path) -> Generator[Path]:
    """Yields a temporary folder beside `folder`; it becomes `folder` only if the block ends without an error."""
    with temporary_folder(folder) as temporary:
        yield temporary
        temporary.replace(folder)


@contextmanager
def temporary_folder(folder: Path) -> Generator[Path]:
    """Yields a folder beside `folder` that is gone when the block ends."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    temporary.mkdir()
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sweep_unfinished(folder: Path, before: float) -> None:
    """Deletes what killed processes left unfinished in a folder and below.

    Args:
        before: seconds since 1970; what was touched later may still be in the making.
    """
    for unfinished in itertools.chain(*(list(folder.rglob(names)) for names in _UNFINISHED)):
        with contextlib.suppress(OSError):  # its maker was quicker, or another sweep
            if unfinished.lstat().st_mtime >= before:
                continue
            if unfinished.is_dir():
                shutil.rmtree(unfinished)
            else:
                unfinished.unlink()


def write_json(path: Path, value: object) -> None:
    """Writes JSON that a reader never sees half of."""
    with write_atomically(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8")
