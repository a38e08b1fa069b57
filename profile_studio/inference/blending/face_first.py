"""*face-first*: the sum, in which no other adapter reads what the face adapters read.

In each module the others' down halves become `A - A V V'`, V being an orthonormal basis of the face adapters' input
directions: for an input that lies in it the layer answers as with the faces alone. Adapters at right angles stay as they
are. Costs singular values of rank x inputs a module, once a choice of adapters, nothing per weight or step.

Source: NP-LoRA, arXiv:2511.11051 (hard projection, here with the face as the one that is kept).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from profile_studio.inference.blending.method import BlendPart, Curve
from profile_studio.lora_files.low_rank import without_directions

Place = tuple[str, str]


class FaceFirst:
    """Implements `BlendMethod`."""

    curve: Curve | None = None

    def __init__(self) -> None:
        self._ids: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._projected: dict[tuple[str, Place], Tensor] = {}  # of the latest choice of adapters

    def attach(self, parts: Sequence[BlendPart]) -> list[float]:
        faces, others = ([part for part in parts if part.is_face is wanted] for wanted in (True, False))
        ids = tuple(face.peft_id for face in faces), tuple(other.peft_id for other in others)
        if ids != self._ids:
            self._ids = ids
            self._projected = {
                (other.peft_id, place): _projected(other, place, kept)
                for other in others
                for place in other.layers
                if (kept := [face for face in faces if place in face.layers])
            }
        for other in others:
            for place in other.layers:
                if (down := self._projected.get((other.peft_id, place))) is not None:
                    other.set_down(place, down)
        return [part.weight for part in parts]


def _projected(other: BlendPart, place: Place, faces: Sequence[BlendPart]) -> Tensor:
    down = other.downs[place]
    flat = down.detach().float().cpu().flatten(1).numpy()
    left = torch.from_numpy(without_directions(flat, [face.halves(place) for face in faces]))
    return left.reshape(down.shape).to(down.device, down.dtype)
