"""FID's own Inception network, from a file that brings its code along, so no torchvision and no torch-fidelity."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from profile_studio.domain.errors import EvaluatorMissing
from profile_studio.domain.evaluators import INCEPTION_FILE
from profile_studio.metrics.metric import Features


class Inception:
    """The 2048 numbers of Inception's last pooling, which FID and KID are defined on.

    The TorchScript file of StyleGAN2-ADA and clean-fid; it takes 8-bit pictures of any size and scales them as the
    original did. Source: Heusel et al. 2017, arXiv:1706.08500; Karras et al. 2020, arXiv:2006.06676.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        """
        Raises:
            EvaluatorMissing: the folder does not hold the file, or it is broken.
        """
        path = folder / INCEPTION_FILE
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
            self._model: Any = torch.jit.load(str(path), map_location=device).eval()
        except (OSError, RuntimeError, ValueError) as error:
            raise EvaluatorMissing(
                "The Inception network in {folder} cannot be read.",
                "Delete {file} there and fetch it again by `evaluators fetch inception`, or leave out what needs it.",
                folder=str(folder),
                file=INCEPTION_FILE,
            ) from error
        self.encoder = f"inception-{self._output}-{digest}"
        self._device = device

    _output = "2048"

    def encode(self, pictures: Sequence[Image.Image]) -> Features:
        """Shape (n, 2048). One by one: a batch's size changes the last digits, and pictures may differ in size."""
        return np.concatenate([self._look(torch.from_numpy(_pixels(picture)).to(self._device)) for picture in pictures])

    @torch.inference_mode()
    def _look(self, pixels: torch.Tensor) -> Features:
        return self._model(pixels, return_features=True).double().cpu().numpy()


class InceptionClasses(Inception):
    """The probabilities of Inception's classes without the last layer's bias, which the Inception score is defined on."""

    _output = "classes"

    @torch.inference_mode()
    def _look(self, pixels: torch.Tensor) -> Features:
        return self._model(pixels, no_output_bias=True).double().cpu().numpy()


def _pixels(picture: Image.Image) -> np.ndarray:
    return np.array(picture.convert("RGB"), dtype=np.uint8).transpose(2, 0, 1)[None]
