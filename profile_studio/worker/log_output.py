"""What our processes print, into a log on a disk that may be full."""

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def print_what_fits() -> None:
    """From now on a line that the disk does not take is lost, and nothing else with it."""
    log = _Log(sys.stderr.fileno())
    sys.stdout = sys.stderr = io.TextIOWrapper(log, "utf-8", "backslashreplace", write_through=True)  # type: ignore[arg-type]


class _Log(io.RawIOBase):
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, content: "ReadableBuffer", /) -> int:
        whole = bytes(content)
        with suppress(OSError):
            os.write(self._descriptor, whole)
        return len(whole)
