"""A disk of its own that a test can really fill."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Generator[Path]:
    """A folder on a disk of this size; the test is skipped where nobody may make one."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"A disk of its own needs the right to mount: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize(disk: Path, size_bytes: int) -> None:
    """Gives a small disk another size, as a person makes room."""
    subprocess.run(["mount", "-o", f"remount,size={size_bytes}", str(disk)], check=True)


def fill(disk: Path, leave_bytes: int = 0) -> Path:
    """Takes all the room but this; returns the file that does."""
    path = disk / "somebody-elses-file"
    with path.open("ab", buffering=0) as file:
        while (left := os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - leave_bytes) > 0:
            file.write(b"\0" * min(left, 2**20))
    return path


def give_back(file: Path, room_bytes: int) -> None:
    """Makes the file that fills a disk smaller by this."""
    os.truncate(file, file.stat().st_size - room_bytes)
