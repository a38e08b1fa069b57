"""*balanced*: the sum, made as large as its largest part alone would be.

All weights are multiplied with `max |w_i D_i| / |sum of w_i D_i|`, at most 1, over all modules together: N orthogonal
adapters of equal size get 1 / sqrt(N), a pair of twins 1/2, one alone 1. The norms come from rank x rank matrices, worked
out once a pair: a moved slider costs nothing.

Source: ethanfel/ComfyUI-LoRA-Optimizer, auto strength.
"""

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np

from profile_studio.inference.blending.method import BlendPart, Curve
from profile_studio.lora_files.low_rank import energy_scale, inner_product


class Balanced:
    """Implements `BlendMethod`."""

    curve: Curve | None = None

    def __init__(self) -> None:
        self._products: dict[tuple[str, str], float] = {}

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        if len(parts) < 2:
            return [part.weight for part in parts]
        gram = np.zeros((len(parts), len(parts)))
        for (i, one), (j, other) in combinations_with_replacement(enumerate(parts), 2):
            gram[i, j] = gram[j, i] = self._product(one, other)
        scale = energy_scale(gram, [part.weight for part in parts])
        return [scale * part.weight for part in parts]

    def _product(self, one: BlendPart, other: BlendPart) -> float:
        key = (one.peft_id, other.peft_id)
        if key not in self._products:
            places = one.layers.keys() & other.layers.keys()
            self._products[key] = sum(inner_product(one.halves(place), other.halves(place)) for place in places)
        return self._products[key]
