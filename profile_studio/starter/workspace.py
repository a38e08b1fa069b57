"""Where the stages keep their files, and how a stage goes on from where it stopped."""

import math
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Workspace:
    """The folders of a build.

    Attributes:
        work: checkpoints and renders; ignored by git, may be deleted at any time.
        assets: the folder with the shipped ``starter``, ``judge`` and ``critic``.
        device: where training runs.
        loras: the folder with the shipped adapters.
    """

    work: Path
    assets: Path
    device: torch.device
    loras: Path = Path("loras")

    @property
    def renders(self) -> Path:
        return self.work / "renders"

    @property
    def starter(self) -> Path:
        return self.assets / "starter"

    @property
    def judge(self) -> Path:
        return self.assets / "judge"

    @property
    def critic(self) -> Path:
        return self.assets / "critic"

    def save_checkpoint(self, stage: str, state: dict[str, Any]) -> None:
        """Replaces the stage's checkpoint in one step, so that a kill leaves the old or the new one."""
        self.work.mkdir(parents=True, exist_ok=True)
        partial = self.work / f"{stage}.partial"
        torch.save(state, partial)
        partial.replace(self.work / f"{stage}.pt")

    def load_checkpoint(self, stage: str) -> dict[str, Any] | None:
        path = self.work / f"{stage}.pt"
        return torch.load(path, map_location=self.device, weights_only=True) if path.exists() else None


def replace_folder(new: Path, target: Path, kept: Sequence[str] = ()) -> None:
    """Puts ``new`` where ``target`` was; readers see one or the other.

    Args:
        kept: names of files that ``new`` takes over from ``target``, where they are there.
    """
    for name in kept:
        if (target / name).exists():
            shutil.copy2(target / name, new / name)
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    new.replace(target)
    shutil.rmtree(old, ignore_errors=True)


@dataclass
class Pace:
    """A slice of training time with its learning rate: warm-up in steps, then flat, then a cosine to the end.

    Attributes:
        share: how much of the time is over, in [0, 1).
    """

    minutes: float
    peak_lr: float
    warmup_steps: int
    flat_share: float = 0.5
    share: float = 0.0

    def steps(self, first_step: int) -> Iterator[tuple[int, float]]:
        """Step numbers and learning rates until the time is over.

        Args:
            first_step: the step to go on from; a resumed run warms up again, since the optimizer's moments are fresh.
        """
        start = time.monotonic()
        step = first_step
        while (share := (time.monotonic() - start) / (60 * self.minutes)) < 1:
            self.share = share
            fade = max(0.0, (share - self.flat_share) / (1 - self.flat_share))
            cosine = 0.5 * (1 + math.cos(math.pi * fade))
            yield step, self.peak_lr * min(1.0, (step - first_step + 1) / self.warmup_steps) * max(0.02, cosine)
            step += 1


class MovingAverage:
    """Exponential moving average of a module's parameters, with the usual short memory at the start."""

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        self.decay = decay
        self.updates = 0
        self.parameters = {name: value.detach().clone() for name, value in module.named_parameters()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        current = [value.detach() for _, value in module.named_parameters()]
        torch._foreach_lerp_(list(self.parameters.values()), current, 1 - decay)  # pyright: ignore[reportPrivateUsage]

    def state_dict(self) -> dict[str, Any]:
        return {"updates": self.updates, "parameters": self.parameters}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.updates = state["updates"]
        self.parameters = state["parameters"]
