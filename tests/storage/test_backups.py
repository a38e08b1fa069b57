"""Backups of the database's file: when they are made, how long they stay, and the way back."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from profile_studio.domain.errors import DatabaseDamaged
from profile_studio.domain.jobs import JobKind
from profile_studio.storage.backups import KEPT_S, Backups
from profile_studio.storage.database import HEAD_REVISION, Database
from profile_studio.storage.jobs import JobRepository

NOON = 1_800_000_000.0
DAY_S = 24 * 3600.0


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """One that is open and in use: its job is still in the write-ahead file."""
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    JobRepository(database).create(JobKind.CAPTION, {}, 1, 1.0)
    return database


@pytest.fixture
def backups(database: Database) -> Backups:
    assert database.file
    return Backups(database.file)


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def jobs_in(file: Path) -> int:
    return len(JobRepository(Database(f"sqlite:///{file}")).find())


def test_a_backup_is_whole_in_one_file_while_the_database_is_in_use(backups: Backups) -> None:
    made = backups.make(NOON)

    alone = made.with_name("alone.db")
    made.rename(alone)
    assert jobs_in(alone) == 1


def test_there_is_one_a_day_and_none_older_than_a_week(backups: Backups) -> None:
    for hour in range(0, 10 * 24, 6):
        backups.make_daily(NOON + hour * 3600.0)

    kept = backups.newest_first()
    assert len(kept) == len({path.name for path in kept}) == 1 + KEPT_S // DAY_S
    assert kept == sorted(kept, reverse=True)  # by name, which is the day


def test_the_newest_is_the_newest_in_a_folder_that_was_copied_too(backups: Backups) -> None:
    older, before, after = (
        backups.make(NOON),
        backups.make(NOON + DAY_S, "before-0008"),
        backups.make(NOON + DAY_S + 60),
    )
    os.utime(older, (NOON + 5 * DAY_S, NOON + 5 * DAY_S))

    assert backups.newest_first() == [after, before, older]


def test_a_damaged_database_is_not_backed_up_and_costs_no_backup(database: Database, backups: Backups) -> None:
    good = backups.make(NOON)
    database.engine.dispose()
    assert database.file
    content = bytearray(database.file.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    database.file.write_bytes(content)

    with pytest.raises(DatabaseDamaged) as caught:
        backups.make(NOON + 30 * DAY_S)

    assert caught.value.message == "The database studio.db is damaged."
    assert backups.newest_first() == [good]
    assert list(backups.folder.iterdir()) == [good]


def test_tables_are_changed_only_after_a_backup(database: Database, backups: Backups) -> None:
    with database.transaction() as connection:
        connection.execute(sa.text("DROP INDEX jobs_reserved_names"))
        connection.execute(sa.text("ALTER TABLE jobs DROP COLUMN adapter_name"))
        connection.execute(sa.text("ALTER TABLE dataset_changes DROP COLUMN sentence"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0006'"))

    database.upgrade()

    (made,) = backups.newest_first()
    assert made.name.endswith(f"-before-{HEAD_REVISION}.db")
    with closing(sqlite3.connect(made)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0006",)


def test_a_backup_comes_back_and_what_was_there_is_kept_a_week(database: Database, backups: Backups) -> None:
    backup = backups.make(NOON)
    JobRepository(database).create(JobKind.CAPTION, {}, 1, 2.0)
    database.engine.dispose()
    assert database.file
    (database.file.with_name("studio.db-wal")).write_bytes(b"what a killed process left")

    aside = backups.restore(backup, NOON + 60)

    assert jobs_in(database.file) == 1
    assert aside and aside.is_file() and aside not in backups.newest_first()
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"what a killed process left"


@pytest.mark.parametrize("loss", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["missing", "empty"])
def test_a_lost_database_is_not_made_anew_beside_its_backups(
    database: Database, backups: Backups, loss: Callable[[Path], object]
) -> None:
    made = backups.make(NOON)
    database.engine.dispose()
    assert database.file
    loss(database.file)

    with pytest.raises(DatabaseDamaged) as caught:
        Database(f"sqlite:///{database.file}").upgrade()

    assert made.name in caught.value.message
    assert "backup restore" in caught.value.fix


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"\xa5" * 9000),
        lambda path: change(path, "UPDATE alembic_version SET version_num = '9'"),
        lambda path: change(path, "DROP TABLE alembic_version"),
    ],
    ids=["damaged", "of a newer studio", "of another program"],
)
def test_only_a_backup_that_can_be_used_is_offered(backups: Backups, spoil: Callable[[Path], object]) -> None:
    good = backups.make(NOON)
    spoil(backups.make(NOON + DAY_S))

    assert backups.newest_usable(HEAD_REVISION) == good
