"""One decoding process: pictures come in on standard input, our own copies go out on standard output."""

import io
import os
import sys
import threading
from dataclasses import asdict
from typing import IO

import psutil
from PIL import Image

from profile_studio.decoding.decode import GRID_QUALITY, GRID_SIDE_PX, RejectedPicture, read_picture, thumbnail
from profile_studio.decoding.faces import BrokenDetector, FaceFinder
from profile_studio.decoding.frames import read_frame, write_frame
from profile_studio.decoding.measures import measure
from profile_studio.decoding.png import png_bytes
from profile_studio.decoding.pool import MEMORY_BYTES
from profile_studio.domain.datasets import FaceDetector, FileReason

EXIT_MEMORY = 77
_LOOK_INTERVAL_S = 0.05


def main() -> None:
    """Answers until its input ends, which is when the process that started it is gone."""
    limit_memory(MEMORY_BYTES)
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not speak into the frames
    while True:
        try:
            wishes, (content,) = read_frame(sys.stdin.buffer)
        except EOFError:
            return
        answer(content, _face_finder(wishes["face_finder"]), output)


def answer(content: bytes, face_finder: FaceFinder | None, output: IO[bytes]) -> None:
    """Writes the reason why this is no picture, or its facts with a PNG and two WebP thumbnails."""
    try:
        picture = read_picture(content)
        measured = measure(picture.image)
        faces = face_finder.find(picture.image) if face_finder and not measured.is_drawing else None
        measures = asdict(measured)
        small = thumbnail(picture.image)
        grid = _webp_bytes(thumbnail(small, GRID_SIDE_PX), GRID_QUALITY)
        png = png_bytes(picture.image, repeats=measured.is_drawing)
        parts = (measures.pop("look"), png, _webp_bytes(small), grid)
    except RejectedPicture as rejection:
        write_frame(output, {"reason": rejection.reason.value})
    except BrokenDetector as broken:
        write_frame(output, {"broken_detector": str(broken)})
    except MemoryError:
        write_frame(output, {"reason": FileReason.TOO_LARGE.value})
    else:
        facts = {"sha256": picture.sha256, "format": picture.file_format, "has_more_frames": picture.has_more_frames}
        facts |= {"measures": measures, "faces": faces}
        write_frame(output, {**facts, "height": picture.image.height, "width": picture.image.width}, parts)


def _face_finder(wish: dict[str, str] | None) -> FaceFinder | None:
    return FaceFinder(FaceDetector(wish["detector"]), wish["model"]) if wish else None


def limit_memory(limit_bytes: int) -> None:
    """No picture takes more than this: the system refuses it on Linux, elsewhere this process leaves."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
        return
    threading.Thread(target=_leave_beyond, args=(limit_bytes,), daemon=True).start()


def _leave_beyond(limit_bytes: int) -> None:
    process, pause = psutil.Process(), threading.Event()
    while process.memory_info().rss < limit_bytes:
        pause.wait(_LOOK_INTERVAL_S)
    os._exit(EXIT_MEMORY)


def _webp_bytes(image: Image.Image, quality: int = 80) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
