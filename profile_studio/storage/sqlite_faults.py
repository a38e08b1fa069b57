"""What SQLite says is wrong with a file, in words for people."""

import sqlite3
from contextlib import closing
from pathlib import Path

from profile_studio.domain.errors import DatabaseBusy, DatabaseDamaged, ProfileStudioError

LOCK_TIMEOUT_S = 15.0


def fault_in_words(error: BaseException | None, file: Path) -> ProfileStudioError | None:
    """The error that says it, for damage and locks; None for anything else."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # without the bits that tell more
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged(file)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseBusy(
                "Another program has kept the database {file} locked for {seconds} seconds.",
                "Try again in a moment; if it stays, close what has the file open, such as a backup or a sync program.",
                file=file.name,
                seconds=round(LOCK_TIMEOUT_S),
            )
        case _:
            return None


def check_sound(file: Path) -> None:
    """Reads the whole file, which must be there.

    Raises:
        DatabaseDamaged: a page of it is not as SQLite wrote it.
        DatabaseBusy: it is locked.
    """
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=LOCK_TIMEOUT_S)) as connection:
            (finding,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise fault_in_words(error, file) or error from error
    if finding != "ok":
        raise damaged(file)


def damaged(file: Path) -> DatabaseDamaged:
    """What is said of a file that SQLite cannot read."""
    return DatabaseDamaged(
        "The database {file} is damaged.",
        "Run `python -m profile_studio doctor`: it says the way back.",
        file=file.name,
    )
