"""How fast 1,000 photographs of 12 megapixels import, beside ImageHash hashing the same folder, in one run.

A tenth of them, each with a face, is imported as a face set too.

Run: .venv/bin/python -m benchmarks.import_speed [COUNT]
ImageHash is no dependency of the studio: `pip install ImageHash` into an environment of your own first.
"""

import io
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageChops, ImageDraw

from profile_studio.domain.datasets import Consent, ImportRequest
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings

HEIGHT, WIDTH = 3000, 4000
SHAPES = 150
LOOK_INTERVAL_S = 0.1


def write_photographs(folder: Path, count: int, face: Image.Image | None = None) -> None:
    """Sharp shapes on smooth colours with the fine grain of a sensor, each picture another; about 3.5 MB."""
    folder.mkdir()
    noise = np.random.default_rng(0).normal(128, 6, (HEIGHT, WIDTH)).clip(0, 255).astype(np.uint8)
    grain = Image.fromarray(noise).convert("RGB")
    for number in range(count):
        random = np.random.default_rng(number)
        coarse = Image.fromarray(random.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        picture = coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        draw = ImageDraw.Draw(picture)
        for _ in range(SHAPES):
            left, top = int(random.integers(WIDTH)), int(random.integers(HEIGHT))
            width, height = (int(side) for side in random.integers(40, 400, 2))
            colour = tuple(int(part) for part in random.integers(0, 256, 3))
            draw.ellipse((left, top, left + width, top + height), fill=colour)
        picture = ImageChops.add(picture, ImageChops.offset(grain, 7 * number, 0), offset=-128)
        if face is not None:
            picture.paste(face, (100 + 10 * number % 1000, 100))
        picture.save(folder / f"{number:04d}.jpg", quality=90)


def face_of_two_thousand_rows() -> Image.Image:
    """Grace Hopper, from the pictures that matplotlib ships."""
    content = files("matplotlib").joinpath("mpl-data", "sample_data", "grace_hopper.jpg").read_bytes()
    with Image.open(io.BytesIO(content)) as portrait:
        return portrait.convert("RGB").resize((1706, 2000), Image.Resampling.LANCZOS)


class PeakMemory:
    """The most memory that this process and its children held together, looked at ten times a second."""

    def __init__(self) -> None:
        self.bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._done.wait(LOOK_INTERVAL_S):
            held = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.bytes = max(self.bytes, held)


def main() -> None:
    """Prints pictures a second of both, their ratio, and the peak memory of the import."""
    try:
        import imagehash
    except ImportError:
        sys.exit("ImageHash is missing: pip install ImageHash")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as home:
        folder, faces = Path(home) / "photographs", Path(home) / "faces"
        write_photographs(folder, count)
        write_photographs(faces, max(count // 10, 2), face_of_two_thousand_rows())
        studio = Studio.open(Settings(home=Path(home) / "home"))
        load = os.getloadavg()[0]
        ours = import_cost(studio, ImportRequest([folder], "speed"))
        with_faces = import_cost(studio, ImportRequest([faces], "faces", consent=Consent.ME))
        found = sum(image.face_count == 1 for image in studio.datasets.get("faces").every_image)
        started, busy = time.perf_counter(), time.process_time()
        for path in sorted(folder.iterdir()):
            with Image.open(path) as image:
                imagehash.phash(image)
        theirs, theirs_s = count / (time.perf_counter() - started), (time.process_time() - busy) / count
    print(f"{count} JPEGs of 12 megapixels, {os.cpu_count()} cores, load before {load:.1f}")
    print(f"import with all checks: {ours}")
    print(
        f"ImageHash, phash only, one core: {theirs:.1f} a second, {theirs_s * 1e3:.0f} ms of processor time a picture"
    )
    print(f"with faces: {with_faces}; one face found in {found} of {max(count // 10, 2)}")


@dataclass(frozen=True)
class Cost:
    """What an import took."""

    pictures_a_second: float
    processor_s: float  # of one picture, all processes together: what a busy machine does not stretch
    most_bytes: int

    def __str__(self) -> str:
        return (
            f"{self.pictures_a_second:.1f} a second, {self.processor_s * 1e3:.0f} ms of processor time a picture, "
            f"{self.most_bytes / 1e6:.0f} MB at most"
        )


def import_cost(studio: Studio, request: ImportRequest) -> Cost:
    """Imports a folder and measures what it took."""
    started, busy = time.perf_counter(), processor_s()
    with PeakMemory() as peak:
        report = studio.datasets.import_sources(request)
    count = len(report.dataset.every_image)
    return Cost(count / (time.perf_counter() - started), (processor_s() - busy) / count, peak.bytes)


def processor_s() -> float:
    """Seconds that this process and the decoding processes it keeps have computed."""
    me = psutil.Process()
    times = [process.cpu_times() for process in [me, *me.children(recursive=True)]]
    return sum(each.user + each.system for each in times)


if __name__ == "__main__":
    main()
