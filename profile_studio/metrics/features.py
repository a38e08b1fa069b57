"""The judge: two towers as in CLIP, apart from every generator, and what it sees in pictures and texts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoModel, CLIPTokenizer

from profile_studio.decoding.stored import read_stored
from profile_studio.domain.errors import JudgeMissing

Features = NDArray[np.float64]
"""Shape (n, d); every row has length 1."""

_BATCH = 32


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


class Judge:
    """Pictures and texts as directions of one space.

    `encoder` names the exact weights; scores of two encoders are never comparable.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """
        Raises:
            JudgeMissing: the folder does not hold a CLIP model with tokenizer and preprocessor config.
        """
        try:
            self.preprocessing = Preprocessing.read(folder / "preprocessor_config.json")
            self.encoder = f"{folder.name}-{short_hash(folder / 'model.safetensors')}"
            self._tokenizer = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        except (OSError, KeyError, ValueError) as error:
            raise JudgeMissing(
                "The judge in {folder} cannot be read, so nothing can be measured.",
                "Fetch the repository's assets/judge again, or build it: python -m profile_studio.starter build --stage judge.",
                folder=str(folder),
            ) from error
        self._device = device
        self._model = model.to(device).eval()

    @property
    def sharpness(self) -> float:
        """What cosines are multiplied with before they become odds."""
        return float(self._model.logit_scale.detach().exp())

    @torch.inference_mode()
    def see(self, pictures: Sequence[Path]) -> Features:
        """Features of pictures on disk."""
        rows: list[torch.Tensor] = []
        for start in range(0, len(pictures), _BATCH):
            batch = np.stack([self.preprocessing.read_picture(path) for path in pictures[start : start + _BATCH]])
            pixel_values = torch.from_numpy(batch).to(self._device)
            rows.append(self._model.visual_projection(self._model.vision_model(pixel_values).pooler_output.flatten(1)))
        return _directions(rows)

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> Features:
        """Features of texts; what is beyond the judge's context is cut."""
        inputs = self._tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self._model.config.text_config.max_position_embeddings,
            return_tensors="pt",
        ).to(self._device)
        pooled = self._model.text_model(inputs.input_ids, attention_mask=inputs.attention_mask).pooler_output
        return _directions([self._model.text_projection(pooled)])


def _directions(rows: Sequence[torch.Tensor]) -> Features:
    features = torch.cat(list(rows)).double().cpu().numpy()
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def short_hash(path: Path) -> str:
    """Eight digits that tell weights apart."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]
