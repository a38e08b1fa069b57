"""A queue that cannot be used is no loss: the rows make it again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from dbos._migration import sqlite_migrations

from profile_studio.jobs.queue import set_unusable_queue_aside
from profile_studio.settings import Settings

NOON = 1_800_000_000.0


@pytest.fixture
def file(settings: Settings) -> Path:
    file = settings.resolved_home / "queue.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE dbos_migrations (version INTEGER NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO dbos_migrations VALUES (?)", [len(sqlite_migrations)])
    return file


def of_a_newer_dbos(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE dbos_migrations SET version = version + 1")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"\xa5" * file.stat().st_size),
        lambda file: file.write_bytes(file.read_bytes()[:4096] + b"\xa5" * 4096),
        of_a_newer_dbos,
    ],
    ids=["damaged", "damaged in a page", "of a newer DBOS"],
)
def test_a_queue_that_cannot_be_used_makes_room(
    settings: Settings, file: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(file)
    spoiled = file.read_bytes()
    file.with_name("queue.db-wal").write_bytes(b"left")

    aside = set_unusable_queue_aside(settings, NOON)

    assert aside and aside.parent == settings.resolved_home / "backups"
    assert aside.read_bytes() == spoiled
    assert list(settings.resolved_home.glob("queue.db*")) == []


@pytest.mark.parametrize("make", [lambda _: None, Path.unlink, lambda file: file.write_bytes(b"")])
def test_a_queue_that_can_be_used_or_made_stays(settings: Settings, file: Path, make: Callable[[Path], object]) -> None:
    make(file)
    assert set_unusable_queue_aside(settings, NOON) is None


def test_a_server_has_its_own_queue(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql+psycopg://nobody@127.0.0.1:9/x")
    assert set_unusable_queue_aside(settings, NOON) is None
