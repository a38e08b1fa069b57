"""The critic: how likely the face in a picture is intact. It knows drawn faces only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import ResNetForImageClassification

from profile_studio.domain.errors import CriticMissing
from profile_studio.metrics.encoder import Preprocessing, batches, encoder_id
from profile_studio.metrics.metric import Features, PerPicture


class Critic:
    """Scores faces in pictures.

    `encoder` names the exact weights; scores of two critics are never comparable.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """
        Raises:
            CriticMissing: the folder does not hold a ResNet with the label "intact" and a preprocessor config.
        """
        try:
            self.preprocessing = Preprocessing.read(folder / "preprocessor_config.json")
            self.encoder = encoder_id(folder)
            model: Any = ResNetForImageClassification.from_pretrained(
                folder, local_files_only=True, dtype=torch.float32
            )
            self._intact: int = model.config.label2id["intact"]
        except (OSError, KeyError, ValueError) as error:
            raise CriticMissing(
                "The critic in {folder} cannot be read, so faces cannot be scored.",
                "Fetch the repository's assets/critic again, or build it: "
                "python -m profile_studio.starter build --stage critic.",
                folder=str(folder),
            ) from error
        self._device = device
        self._model = model.to(device).eval()

    def encode(self, pictures: Sequence[Image.Image]) -> Features:
        """Probability that each picture's face is intact, shape (n, 1)."""
        rows = [
            self._score(np.stack([self.preprocessing.apply(each) for each in batch])) for batch in batches(pictures)
        ]
        return np.concatenate(rows)[:, None]

    def score_picture(self, picture: Image.Image) -> float:
        """Probability that one picture's face is intact, 0 to 1."""
        return float(self._score(self.preprocessing.apply(picture)[None])[0])

    def score(self, pictures: Sequence[Path]) -> PerPicture:
        """Probability that each picture's face is intact, shape (n,), in [0, 1]; pictures may have any size."""
        shares = [
            self._score(np.stack([self.preprocessing.read_picture(path) for path in batch]))
            for batch in batches(pictures)
        ]
        return np.concatenate(shares) if shares else np.zeros(0)

    @torch.inference_mode()
    def _score(self, pixels: NDArray[np.float32]) -> PerPicture:
        logits = self._model(pixel_values=torch.from_numpy(pixels).to(self._device)).logits
        return logits.softmax(dim=1)[:, self._intact].double().cpu().numpy()
