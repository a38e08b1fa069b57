"""A database that cannot be used is told in a sentence, whatever was asked of it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.domain.errors import DatabaseBusy, DatabaseDamaged, DatabaseNewer, DatabaseUnreachable
from profile_studio.domain.jobs import JobKind
from profile_studio.storage import sqlite_faults
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

PAGE_BYTES = 4096


def overwrite(path: Path, start: int) -> None:
    content = bytearray(path.read_bytes())
    content[start:] = b"\xa5" * (len(content) - start)
    path.write_bytes(content)


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the newest tables and one job, all of it in one file."""
    path = tmp_path / "studio.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    JobRepository(database).create(JobKind.CAPTION, {}, 1, 1.0)
    database.engine.dispose()
    return path


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: overwrite(path, 0),
        lambda path: overwrite(path, PAGE_BYTES),
        lambda path: path.write_text("no database at all, but a text that somebody saved under its name\n" * 9),
        cut_in_half,
    ],
    ids=["every page", "all but the first page", "another file", "half a file"],
)
def test_a_damaged_database_is_called_damaged(file: Path, damage: Callable[[Path], None]) -> None:
    damage(file)
    database = Database(f"sqlite:///{file}")

    with pytest.raises(DatabaseDamaged) as caught:
        database.upgrade()
        JobRepository(database).find()

    assert caught.value.message == "The database studio.db is damaged."


def test_a_database_of_a_newer_studio_is_left_as_it_is(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    before = file.read_bytes()

    with pytest.raises(DatabaseNewer) as caught:
        Database(f"sqlite:///{file}").upgrade()

    assert "0999" in caught.value.message
    assert file.read_bytes() == before


def test_a_lock_that_lasts_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_faults, "LOCK_TIMEOUT_S", 0.01)
    database = Database(f"sqlite:///{file}")
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseBusy) as caught:
        JobRepository(database).create(JobKind.CAPTION, {}, 1, 1.0)
    assert "studio.db" in caught.value.message

    holder.execute("ROLLBACK")
    holder.close()
    JobRepository(database).create(JobKind.CAPTION, {}, 1, 1.0)
    assert DatasetRepository(database, file.parent).names() == []


def test_a_server_that_does_not_answer_is_told() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        Database("postgresql+psycopg://studio@127.0.0.1:9/studio").upgrade()
    assert caught.value.message.startswith("The database server at 127.0.0.1 does not answer")
    assert "studio@" not in str(caught.value)
