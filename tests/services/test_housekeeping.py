"""A studio backs its database up by itself."""

import time
from pathlib import Path

import pytest

from profile_studio.domain.errors import DatabaseDamaged
from profile_studio.services.housekeeping import Housekeeping
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database


def backups(settings: Settings) -> list[Path]:
    return sorted((settings.resolved_home / "backups").glob("*"))


def test_a_studio_that_is_opened_again_has_a_backup_of_this_day(settings: Settings) -> None:
    Studio.open(settings)
    assert backups(settings) == []  # there is nothing in it yet

    Studio.open(settings)
    Studio.open(settings)

    assert [path.name for path in backups(settings)] == [f"studio-{time.strftime('%Y-%m-%d')}.db"]


def test_a_full_disk_does_not_keep_the_studio_shut(settings: Settings) -> None:
    Studio.open(settings)
    (settings.resolved_home / "backups").write_bytes(b"a file where the folder should be")

    assert Studio.open(settings).datasets.list() == []


def test_a_damaged_page_is_noticed_at_the_daily_backup(settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    database.engine.dispose()
    assert database.file
    content = bytearray(database.file.read_bytes())
    content[-4096:] = b"\xa5" * 4096
    database.file.write_bytes(content)

    with pytest.raises(DatabaseDamaged):
        Housekeeping(settings, database).back_up(time.time())
    assert backups(settings) == []
