"""What a studio does now and then without being asked, and what it does so that nothing deleted stays behind."""

import logging
import sqlite3
import time

from profile_studio.domain.errors import DatabaseBusy, ProfileStudioError
from profile_studio.domain.sentences import Sentence
from profile_studio.services.traces import TracesOfDatasets
from profile_studio.settings import Settings
from profile_studio.storage.backups import Backups
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository

BACKUP_INTERVAL_S = 600.0  # between two looks whether the day has its backup
TRACES_INTERVAL_S = 5.0

_log = logging.getLogger(__name__)


class Housekeeping:
    """Backs the database up once a day, and removes what jobs kept of deleted data sets once they are over."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._traces = TracesOfDatasets(settings, JobRepository(database))
        self._next_backup = time.monotonic() + BACKUP_INTERVAL_S
        self._next_traces = 0.0

    def back_up(self, now: float) -> None:
        """Makes the backup of this day, if there is none yet; a server is backed up there.

        Raises:
            DatabaseDamaged: there is nothing to back up any more.
        """
        if self._database.file is None:
            return
        try:
            Backups(self._database.file).make_daily(now)
        except (OSError, sqlite3.Error, DatabaseBusy) as error:  # a full disk must not keep the studio shut
            _log.warning("The database was not backed up: %s", error)

    def look_after(self) -> None:
        """Does what is due; call this often."""
        try:
            if time.monotonic() >= self._next_traces:
                self._next_traces = time.monotonic() + TRACES_INTERVAL_S
                self._traces.remove_from_ended_jobs(time.time())
            if time.monotonic() >= self._next_backup:
                self._next_backup = time.monotonic() + BACKUP_INTERVAL_S
                self.back_up(time.time())
        except Exception:  # noqa: BLE001  # the page stays open
            _log.exception("Something was not looked after")


def forget_deleted_rows(database: Database, now: float) -> tuple[list[Sentence], list[Sentence]]:
    """Makes sure that no file holds rows that were just deleted; says what went for it, and what stays."""
    left: list[Sentence] = []
    if not database.empty_write_ahead():
        left.append(Sentence("names in the file of the database's last changes until the studio stops"))
    if database.file is None:
        return [], left
    backups = Backups(database.file)
    if not backups.newest_first():
        return [], left
    if not _renewed(backups, now):
        return [], [*left, Sentence("the older backups of the database until they are a week old")]
    return [Sentence("the older backups of the database")], left


def _renewed(backups: Backups, now: float) -> bool:
    try:
        backups.renew(now)
    except (OSError, sqlite3.Error, ProfileStudioError) as error:
        _log.warning("The backups were not renewed: %s", error)
        return False
    return True
