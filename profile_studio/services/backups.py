"""Looking at the backups of the rows, and putting one back."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from profile_studio.domain.errors import InvalidSettings, StudioRunning
from profile_studio.jobs.presence import AlreadyThere, supervisor_presence, web_presence
from profile_studio.settings import Settings
from profile_studio.storage.backups import Backups, is_usable
from profile_studio.storage.database import HEAD_REVISION, Database
from profile_studio.storage.jobs import JobRepository


@dataclass(frozen=True)
class BackupFacts:
    """One backup; `is_usable` says that it is sound and not of a newer studio."""

    name: str
    made_at: float
    size_bytes: int
    is_usable: bool


@dataclass(frozen=True)
class Restored:
    """What was put back. `set_aside` is where the database that was there lies for a week; `paused` are ids of jobs."""

    backup: str
    set_aside: Path | None
    paused: tuple[str, ...]


def list_backups(settings: Settings) -> list[BackupFacts]:
    """All backups, newest first.

    Raises:
        InvalidSettings: the database is on a server.
    """
    return [
        BackupFacts(path.name, path.stat().st_mtime, path.stat().st_size, is_usable(path, HEAD_REVISION))
        for path in Backups(_file(settings)).newest_first()
    ]


def restore_backup(settings: Settings, name: str | None = None) -> Restored:
    """Puts a backup back: by name, or the newest one that can be used.

    Jobs that were under way then are paused: much may have happened since, and nothing runs unasked.

    Raises:
        InvalidSettings: the database is on a server, or there is no such backup that can be used.
        StudioRunning: the page or a worker has the database open.
    """
    backups = Backups(_file(settings))
    usable = [path for path in backups.newest_first() if is_usable(path, HEAD_REVISION)]
    chosen = next((path for path in usable if name in (None, path.name)), None)
    if chosen is None:
        raise InvalidSettings(
            "There is no backup {name!r} that can be used." if name else "There is no backup that can be used.",
            "`python -m profile_studio backup list` shows the ones there are.",
            name=name or "",
        )
    try:
        with ExitStack() as held:
            for presence in (web_presence(settings.run_dir), supervisor_presence(settings)):
                held.enter_context(presence.hold())
            aside = backups.restore(chosen, time.time())
            database = Database(settings.resolved_database_url)
            database.upgrade()
            paused = JobRepository(database).pause_unfinished()
    except AlreadyThere:
        raise StudioRunning(
            "The studio runs on this home folder and has the database open.", "Stop it, then put the backup back."
        ) from None
    return Restored(chosen.name, aside, tuple(paused))


def _file(settings: Settings) -> Path:
    file = Database(settings.resolved_database_url).file
    if file is None:
        raise InvalidSettings(
            "The database is on a server; the studio makes no backups of it.",
            "Use the server's own backups, such as pg_dump.",
        )
    return file
