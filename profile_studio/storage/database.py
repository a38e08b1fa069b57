"""Tables and how a database is opened.

Timestamps are seconds since the epoch (UTC). JSON columns hold what pydantic models and dataclasses of
`domain` serialise to.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import sqlalchemy.orm  # pyright: ignore[reportUnusedImport]
from sqlalchemy import event

from profile_studio.domain.errors import DatabaseDamaged, DatabaseNewer, DatabaseUnreachable, ProfileStudioError
from profile_studio.files.full_disk import disk_full
from profile_studio.storage import sqlite_faults
from profile_studio.storage.backups import Backups
from profile_studio.storage.sqlite_faults import fault_in_words

# `sqlalchemy.orm` is not used here. The queue's library imports it at the first job, in some thread; queries of other
# threads would meet half of it and fail.

metadata = sa.MetaData()

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False, index=True),
    sa.Column("wish", sa.String(16)),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),
    sa.Column("step", sa.Integer, nullable=False, default=0),
    sa.Column("steps", sa.Integer, nullable=False, default=0),
    sa.Column("seconds_left", sa.Float),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("spec", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON),
    sa.Column("error", sa.JSON),
    sa.Column("created_at", sa.Float, nullable=False, index=True),
    sa.Column("started_at", sa.Float),
    sa.Column("finished_at", sa.Float),
    sa.Column("heartbeat_at", sa.Float),
    sa.Column("adapter_name", sa.String(64)),
)

_unfinished = sa.text("status NOT IN ('completed', 'failed', 'canceled')")
sa.Index(
    "jobs_reserved_names",
    jobs.c.adapter_name,
    unique=True,
    sqlite_where=_unfinished,
    postgresql_where=_unfinished,
)
"""Of two trainings that are asked for at the same moment, one gets the name."""

loss_points = sa.Table(
    "loss_points",
    metadata,
    sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("loss", sa.Float, nullable=False),
)

datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("trigger_word", sa.Text, nullable=False, default=""),
    sa.Column("class_word", sa.Text, nullable=False, default=""),
    sa.Column("consent", sa.String(16)),
    sa.Column("example", sa.String(64)),
    sa.Column("face_detector", sa.String(8)),
    sa.Column("created_at", sa.Float, nullable=False),
)

dataset_images = sa.Table(
    "dataset_images",
    metadata,
    sa.Column("dataset", sa.String(64), sa.ForeignKey("datasets.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("image_id", sa.String(32), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("original_name", sa.Text, nullable=False),
    sa.Column("caption", sa.Text, nullable=False, default=""),
    sa.Column("held_out", sa.Boolean, nullable=False, default=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("repeats", sa.Integer, nullable=False, server_default="1"),
    sa.Column("is_kept", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("reason", sa.String(32)),
    sa.Column("measure", sa.Float),
    sa.Column("other", sa.Text, nullable=False, server_default=""),
    sa.Column("group_id", sa.String(32), nullable=False, server_default=""),
    sa.Column("measures", sa.JSON),
    sa.Column("caption_source", sa.String(8), nullable=False, server_default=""),
    sa.Column("face_box", sa.JSON),
    sa.Column("face_count", sa.Integer),
    sa.Column("is_reference", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("drawn_face", sa.Float),
)

dataset_changes = sa.Table(
    "dataset_changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("dataset", sa.String(64), sa.ForeignKey("datasets.name", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("version", sa.String(16), nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("captions_before", sa.JSON),
    sa.Column("sentence", sa.JSON),
)


class Database:
    """One engine with the pragmas that concurrent processes on one SQLite file need.

    Whatever is asked of it raises `DatabaseDamaged` or `DatabaseBusy` where SQLite says so, `DatabaseUnreachable` where a
    server is gone, and `DiskFull` where a row does not fit.
    """

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "handle_error", _in_a_sentence)
        else:
            event.listen(self.engine, "handle_error", _unreachable)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None for a database on a server."""
        is_file = self.engine.dialect.name == "sqlite" and self.engine.url.database
        return Path(self.engine.url.database or "").absolute() if is_file else None

    @contextmanager
    def transaction(self) -> Generator[sa.Connection]:
        """A transaction that commits at the end of the block and rolls back on an error."""
        with self.engine.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Brings the tables to the newest revision; safe to call from several processes one after the other.

        A file is backed up before.

        Raises:
            DatabaseNewer, DatabaseDamaged: as `check_revision`.
        """
        revision = self.check_revision()
        if revision == HEAD_REVISION:
            return
        if self.file is not None and revision is not None:
            Backups(self.file).make(time.time(), f"before-{HEAD_REVISION}")
        # Imported here: starting the page must not wait for the migration tool when nothing is to be migrated.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def empty_write_ahead(self) -> bool:
        """Moves every change into the file itself and empties the one for changes; False while somebody reads it."""
        if self.file is None:
            return True
        with self.engine.connect() as connection:
            (is_busy, _, _) = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not is_busy

    def check_revision(self) -> str | None:
        """Which tables there are; None if there are none yet.

        Raises:
            DatabaseNewer: a newer version of the studio made them.
            DatabaseDamaged: the file cannot be read, or has no tables any more although it was backed up.
        """
        revision = self._revision()
        if revision is None and self.file is not None and (found := Backups(self.file).newest_first()):
            raise DatabaseDamaged(
                "The database {file} is gone, but there is a backup of it ({backup}).",
                "`python -m profile_studio backup restore` puts it back; to begin anew, move the folder `backups` away.",
                file=self.file.name,
                backup=found[0].name,
            )
        if revision is not None and revision > HEAD_REVISION:
            raise DatabaseNewer(
                "The database was made by a newer version of this studio (tables {revision}, here {ours}).",
                "Update the studio; `python -m profile_studio doctor` says which backup this version can use.",
                revision=revision,
                ours=HEAD_REVISION,
            )
        return revision

    def _revision(self) -> str | None:
        with self.engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


HEAD_REVISION = "0008"


def _configure_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    timeout = f"busy_timeout={round(1000 * sqlite_faults.LOCK_TIMEOUT_S)}"  # first: the others may meet a lock
    overwrite_deleted = "secure_delete=ON"
    for pragma in (timeout, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", overwrite_deleted):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _in_a_sentence(context: sa.ExceptionContext) -> ProfileStudioError | None:
    file = Path((context.engine and context.engine.url.database) or "")
    fault = fault_in_words(context.original_exception, file)
    # Connections keep the pages they have read; those opened after the file was put back read it anew.
    context.is_disconnect = context.is_disconnect or isinstance(fault, DatabaseDamaged)
    return fault or disk_full(context.original_exception)


def _unreachable(context: sa.ExceptionContext) -> ProfileStudioError | None:
    """Where there is no connection, or none any more, or no room; None leaves any other error as it is."""
    if context.connection is not None and not context.is_disconnect:
        return disk_full(context.original_exception)
    host = (context.engine and context.engine.url.host) or "this computer"
    return DatabaseUnreachable(
        "The database server at {host} does not answer.",
        "Start it, or mend PROFILE_STUDIO_DATABASE_URL; then try again.",
        host=host,
    )
