"""What a method of blending must be able to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from profile_studio.lora_files.low_rank import Halves


@dataclass(frozen=True)
class BlendPart:
    """One attached adapter.

    Args:
        layers: peft's layers by (part of the pipeline, module).
        downs: the down halves as the file has them, likewise.
    """

    peft_id: str
    weight: float
    is_face: bool
    layers: Mapping[tuple[str, str], Any]
    downs: Mapping[tuple[str, str], Tensor]

    def halves(self, place: tuple[str, str]) -> Halves:
        """Down and up of one module, alpha included."""
        layer = self.layers[place]
        scaling = layer.lora_alpha[self.peft_id] / layer.r[self.peft_id]
        down, up = (half.detach().float().cpu().flatten(1).numpy() for half in (self.downs[place], layer.lora_B[self.peft_id].weight))  # fmt: skip
        return down * scaling, up

    def set_down(self, place: tuple[str, str], down: Tensor) -> None:
        """Lets the adapter read its input by another down half."""
        self.layers[place].lora_A[self.peft_id].weight.data = down


Curve = Callable[[Sequence[BlendPart], int, int], list[float]]
"""What to multiply the parts' weights with in a step, counted from 0, of so many."""


class BlendMethod(Protocol):
    """How strongly each adapter acts, and on what; `y = W0 x + sum of weight * alpha / rank * up(down(x))`."""

    curve: Curve | None
    """None where the weights stay; text encoders, which read the prompt once, keep theirs in any case."""

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        """The parts' weights, in their order, before the first step; may change their down halves."""
        ...
