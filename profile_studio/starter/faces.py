"""Pictures for the critic: the same portraits intact and broken, in every style that has faces."""

import json
import logging
import random
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from profile_studio.starter.damage import DAMAGES, FACES, draw_pair
from profile_studio.starter.harmless import redraw
from profile_studio.starter.portraits import SIDE_PX, choose_portrait

log = logging.getLogger(__name__)

FACE_STYLES = tuple(FACES)
PAIRS_PER_STYLE = {"faces": 800, "held-out-faces": 130}
"""Split to its pairs of each style; 130 are ten of each damage, and their seeds are never trained on."""


@dataclass(frozen=True)
class FaceFacts:
    """What is known of a picture: ``damage`` is None where the face is intact."""

    style: str
    skin: str | None
    damage: str | None


@dataclass(frozen=True)
class Faces:
    """Pictures, shape (count, 128, 128, 3), and what is known of each; drawn ones come in pairs, intact then broken."""

    pictures: NDArray[np.uint8]
    facts: list[FaceFacts]

    @cached_property
    def broken(self) -> NDArray[np.bool_]:
        return np.array([one.damage is not None for one in self.facts])


def draw_faces(folder: Path, name: str) -> None:
    """Writes ``name.npy`` and ``name.json``, unless they are there already.

    Pictures to train on are redrawn in other techniques, held-out ones are as the style draws them.
    """
    if (folder / f"{name}.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    per_style = PAIRS_PER_STYLE[name]
    shape = (2 * per_style * len(FACE_STYLES), SIDE_PX, SIDE_PX, 3)
    pictures = np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=np.uint8, shape=shape)
    facts: list[FaceFacts] = []
    for index in range(per_style):
        for style in FACE_STYLES:
            seed = f"{name}-{index}"
            pair = draw_pair(style, seed, DAMAGES[index % len(DAMAGES)])
            skin = choose_portrait(style, seed).attributes.skin
            rng = random.Random(f"redraw/{style}/{seed}")
            for picture, damage in ((pair.intact, None), (pair.broken, pair.damage)):
                pictures[len(facts)] = redraw(picture, rng) if name == "faces" else picture
                facts.append(FaceFacts(style, skin, damage))
    pictures.flush()
    (folder / f"{name}.json").write_text(json.dumps([asdict(one) for one in facts]))
    log.info("drew %s: %d pictures", name, len(facts))


def load_faces(folder: Path, name: str) -> Faces:
    facts = [FaceFacts(**one) for one in json.loads((folder / f"{name}.json").read_text())]
    return Faces(np.load(folder / f"{name}.npy", mmap_mode="r"), facts)
