"""Stage ``render``: pictures and their attributes, in files that training can map into memory."""

import json
import logging
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from profile_studio.starter import looks
from profile_studio.starter.portraits import SIDE_PX, Attributes, choose_portrait, draw
from profile_studio.starter.variants import BASE, FURTHER

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What a split holds.

    Attributes:
        per_style: pictures of each style.
        kind: ``portrait`` (what it shows is chosen and known), ``wide`` or ``unseen`` (:mod:`~profile_studio.starter.looks`).
    """

    styles: tuple[str, ...]
    per_style: int
    side_px: int = SIDE_PX
    kind: str = "portrait"


SPLITS: dict[str, Plan] = {
    "base": Plan(tuple(BASE), 3600),
    "further": Plan(tuple(FURTHER), 900),
    "held-out-base": Plan(tuple(BASE), 200),
    "held-out-further": Plan(tuple(FURTHER), 100),
    "fine-base": Plan(tuple(BASE), 1600, looks.SIDE_PX),
    "fine-further": Plan(tuple(FURTHER), 500, looks.SIDE_PX),
    "fine-wide": Plan(looks.WIDE_STYLES, 350, looks.SIDE_PX, "wide"),
    "fine-held-out-base": Plan(tuple(BASE), 200, looks.SIDE_PX),
    "fine-unseen": Plan(looks.UNSEEN_STYLES, 100, looks.SIDE_PX, "unseen"),
}
"""The decoder learns from the fine ones; held-out and unseen ones are never trained on."""


@dataclass(frozen=True)
class Split:
    """Pictures, shape (count, side_px, side_px, 3), and what each shows."""

    pictures: NDArray[np.uint8]
    attributes: list[Attributes]


def _draw_seed(job: tuple[Plan, str, str]) -> tuple[Attributes, NDArray[np.uint8]]:
    plan, style, seed = job
    if plan.kind == "portrait":
        portrait = choose_portrait(style, seed)
        return portrait.attributes, draw(style, portrait.options, plan.side_px)
    drawn = looks.draw_wide if plan.kind == "wide" else looks.draw_unseen
    return Attributes(style, ""), drawn(style, seed, plan.side_px)


def render_split(folder: Path, name: str, plan: Plan, processes: int) -> None:
    """Writes ``name.npy`` and ``name.json``, unless they are there already."""
    if (folder / f"{name}.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    seeds = name.removeprefix("fine-")  # held out means the same pictures at either size
    jobs = [(plan, style, f"{seeds}-{index}") for index in range(plan.per_style) for style in plan.styles]
    pictures = np.lib.format.open_memmap(
        folder / f"{name}.npy", mode="w+", dtype=np.uint8, shape=(len(jobs), plan.side_px, plan.side_px, 3)
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
    for name, plan in SPLITS.items():
        render_split(folder, name, plan, processes)


def load_split(folder: Path, name: str) -> Split:
    attributes = [Attributes(**shown) for shown in json.loads((folder / f"{name}.json").read_text())]
    return Split(np.load(folder / f"{name}.npy", mmap_mode="r"), attributes)
