"""What a studio does now and then without being asked."""

import logging
import sqlite3
import time

from profile_studio.domain.errors import DatabaseBusy
from profile_studio.storage.backups import Backups
from profile_studio.storage.database import Database

LOOK_INTERVAL_S = 600.0

_log = logging.getLogger(__name__)


class Housekeeping:
    """Backs the database up once a day; one on a server is backed up there."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked_at = time.monotonic()

    def back_up(self, now: float) -> None:
        """Makes the backup of this day, if there is none yet.

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
        """Call this often; it does something every ten minutes at most."""
        if time.monotonic() - self._looked_at < LOOK_INTERVAL_S:
            return
        self._looked_at = time.monotonic()
        try:
            self.back_up(time.time())
        except Exception:  # noqa: BLE001  # the page stays open
            _log.exception("The database was not backed up")
