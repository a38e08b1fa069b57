"""What a disk may refuse, as errors in words, for whoever talks to a person."""

import errno
import sqlite3

from profile_studio.domain.errors import NotWritable, ProfileStudioError
from profile_studio.domain.sentences import Sentence
from profile_studio.files.full_disk import disk_full

_REASONS = {
    errno.EROFS: Sentence("its disk is read-only"),
    errno.EACCES: Sentence("this user may not do that"),
    errno.EPERM: Sentence("this user may not do that"),
}

_FIX = "Get the right to write there, or set PROFILE_STUDIO_HOME to another folder."


def known_fault(error: BaseException) -> ProfileStudioError | None:
    """The error in words if the disk is full, read-only or somebody else's; None if something else is behind it."""
    return disk_full(error) or _not_writable(error)


def _not_writable(error: BaseException | None) -> NotWritable | None:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _REASONS and error.filename is not None:
            return NotWritable(
                "{file} cannot be written or read: {reason}.",
                _FIX,
                file=str(error.filename),
                reason=_REASONS[error.errno],
            )
        if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY:
            return NotWritable("The studio's database cannot be written: it is read-only.", _FIX)
        error = error.__cause__ or error.__context__
    return None
