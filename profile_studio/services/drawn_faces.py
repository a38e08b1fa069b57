"""Whether drawings show a face: the critic says so, in a process of its own, while other pictures are still decoded."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from profile_studio.decoding.faces import FaceFinder
from profile_studio.decoding.frames import read_frame, write_frame
from profile_studio.settings import REPOSITORY_ROOT

_LONGEST_LOOK_S = 120.0  # the first look waits until torch and the critic are loaded
_TELL_INTERVAL_S = 0.2


@dataclass(frozen=True)
class FaceSearch:
    """Who looks for faces in a face set: a detector in its photographs, and in its drawings the critic of this folder."""

    finder: FaceFinder
    critic: Path


class DrawnFaces:
    """The critic looks at one drawing after the other; its process starts with the first and ends with the block.

    A drawing that it could not look at has no score, whatever the reason: an import goes on without.

    Args:
        critic: its folder; None, or one that is not there, looks at nothing.
    """

    def __init__(self, critic: Path | None) -> None:
        self._critic = critic if critic is not None and critic.is_dir() else None
        self._thread = ThreadPoolExecutor(1, "drawn-faces")
        self._process: subprocess.Popen[bytes] | None = None
        self._looks: dict[str, Future[float]] = {}
        self._looked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is not None:
            process.kill()
        self._thread.shutdown(cancel_futures=True)
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        process.wait()

    @property
    def waiting(self) -> int:
        """How many drawings are still to be looked at."""
        return len(self._looks) - self._looked

    def look_at(self, sha256: str, picture: bytes) -> None:
        """Takes a drawing, as a file of a few hundred pixels; nothing happens where there is no critic."""
        if self._critic is None:
            return
        if self._process is None:
            self._process = _started(self._critic)
        self._looks[sha256] = self._thread.submit(self._look, self._process, picture)

    def scores(self, tell: Callable[[int], object]) -> dict[str, float]:
        """By sha256 how surely the critic sees a face in each drawing it looked at, 0 to 1.

        Args:
            tell: called with how many still wait, now and then and at the end; what it raises comes out here.
        """
        while wait(self._looks.values(), _TELL_INTERVAL_S).not_done:
            tell(self.waiting)
        if self._looks:
            tell(0)
        found: dict[str, float] = {}
        for sha256, look in self._looks.items():
            with contextlib.suppress(OSError, EOFError, ValueError):
                found[sha256] = look.result()
        return found

    def _look(self, process: "subprocess.Popen[bytes]", picture: bytes) -> float:
        assert process.stdin is not None and process.stdout is not None
        late = threading.Timer(_LONGEST_LOOK_S, process.kill)
        late.start()
        try:
            write_frame(process.stdin, {}, [picture])
            facts, _ = read_frame(process.stdout)
            return float(facts["score"])
        finally:
            late.cancel()
            self._looked += 1


def _started(critic: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "profile_studio.faces", str(critic.resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=REPOSITORY_ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
