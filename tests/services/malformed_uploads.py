"""Malformed uploads by the hundred: `python -m tests.services.malformed_uploads 2000` is what `make soak` runs."""

import io
import json
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.decoding.pool import DecodedPicture, DecodingPool, shared_pool
from profile_studio.domain.datasets import FileReason
from profile_studio.domain.errors import InvalidDataset
from profile_studio.services.importing import import_files
from tests.services.legacy_captions import check_legacy_captions

BATCH = 60
ZIP_SHARE = 4  # every fourth case is a zip
EVIL_NAMES = ("../up.png", "/root.png", "C:\\z.png", "a/../../b.png", "con\0.png", "x" * 300 + ".png", "\u202egnp.exe")


def check_malformed_uploads(count: int, folder: Path, pool: DecodingPool) -> Counter[str]:
    """Imports `count` malformed files and zips; returns how often each fate was met.

    Raises:
        AssertionError: a file was forgotten, or something was written where it was not told to.
    """
    fates: Counter[str] = Counter()
    zips = count // ZIP_SHARE
    for number in range(zips):
        path = folder / "case.zip"
        path.write_bytes(_damaged(_zip(number), number))
        fates.update(_fates([path], pool))
    for start in range(0, count - zips, BATCH):
        batch = folder / f"batch-{start}"
        batch.mkdir()
        cases = range(start, min(start + BATCH, count - zips))
        for number in cases:
            name, content = _file(number)
            (batch / name).write_bytes(_damaged(content, number))
        found = _fates([batch], pool)
        assert found.total() >= len(cases), "a file has no fate"
        fates.update(found)
    leftovers = {path.name for path in folder.iterdir()} - {"case.zip"}
    assert all(name.startswith("batch-") for name in leftovers), leftovers
    return fates


def _fates(sources: list[Path], pool: DecodingPool) -> Counter[str]:
    stored: list[DecodedPicture] = []
    try:
        found = import_files(sources, pool, stored.append, lambda _progress: None)
    except InvalidDataset as error:
        assert error.message and error.fix
        return Counter(["refused"])
    assert len(stored) == len(found.pictures)
    captions = (note for note in found.rejected if note.reason is FileReason.CAPTION_WITHOUT_IMAGE)
    reasons = Counter(note.reason.value for note in found.rejected)
    assert sum(1 for _ in captions) == reasons[FileReason.CAPTION_WITHOUT_IMAGE.value]
    return Counter({"kept": len(found.pictures), **reasons})


def _picture(number: int) -> bytes:
    random = np.random.default_rng(number)
    image = Image.fromarray(random.integers(0, 255, (4, 4, 3), dtype=np.uint8)).resize((48, 48))
    kind = ("PNG", "JPEG", "WEBP")[number % 3]
    mode = ("RGB", "L", "P", "RGBA")[number // 3 % 4]
    buffer = io.BytesIO()
    image.convert("RGB" if kind == "JPEG" and mode in ("P", "RGBA") else mode).save(buffer, kind)
    return buffer.getvalue()


def _file(number: int) -> tuple[str, bytes]:
    if number % 10 == 9:
        rows = [{"file_name": f"{number - 1}.png", "text": "x"}, ["a", 1], None, {"text": 3}]
        return f"{number}.txt", json.dumps(rows).encode("utf-16" if number % 20 == 9 else "utf-8")
    return f"{number}{('.png', '.JPG', '.webp', '', '.heic')[number % 5]}", _picture(number)


def _zip(number: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[number % 2]) as archive:
        for part in range(2):
            archive.writestr(f"{part}.png", _picture(number + part))
        archive.writestr(EVIL_NAMES[number % len(EVIL_NAMES)], _picture(number + 2))
        archive.writestr("metadata.jsonl", b'{"file_name": "0.png", "text": "x"}\n[1]\n{')
        archive.writestr("zeros.png", bytes(2_000_000 if number % 8 == 1 else 10))
    return buffer.getvalue()


def _damaged(content: bytes, number: int) -> bytes:
    random = np.random.default_rng(number)
    damaged = bytearray(content)
    how = number % 5
    if how == 0:  # cut
        return bytes(damaged[: int(random.integers(0, len(damaged)))])
    if how == 1:  # a hole
        start = int(random.integers(0, len(damaged)))
        del damaged[start : start + int(random.integers(1, 64))]
    elif how == 2:  # noise in front
        damaged[:0] = random.bytes(int(random.integers(1, 16)))
    else:  # bits that fell over
        for position in random.integers(0, len(damaged), 1 + 4 * how):
            damaged[position] ^= 1 << int(random.integers(0, 8))
    return bytes(damaged)


def _iterate(count: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for fate, times in check_malformed_uploads(count, Path(folder), shared_pool()).most_common():
            yield f"{times:6d}  {fate}"
    yield f"{check_legacy_captions(count):6d}  captions in older encodings read"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in _iterate(int(sys.argv[1])))
