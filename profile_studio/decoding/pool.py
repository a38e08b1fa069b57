"""The processes that decode, kept while there is something to decode and a while after."""

import atexit
import contextlib
import functools
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TypeVar

import psutil

from profile_studio.decoding.faces import FaceFinder
from profile_studio.decoding.frames import read_frame, write_frame
from profile_studio.decoding.measures import PictureMeasures
from profile_studio.domain.datasets import FaceBox, FileReason
from profile_studio.domain.errors import InvalidSettings
from profile_studio.settings import REPOSITORY_ROOT

Ticket = TypeVar("Ticket")

LONGEST_PICTURE_S = 30.0
IDLE_S = 60.0
MEMORY_BYTES = 1_500_000_000  # a process: 100 megapixels with transparency, and what turning and shrinking them takes
_MOST_PROCESSES = 4
# Each picture takes and frees the same few large blocks. glibc hands such blocks back to the system at once, which then
# clears every page again for the next picture: a tenth of the time. Other C libraries do not read these.
_KEEP_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}


@dataclass(frozen=True)
class DecodedPicture:
    """A picture that became ours, with the files to keep. `sha256` is of its pixels."""

    sha256: str
    file_format: str
    height: int
    width: int
    measures: PictureMeasures
    png: bytes
    thumbnail: bytes
    grid_thumbnail: bytes
    faces: tuple[FaceBox, ...] | None = None
    """Largest first; None where nobody looked: in drawings, and when nobody asked."""
    has_more_frames: bool = False
    """Whether it is the first of several frames or pages."""


Decoded = DecodedPicture | FileReason
"""A picture, or why it is none."""


class DecodingPool:
    """Decodes on some processes of its own; one that hangs, grows or crashes is replaced, and its picture refused."""

    def __init__(self, processes: int, longest_picture_s: float = LONGEST_PICTURE_S, idle_s: float = IDLE_S) -> None:
        self._processes = processes
        self._longest_picture_s = longest_picture_s
        self._idle_s = idle_s
        self._free: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self._users = 0
        self._lock = threading.Lock()
        self._idle_timer: threading.Timer | None = None

    def decode_all(
        self, files: Iterable[tuple[Ticket, Callable[[], bytes]]], face_finder: FaceFinder | None = None
    ) -> Iterator[tuple[Ticket, Callable[[], Decoded]]]:
        """Each file's ticket with its result, in order.

        Files are read here, one after the other, a few ahead of the decoding: memory stays bounded. What reading
        raises is raised by the result's call.
        """
        decode = functools.partial(self.decode, face_finder=face_finder)
        waiting: deque[tuple[Ticket, Future[Decoded]]] = deque()
        with self._in_use(), ThreadPoolExecutor(self._processes) as threads:
            for ticket, read in files:
                waiting.append((ticket, _submitted(threads, read, decode)))
                if len(waiting) > 2 * self._processes:
                    ticket, future = waiting.popleft()
                    yield ticket, future.result
            for ticket, future in waiting:
                yield ticket, future.result

    def decode(self, content: bytes, face_finder: FaceFinder | None = None) -> Decoded:
        """Decodes one file, waiting for a process.

        Raises:
            InvalidSettings: the face detector cannot be read.
        """
        child = self._free_child()
        try:
            return child.decode(content, self._longest_picture_s, face_finder)
        finally:
            if child.is_alive():
                self._free.put(child)

    def _free_child(self) -> "_Child":
        with contextlib.suppress(queue.Empty):
            while True:
                child = self._free.get_nowait()
                if child.is_alive():
                    return child
                child.end()
        return _Child()

    def close(self) -> None:
        """Ends the processes that have nothing to do."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().end()

    @contextlib.contextmanager
    def _in_use(self) -> Generator[None]:
        with self._lock:
            self._users += 1
            if self._idle_timer is not None:
                self._idle_timer.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._idle_timer = threading.Timer(self._idle_s, self.close)
                    self._idle_timer.daemon = True
                    self._idle_timer.start()


@functools.cache
def shared_pool() -> DecodingPool:
    """The one pool of this process."""
    pool = DecodingPool(processes_that_fit(os.cpu_count() or 1, psutil.virtual_memory().total))
    atexit.register(pool.close)
    return pool


def processes_that_fit(processors: int, memory_bytes: int) -> int:
    """How many may decode at once: the largest pictures that they take are together half of the machine's memory."""
    return max(1, min(_MOST_PROCESSES, processors, memory_bytes // 2 // MEMORY_BYTES))


def _submitted(
    threads: ThreadPoolExecutor, read: Callable[[], bytes], decode: Callable[[bytes], Decoded]
) -> "Future[Decoded]":
    try:
        content = read()
    except Exception as error:  # noqa: BLE001  # kept for whoever asks for the result
        failed: Future[Decoded] = Future()
        failed.set_exception(error)
        return failed
    return threads.submit(decode, content)


class _Child:
    """One decoding process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "profile_studio.decoding"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=REPOSITORY_ROOT,
            env={**os.environ, **_KEEP_FREED_MEMORY, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )

    def decode(self, content: bytes, longest_s: float, face_finder: FaceFinder | None) -> Decoded:
        assert self._process.stdin is not None and self._process.stdout is not None
        late = threading.Timer(longest_s, self._process.kill)
        late.start()
        try:
            write_frame(self._process.stdin, {"face_finder": face_finder and asdict(face_finder)}, [content])
            facts, parts = read_frame(self._process.stdout)
        except (OSError, EOFError, ValueError):
            self.end()
            return FileReason.UNREADABLE  # the decoder crashed, or was killed because it took too long
        finally:
            late.cancel()
        if "broken_detector" in facts:
            raise InvalidSettings(
                "{file} is not a YuNet that OpenCV can read.",
                "Take face_detection_yunet_2023mar.onnx, or unset PROFILE_STUDIO_YUNET.",
                file=facts["broken_detector"],
            )
        if "reason" in facts:
            return FileReason(facts["reason"])
        look, png, thumbnail, grid_thumbnail = parts
        return DecodedPicture(
            sha256=facts["sha256"],
            file_format=facts["format"],
            height=facts["height"],
            width=facts["width"],
            measures=PictureMeasures(**facts["measures"], look=look),
            png=png,
            thumbnail=thumbnail,
            grid_thumbnail=grid_thumbnail,
            faces=None if facts["faces"] is None else tuple(FaceBox(*box) for box in facts["faces"]),
            has_more_frames=facts["has_more_frames"],
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        self._process.kill()
        self._process.wait()
