"""How fast 1,000 photographs of 12 megapixels import, beside ImageHash hashing the same folder, in one run.

Run: .venv/bin/python -m benchmarks.import_speed [COUNT]
ImageHash is no dependency of the studio: `pip install ImageHash` into an environment of your own first.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from profile_studio.domain.datasets import ImportRequest
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings

HEIGHT, WIDTH = 3000, 4000
LOOK_INTERVAL_S = 0.1


def write_photographs(folder: Path, count: int) -> None:
    """Smooth colours with the fine grain of a sensor, each picture another; about 4 MB."""
    folder.mkdir()
    grain = np.random.default_rng(0).normal(0, 6, (HEIGHT, WIDTH, 1))
    for number in range(count):
        random = np.random.default_rng(number)
        coarse = Image.fromarray(random.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=np.float32)
        pixels = np.clip(smooth + np.roll(grain, number, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:04d}.jpg", quality=90)


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
        folder = Path(home) / "photographs"
        write_photographs(folder, count)
        started = time.perf_counter()
        with PeakMemory() as peak:
            Studio.open(Settings(home=Path(home) / "home")).datasets.import_sources(ImportRequest([folder], "speed"))
        ours = count / (time.perf_counter() - started)
        started = time.perf_counter()
        for path in sorted(folder.iterdir()):
            with Image.open(path) as image:
                imagehash.phash(image)
        theirs = count / (time.perf_counter() - started)
    print(f"{count} JPEGs of 12 megapixels, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"import with all checks: {ours:.1f} a second, {peak.bytes / 1e6:.0f} MB at most")
    print(f"ImageHash, phash only, one core: {theirs:.1f} a second; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
