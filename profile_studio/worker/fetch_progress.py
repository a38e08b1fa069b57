"""How far a fetch is, and whether there is room for it."""

import math
import time
from pathlib import Path

from profile_studio.domain.errors import BaseModelMissing, DiskFull
from profile_studio.domain.jobs import Interrupted, JobContext, ProgressReport
from profile_studio.files.full_disk import check_room, free_bytes

_MEGABYTE = 1_000_000
_GIGABYTE = 1_000_000_000


class FetchProgress:
    """How many bytes are there, as steps of a megabyte; looks for a wish between two chunks."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._total = self._there = self._arrived = 0
        self._began_at = time.monotonic()

    def begin(self, name: str, total: int, there: int, folder: Path, *, beside: int = 0) -> None:
        """Says how much it is.

        Args:
            name: what a person calls what is fetched.
            total, there: bytes of it, and how many of them an earlier fetch got.
            folder: where it goes; need not be there yet.
            beside: bytes that are needed for a while besides.
        Raises:
            BaseModelMissing: the disk has no room for it.
        """
        self._total, self._there = total, there
        needed = total - there + beside
        disk = next(each for each in (folder, *folder.parents) if each.exists())
        try:
            check_room(disk, needed)
        except DiskFull as error:
            raise BaseModelMissing(
                "The disk has no room for {base!r}: {needed} GB are still to be fetched, and {free} GB are free.",
                "Make room, for example in Storage, or let HF_HOME name a folder on a larger disk, then fetch again.",
                base=name,
                needed=f"{needed / _GIGABYTE:.1f}",
                free=f"{free_bytes(disk) / _GIGABYTE:.1f}",
            ) from error
        self.add(0)

    def add(self, n_bytes: int) -> None:
        """Counts what has arrived.

        Raises:
            Interrupted: a wish was seen.
        """
        self._arrived += n_bytes
        if self._total:
            there = min(self._there + self._arrived, self._total)
            speed = self._arrived / max(time.monotonic() - self._began_at, 1e-3)
            seconds_left = (self._total - there) / speed if speed else None
            steps = math.ceil(self._total / _MEGABYTE)
            self._context.report(ProgressReport(math.floor(steps * there / self._total), steps, seconds_left))
        if (wish := self._context.wish()) is not None:
            raise Interrupted(wish)
