"""The latent space of the starter: principal components of 16 x 16 patches.

A space that is fixed before any network exists lets the U-Net train at once, gives the encoder in closed form, and
lets the decoder improve at any time without touching the rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PATCH_PX = 16
BLOCK_PX = 8
BLOCK_COMPONENTS = 96
CHANNELS = 48


@dataclass(frozen=True)
class PatchBasis:
    """Linear map between patches and latents.

    Attributes:
        mean: shape (768,), the mean patch, pixels in [-1, 1], ordered (row, column, colour).
        components: shape (48, 768), orthonormal rows, largest variance first.
        block_components: shape (96, 192), orthonormal rows. In each 8 x 8 quarter of a patch, ``components`` use only these
            directions, so that a narrow encoder can compute them in two steps.
        scales: shape (48,), what each projection is divided by; the square root of its deviation, times a constant that
            gives latents unit variance over all channels. Half-way whitening keeps the order of importance.
    """

    mean: Tensor
    components: Tensor
    block_components: Tensor
    scales: Tensor

    def encode(self, pixels: Tensor) -> Tensor:
        """Latents of pictures.

        Args:
            pixels: shape (n, 3, height, width) in [-1, 1], sides divisible by 16.
        Returns: shape (n, 48, height / 16, width / 16).
        """
        n, _, height, width = pixels.shape
        rows, columns = height // PATCH_PX, width // PATCH_PX
        patches = pixels.reshape(n, 3, rows, PATCH_PX, columns, PATCH_PX).permute(0, 2, 4, 3, 5, 1)
        flat = patches.reshape(n, rows, columns, -1) - self.mean
        return ((flat @ self.components.T) / self.scales).permute(0, 3, 1, 2)

    def decode(self, latents: Tensor) -> Tensor:
        """The linear reconstruction: the inverse of :meth:`encode` up to what 48 components cannot hold."""
        n, _, rows, columns = latents.shape
        flat = (latents.permute(0, 2, 3, 1) * self.scales) @ self.components + self.mean
        patches = flat.reshape(n, rows, columns, PATCH_PX, PATCH_PX, 3).permute(0, 5, 1, 3, 2, 4)
        return patches.reshape(n, 3, rows * PATCH_PX, columns * PATCH_PX)

    def to(self, device: torch.device) -> "PatchBasis":
        return PatchBasis(*(getattr(self, name).to(device) for name in _FIELDS))


_FIELDS = ("mean", "components", "block_components", "scales")


def fit_basis(pictures: NDArray[np.uint8]) -> PatchBasis:
    """The basis that keeps most variance of these pictures, shape (n, height, width, 3)."""
    total = np.zeros(PATCH_PX * PATCH_PX * 3)
    products = np.zeros((total.size, total.size))
    count = 0
    for start in range(0, len(pictures), 500):
        patches = _patches(np.asarray(pictures[start : start + 500]))
        total += patches.sum(axis=0)
        products += patches.T @ patches
        count += len(patches)
    mean = total / count
    covariance = products / count - np.outer(mean, mean)
    quarters = [_quarter(row, column) for row in range(2) for column in range(2)]
    _, block_components = _principal(
        np.sum([covariance[np.ix_(index, index)] for index in quarters], axis=0), BLOCK_COMPONENTS
    )
    spread = np.zeros((4 * BLOCK_COMPONENTS, total.size))
    for number, index in enumerate(quarters):
        spread[number * BLOCK_COMPONENTS : (number + 1) * BLOCK_COMPONENTS, index] = block_components
    variances, mixed = _principal(spread @ covariance @ spread.T, CHANNELS)
    root_deviations = np.sqrt(np.sqrt(variances))
    scales = root_deviations * np.sqrt(np.mean(root_deviations**2))
    arrays = (mean, mixed @ spread, block_components, scales)
    return PatchBasis(*(torch.tensor(array, dtype=torch.float32) for array in arrays))


def _principal(covariance: NDArray[np.float64], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    variances, vectors = np.linalg.eigh(covariance)
    order = np.argsort(variances)[::-1][:count]
    return variances[order], vectors[:, order].T


def _quarter(row: int, column: int) -> NDArray[np.int64]:
    """Which of a patch's 768 numbers lie in one of its 8 x 8 quarters."""
    numbers = np.arange(PATCH_PX * PATCH_PX * 3).reshape(2, BLOCK_PX, 2, BLOCK_PX, 3)
    return numbers[row, :, column].reshape(-1)


def _patches(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    n, height, width, _ = pictures.shape
    split = pictures.reshape(n, height // PATCH_PX, PATCH_PX, width // PATCH_PX, PATCH_PX, 3).transpose(
        0, 1, 3, 2, 4, 5
    )
    return split.reshape(-1, PATCH_PX * PATCH_PX * 3) / 127.5 - 1.0


def to_pixels(pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """uint8 pictures (n, height, width, 3) as floats (n, 3, height, width) in [-1, 1]."""
    return torch.from_numpy(np.array(pictures)).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1.0


def to_pictures(pixels: Tensor) -> NDArray[np.uint8]:
    """Inverse of :func:`to_pixels`; values outside the range are clipped."""
    return ((pixels.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def halved(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pictures of shape (n, height, width, 3) at half their size, as the encoder halves them."""
    n, height, width, _ = pictures.shape
    return pictures.reshape(n, height // 2, 2, width // 2, 2, 3).mean(axis=(2, 4)).round().astype(np.uint8)


def save_basis(basis: PatchBasis, path: Path) -> None:
    np.savez(path, **{name: getattr(basis, name).numpy() for name in _FIELDS})


def load_basis(path: Path) -> PatchBasis:
    with np.load(path) as arrays:
        return PatchBasis(*(torch.from_numpy(arrays[name]) for name in _FIELDS))
