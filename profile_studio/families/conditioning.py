"""What a denoiser is told beside the latents, whatever its family calls for."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from profile_studio.domain.crops import Resolution


class Frame(NamedTuple):
    """What part of which picture is shown.

    Args:
        original: the whole picture's size, before it was enlarged or reduced.
        top, left: where the part begins, in pixels after that.
        size: of the part, after that.
    Source: Podell et al. 2023 (SDXL), arXiv:2307.01952, section 2.2.
    """

    original: Resolution
    top: int
    left: int
    size: Resolution

    @classmethod
    def of_json(cls, values: Sequence[Any]) -> "Frame":
        """Undoes what writing it as JSON does."""
        original, top, left, size = values
        return cls(Resolution(*original), int(top), int(left), Resolution(*size))

    @classmethod
    def whole(cls, size: Resolution) -> "Frame":
        """A picture that nothing was cut from."""
        return cls(size, 0, 0, size)


@dataclass(frozen=True)
class Conditioning:
    """Named tensors, batch first; None where the family has no such thing.

    Args:
        prompt_embeds: shape (batch, tokens, width).
        pooled_prompt_embeds: shape (batch, width): one vector a prompt (SDXL, SD 3).
        time_ids: shape (batch, 6): height and width of the picture, top and left of the crop, height and width of the
            crop, in pixels (SDXL).
    """

    prompt_embeds: Tensor
    pooled_prompt_embeds: Tensor | None = None
    time_ids: Tensor | None = None

    def __len__(self) -> int:
        return len(self.prompt_embeds)

    def rows(self, indices: Sequence[int]) -> "Conditioning":
        """Those samples, in this order."""
        chosen = list(indices)
        return Conditioning(**{name: tensor[chosen] for name, tensor in self.tensors().items()})

    def to(self, device: torch.device, dtype: torch.dtype | None = None) -> "Conditioning":
        """Moved, and in another precision."""
        return Conditioning(**{name: tensor.to(device, dtype) for name, tensor in self.tensors().items()})

    def with_time_ids(self, time_ids: Tensor) -> "Conditioning":
        return replace(self, time_ids=time_ids)

    def tensors(self) -> dict[str, Tensor]:
        """Those that are there, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


def cat(parts: Sequence[Conditioning]) -> Conditioning:
    """One batch of several; all must hold the same names, and prompts of as many tokens.

    Raises:
        ValueError: one holds a tensor that another lacks.
    """
    names = {frozenset(part.tensors()) for part in parts}
    if len(names) != 1:
        raise ValueError(f"conditionings of different kinds: {sorted(map(sorted, names))}")
    return Conditioning(**{name: torch.cat([part.tensors()[name] for part in parts]) for name in next(iter(names))})
