"""Stage ``render``: pictures and their attributes, in files that training can map into memory."""

import json
import logging
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from profile_studio.starter.portraits import SIDE_PX, Attributes, choose_portrait, draw
from profile_studio.starter.variants import BASE, FURTHER

log = logging.getLogger(__name__)

BASE_STYLES = tuple(BASE)
FURTHER_STYLES = tuple(FURTHER)
PICTURES_PER_STYLE: dict[str, tuple[tuple[str, ...], int]] = {
    "base": (BASE_STYLES, 3600),
    "further": (FURTHER_STYLES, 900),
    "held-out-base": (BASE_STYLES, 200),
    "held-out-further": (FURTHER_STYLES, 100),
}
"""Split to its styles and the pictures of each; held-out seeds are never trained on."""


@dataclass(frozen=True)
class Split:
    """Pictures, shape (count, 128, 128, 3), and what each shows."""

    pictures: NDArray[np.uint8]
    attributes: list[Attributes]


def _draw_seed(job: tuple[str, str]) -> tuple[Attributes, NDArray[np.uint8]]:
    style, seed = job
    portrait = choose_portrait(style, seed)
    return portrait.attributes, draw(style, portrait.options)


def render_split(folder: Path, name: str, styles: tuple[str, ...], per_style: int, processes: int) -> None:
    """Writes ``name.npy`` and ``name.json``, unless they are there already."""
    if (folder / f"{name}.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(style, f"{name}-{index}") for index in range(per_style) for style in styles]
    pictures = np.lib.format.open_memmap(
        folder / f"{name}.npy", mode="w+", dtype=np.uint8, shape=(len(jobs), SIDE_PX, SIDE_PX, 3)
    )
    attributes: list[Attributes] = []
    with get_context("spawn").Pool(processes) as pool:
        for index, (shown, picture) in enumerate(pool.imap(_draw_seed, jobs, chunksize=32)):
            attributes.append(shown)
            pictures[index] = picture
    pictures.flush()
    (folder / f"{name}.json").write_text(json.dumps([asdict(shown) for shown in attributes]))
    log.info("rendered %s: %d pictures", name, len(jobs))


def render(folder: Path, processes: int = 2) -> None:
    """All splits; what is there already stays."""
    for name, (styles, per_style) in PICTURES_PER_STYLE.items():
        render_split(folder, name, styles, per_style, processes)


def load_split(folder: Path, name: str) -> Split:
    attributes = [Attributes(**shown) for shown in json.loads((folder / f"{name}.json").read_text())]
    return Split(np.load(folder / f"{name}.npy", mmap_mode="r"), attributes)
