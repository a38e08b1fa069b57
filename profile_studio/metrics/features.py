"""The judge: two towers as in CLIP, apart from every generator, and what it sees in pictures and texts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import AutoModel, CLIPTokenizer

from profile_studio.decoding.stored import read_stored
from profile_studio.domain.errors import JudgeMissing
from profile_studio.metrics.encoder import Preprocessing, batches, encoder_id
from profile_studio.metrics.metric import Features


class Judge:
    """Pictures and texts as directions of one space.

    Any CLIP in transformers layout is one. `encoder` names the exact weights; scores of two encoders are never
    comparable.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """
        Raises:
            JudgeMissing: the folder does not hold a CLIP model with tokenizer and preprocessor config.
        """
        try:
            self.preprocessing = Preprocessing.read(folder / "preprocessor_config.json")
            self.encoder = encoder_id(folder)
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
    def encode(self, pictures: Sequence[Image.Image]) -> Features:
        """Features of pictures."""
        rows: list[torch.Tensor] = []
        for batch in batches(pictures):
            pixels = np.stack([self.preprocessing.apply(picture) for picture in batch])
            seen = self._model.vision_model(torch.from_numpy(pixels).to(self._device)).pooler_output
            rows.append(self._model.visual_projection(seen.flatten(1)))
        return _directions(rows)

    def see(self, pictures: Sequence[Path]) -> Features:
        """Features of pictures on disk.

        Raises:
            InvalidPicture: a file is gone or damaged.
        """
        # A batch at a time: a thousand decoded pictures do not fit into a small machine.
        return np.concatenate(
            [self.encode([read_stored(path, path.name) for path in batch]) for batch in batches(pictures)]
        )

    @property
    def _window(self) -> int:
        return self._model.config.text_config.max_position_embeddings

    def is_cut(self, text: str) -> bool:
        """Whether the end of a text is beyond the judge's context."""
        return len(self._tokenizer(text).input_ids) > self._window

    @torch.inference_mode()
    def read(self, texts: Sequence[str]) -> Features:
        """Features of texts; what is beyond the judge's context is cut."""
        inputs = self._tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self._window,
            return_tensors="pt",
        ).to(self._device)
        pooled = self._model.text_model(inputs.input_ids, attention_mask=inputs.attention_mask).pooler_output
        return _directions([self._model.text_projection(pooled)])


def _directions(rows: Sequence[torch.Tensor]) -> Features:
    features = torch.cat(list(rows)).double().cpu().numpy()
    return features / np.linalg.norm(features, axis=1, keepdims=True)
