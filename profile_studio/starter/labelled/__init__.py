"""Pictures that our own base models drew, sorted by eye: real failures, which no drawn damage quite resembles.

``early`` came from the base after 1676 of its steps, ``later`` after 2982; both unprompted, 10 DDIM steps, guidance 1.
One observer sorted them once and left out what made the eye hesitate: agreement with these labels is agreement on
clear cases.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.starter.faces import FaceFacts, Faces
from profile_studio.starter.portraits import SIDE_PX


def load_labelled(name: str) -> Faces:
    """The sorted pictures of ``early`` or ``later``, in the order of their sheet."""
    folder = Path(__file__).parent
    broken: list[int] = json.loads((folder / f"{name}.json").read_text())["broken"]
    with Image.open(folder / f"{name}.webp") as sheet:
        cells = np.asarray(sheet.convert("RGB"))
    rows, columns = cells.shape[0] // SIDE_PX, cells.shape[1] // SIDE_PX
    split = cells.reshape(rows, SIDE_PX, columns, SIDE_PX, 3).swapaxes(1, 2).reshape(-1, SIDE_PX, SIDE_PX, 3)
    facts = [FaceFacts("generated", None, "real" if one else None) for one in broken]
    return Faces(split[: len(facts)], facts)
