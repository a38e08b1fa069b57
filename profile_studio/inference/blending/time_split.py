"""*time-split*: the face early, while it is decided where things are; the style late, when surfaces form.

Over the steps from t = 0 to 1 a face adapter acts with `min(1, 2 - 2t)` of its weight and the others with `min(1, 2t)`:
both are whole in the middle. Text encoders, which read the prompt once, keep the whole weights. Takes no time of its own.

Source: weight curves as in cheald/sd-webui-loractl; early steps lay out, late ones draw detail (arXiv:2505.20525).
"""

from collections.abc import Sequence

from profile_studio.inference.blending.method import BlendPart, Curve


class TimeSplit:
    """Implements `BlendMethod`. Where all are faces, or none is, it is the sum."""

    def __init__(self) -> None:
        self.curve: Curve | None = _early_faces

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        return [part.weight for part in parts]


def _early_faces(parts: Sequence[BlendPart], step: int, steps: int) -> list[float]:
    if len({part.is_face for part in parts}) < 2:
        return [1.0] * len(parts)
    t = step / max(1, steps - 1)
    return [min(1.0, 2 - 2 * t) if part.is_face else min(1.0, 2 * t) for part in parts]
