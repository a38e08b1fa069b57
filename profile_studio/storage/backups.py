"""Copies of a SQLite file: one a day, and one before its tables are changed; kept for a week.

They lie in `backups` beside the file, named by day. Each is whole in one file, and sound.
"""

import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from profile_studio.domain.errors import DatabaseBusy, DatabaseDamaged
from profile_studio.files.atomic import write_atomically
from profile_studio.storage.sqlite_faults import LOCK_TIMEOUT_S, check_sound, damaged, fault_in_words

KEPT_S = 7 * 24 * 3600.0
_PARTS = ("", "-wal", "-shm")  # one database, as long as somebody has it open or was killed


class Backups:
    """The backups of one file. Times are passed in, in seconds since the epoch."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.folder = file.with_name("backups")

    def newest_first(self) -> list[Path]:
        """All there are, looked into or not: by the day in their names, which a copied folder keeps, then by time."""
        start = len(self._file.stem) + 1
        day = slice(start, start + len("2000-01-01"))
        found = self.folder.glob(f"{self._file.stem}-[0-9]*.db")
        return sorted(found, key=lambda path: (path.name[day], path.stat().st_mtime, path.name), reverse=True)

    def newest_usable(self, newest_revision: str) -> Path | None:
        """The newest one that is sound and whose tables this version of the studio knows."""
        return next((path for path in self.newest_first() if is_usable(path, newest_revision)), None)

    def make(self, now: float, mark: str = "") -> Path:
        """Copies the file as it is now, and forgets the backups that are older than a week.

        Raises:
            DatabaseDamaged: the file is damaged; the backups that there are stay.
            DatabaseBusy: it is locked.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        path = self.folder / f"{'-'.join(filter(None, (self._file.stem, _day(now), mark)))}.db"
        with write_atomically(path) as temporary:
            self._copy_to(temporary)
            os.utime(temporary, (now, now))
        self._sweep(now, path)
        return path

    def make_daily(self, now: float) -> None:
        """Makes one unless there is one of this day.

        Raises:
            DatabaseDamaged, DatabaseBusy: as `make`.
        """
        if not (self.folder / f"{self._file.stem}-{_day(now)}.db").is_file():
            self.make(now)

    def renew(self, now: float) -> None:
        """Makes one and forgets all others: what was deleted from the file is in none any more.

        Raises:
            DatabaseDamaged, DatabaseBusy: as `make`; the others stay then.
        """
        made = self.make(now)
        for path in self.folder.glob(f"{self._file.stem}-*"):
            if path != made:
                path.unlink(missing_ok=True)

    def restore(self, backup: Path, now: float) -> Path | None:
        """Puts a backup in the file's place; nobody may have it open. Returns where the file was put, if there was one."""
        aside = set_aside(self._file, now)
        with write_atomically(self._file) as temporary:
            shutil.copyfile(backup, temporary)
        return aside

    def _copy_to(self, target: Path) -> None:
        try:
            with (
                closing(sqlite3.connect(self._file, timeout=LOCK_TIMEOUT_S)) as source,
                closing(sqlite3.connect(target)) as copy,
            ):
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
            check_sound(target)
        except sqlite3.DatabaseError as error:
            raise fault_in_words(error, self._file) or error from error
        except DatabaseDamaged as error:  # copied as it was
            raise damaged(self._file) from error

    def _sweep(self, now: float, made: Path) -> None:
        for path in self.folder.glob(f"{self._file.stem}-*"):
            if path != made and now - path.stat().st_mtime > KEPT_S:
                path.unlink(missing_ok=True)


def set_aside(file: Path, now: float) -> Path | None:
    """Moves a database that is not used any more to its backups for a week; returns where, or None if there is none."""
    aside = (
        file.with_name("backups") / f"{file.stem}-set-aside-{time.strftime('%Y-%m-%d-%H%M%S', time.localtime(now))}.db"
    )
    aside.parent.mkdir(mode=0o700, exist_ok=True)
    for part in _PARTS:
        source, target = file.with_name(file.name + part), aside.with_name(aside.name + part)
        if source.is_file():
            source.replace(target)
            os.utime(target, (now, now))
    return aside if aside.is_file() else None


def is_usable(backup: Path, newest_revision: str) -> bool:
    """Whether it is sound, and its tables are not newer."""
    with suppress(DatabaseDamaged, DatabaseBusy, sqlite3.DatabaseError):
        check_sound(backup)
        with closing(sqlite3.connect(f"{backup.as_uri()}?mode=ro", uri=True)) as connection:
            (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return revision <= newest_revision
    return False


def _day(now: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(now))
