"""*switch*: one adapter at a time, step by step in the order of their names.

Each acts with its whole weight, so none is diluted, and none is seen in every step. Takes no time of its own; with few steps
an adapter may have too few of them.

Source: Multi-LoRA Composition, arXiv:2402.16843, LoRA Switch with an interval of one step.
"""

from collections.abc import Sequence

from profile_studio.inference.blending.method import BlendPart, Curve


class Switch:
    """Implements `BlendMethod`."""

    def __init__(self) -> None:
        self.curve: Curve | None = _one_by_one

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        return [part.weight for part in parts]


def _one_by_one(parts: Sequence[BlendPart], step: int, _steps: int) -> list[float]:
    return [float(step % len(parts) == index) for index in range(len(parts))]
