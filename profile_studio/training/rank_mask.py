"""Fewer ranks where there is more noise, in training alone: what decides a picture's layout is learned with few of them.

Source: Soboleva et al. 2025 (T-LoRA), arXiv:2507.05964, equation 4.
"""

import torch
from torch import Tensor, nn


class RankMask:
    """Which ranks of a LoRA each sample of a batch trains.

    Args:
        min_rank: how many are left at pure noise; all `rank` are there without noise.
    """

    def __init__(self, rank: int, min_rank: int) -> None:
        self._rank = rank
        self._min_rank = min(min_rank, rank)
        self.kept: Tensor | None = None
        """Ones and zeros, shape (batch, rank); None where nothing is masked."""

    def set_levels(self, levels: Tensor, device: torch.device) -> None:
        """Masks by the noise of each sample, shape (batch,), in [0, 1), until it is lifted."""
        count = ((self._rank - self._min_rank) * (1 - levels)).floor() + self._min_rank
        self.kept = (torch.arange(self._rank) < count[:, None]).float().to(device)

    def lift(self) -> None:
        """Lets all ranks count."""
        self.kept = None

    def apply(self, low: Tensor) -> Tensor:
        """Masks the low-rank product: shape (batch, tokens, rank) or (batch, rank, height, width)."""
        if self.kept is None:
            return low
        kept = self.kept.to(low.dtype)
        return low * (kept[:, None] if low.ndim == 3 else kept[:, :, None, None])

    def watch(self, down: nn.Module) -> None:
        """Masks what this module makes, wherever it is called."""

        def masked(_module: nn.Module, _inputs: tuple[Tensor, ...], low: Tensor) -> Tensor:
            return self.apply(low)

        down.register_forward_hook(masked)
