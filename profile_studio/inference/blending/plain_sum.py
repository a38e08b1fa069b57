"""*sum*: every adapter adds what it learned, times its weight.

`y = W0 x + sum of w_i * alpha_i / r_i * B_i A_i x`. Takes no time of its own. Many strong adapters overcook: N unlike ones
of equal size change a layer sqrt(N) times as much as one.

Source: Hu et al. 2021, arXiv:2106.09685.
"""

from collections.abc import Sequence

from profile_studio.inference.blending.method import BlendPart, Curve


class PlainSum:
    """Implements `BlendMethod`."""

    curve: Curve | None = None

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        return [part.weight for part in parts]
