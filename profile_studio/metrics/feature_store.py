"""What encoders have seen, kept by encoder and pixels: no picture is encoded twice, in no comparison."""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.decoding.stored import read_stored
from profile_studio.metrics.encoder import Encoder, batches
from profile_studio.metrics.metric import Features


class FeatureStore:
    """A folder of features. `encoded` counts the pictures that an encoder had to look at.

    Whatever is missing or damaged is encoded again, so the folder may be deleted at any time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.encoded = 0

    def see(self, encoder: Encoder, pictures: Sequence[Path]) -> Features:
        """Features of pictures on disk, shape (n, d), rounded to 32 bits.

        Raises:
            InvalidPicture: a file is gone or damaged.
        """
        # A batch at a time: a thousand decoded pictures do not fit into a small machine.
        return np.concatenate([self._see(encoder, batch) for batch in batches(pictures)])

    def _see(self, encoder: Encoder, batch: Sequence[Path]) -> Features:
        images = {path: read_stored(path, path.name) for path in batch}
        files = {path: self._folder / encoder.encoder / f"{pixel_hash(image)}.npy" for path, image in images.items()}
        known = {file: row for file in files.values() if (row := _read(file)) is not None}
        unknown = {files[path]: images[path] for path in batch if files[path] not in known}
        if unknown:
            self.encoded += len(unknown)
            for file, row in zip(unknown, encoder.encode(list(unknown.values())), strict=True):
                known[file] = row.astype(np.float32)
                _write(file, known[file])
        return np.stack([known[files[path]] for path in batch]).astype(np.float64)


def pixel_hash(image: Image.Image) -> str:
    """The same for equal pixels, whatever file they come from."""
    return hashlib.sha256(f"{image.size}".encode() + image.convert("RGB").tobytes()).hexdigest()


def _read(file: Path) -> np.ndarray | None:
    try:
        return np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None


def _write(file: Path, row: np.ndarray) -> None:
    # Not flushed to the disk as other files are: what a power cut leaves is encoded again.
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}.tmp")
    with temporary.open("wb") as opened:
        np.save(opened, row, allow_pickle=False)
    temporary.replace(file)
