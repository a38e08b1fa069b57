"""What looks at pictures: the protocol of all encoders, and how a picture becomes a model's input."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from profile_studio.decoding.stored import read_stored
from profile_studio.metrics.metric import Features

BATCH = 32
_PREPROCESSING_VERSION = b"1"  # raised when `Preprocessing.apply` makes other pixels

Item = TypeVar("Item")


class Encoder(Protocol):
    """Makes numbers of pictures.

    `encoder` names the exact weights and preprocessing; numbers of two encoders are never comparable.
    """

    @property
    def encoder(self) -> str: ...

    def encode(self, pictures: Sequence[Image.Image]) -> Features:
        """Shape (n, d), a row a picture."""
        ...


@runtime_checkable
class ReadsTexts(Encoder, Protocol):
    """An encoder that sees pictures and texts in one space."""

    def read(self, texts: Sequence[str]) -> Features: ...

    def is_cut(self, text: str) -> bool:
        """Whether the end of a text is beyond what it reads."""
        ...


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes a model's input; read from its `preprocessor_config.json`."""

    side: int
    resample: Image.Resampling
    mean: NDArray[np.float32]
    std: NDArray[np.float32]

    @classmethod
    def read(cls, path: Path) -> "Preprocessing":
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        size: int | dict[str, int] = config.get("crop_size") or config["size"]
        side = size if isinstance(size, int) else size.get("height") or size["shortest_edge"]
        resample = Image.Resampling(config.get("resample", Image.Resampling.BICUBIC))
        mean, std = (np.array(config[key], dtype=np.float32) for key in ("image_mean", "image_std"))
        return cls(side, resample, mean, std)

    def apply(self, image: Image.Image) -> NDArray[np.float32]:
        """Shape (3, side, side): shorter edge to `side`, centre cropped, normalised. Same as transformers' CLIP."""
        image = image.convert("RGB")
        scale = self.side / min(image.size)
        width, height = (max(self.side, int(edge * scale)) for edge in image.size)
        if image.size != (width, height):
            image = image.resize((width, height), self.resample)
        left, top = (width - self.side) // 2, (height - self.side) // 2
        pixels = np.asarray(image.crop((left, top, left + self.side, top + self.side)), dtype=np.float32)
        normalised = (pixels / 255 - self.mean) / self.std
        return normalised.transpose(2, 0, 1).astype(np.float32)

    def read_picture(self, path: Path) -> NDArray[np.float32]:
        """What :meth:`apply` makes of a picture on disk.

        Raises:
            InvalidPicture: its file is gone or damaged.
        """
        return self.apply(read_stored(path, path.name))


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many at once as a small machine holds."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def encoder_id(folder: Path) -> str:
    """The folder's name and eight digits that tell weights and preprocessing apart."""
    digest = hashlib.sha256(_PREPROCESSING_VERSION)
    for name in ("model.safetensors", "preprocessor_config.json"):
        digest.update((folder / name).read_bytes())
    return f"{folder.name}-{digest.hexdigest()[:8]}"
