"""Resumable checkpoints that are either whole or not there.

A checkpoint is written under a temporary name first; `files.checkpoints` says which ones are whole.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.files.checkpoints import write_manifest
from profile_studio.files.full_disk import check_room
from profile_studio.files.job_folder import JobFolder
from profile_studio.training.loop import Trainer

KEPT = 2
_ADAPTER = "adapter.safetensors"
_OPTIMIZER = "optimizer.pt"
_PROGRESS = "progress.json"
_BYTES_A_LOSS = 24
_UNSAID_NOISE_VERSION = 1  # checkpoints of that time do not tell


@dataclass(frozen=True)
class Progress:
    """How far a training is: finished steps, the loss of each, and the seconds spent in them.

    `noise_version` is that of the first step: after an update of the studio a training may go on with another noise.
    """

    losses: tuple[float, ...] = ()
    seconds: float = 0.0
    noise_version: int = NOISE_VERSION

    @property
    def step(self) -> int:
        return len(self.losses)

    def after(self, loss: float, seconds: float) -> "Progress":
        """One step further."""
        return replace(self, losses=(*self.losses, loss), seconds=self.seconds + seconds)


def save_checkpoint(folder: JobFolder, trainer: Trainer, progress: Progress) -> None:
    """Writes the checkpoint of the last finished step and deletes all but the newest ones.

    Raises:
        DiskFull: it does not fit; those that were there stay.
    """
    target = folder.checkpoint(progress.step)
    temporary = folder.unfinished_checkpoint(progress.step)
    _prune(folder)
    temporary.mkdir(parents=True)
    try:
        check_room(temporary, _expected_bytes(trainer, progress))
        _write(temporary, trainer, progress)
        shutil.rmtree(target, ignore_errors=True)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)  # half of one is of no use, and on a full disk in the way
    _prune(folder)


def load_newest_checkpoint(folder: JobFolder, trainer: Trainer) -> Progress:
    """Puts the newest whole checkpoint into the trainer; a fresh `Progress` if there is none."""
    if (checkpoint := folder.newest_whole_checkpoint()) is None:
        return Progress()
    trainer.adapter.load(safetensors.torch.load_file(checkpoint / _ADAPTER))
    states: dict[str, Any] = torch.load(checkpoint / _OPTIMIZER, map_location="cpu", weights_only=True)
    trainer.optimizer.load_state_dict(states["optimizer"])
    if (scaler := trainer.accelerator.scaler) is not None and states["scaler"]:
        scaler.load_state_dict(states["scaler"])
    saved = json.loads((checkpoint / _PROGRESS).read_text())
    return Progress(tuple(saved["losses"]), saved["seconds"], saved.get("noise_version", _UNSAID_NOISE_VERSION))


def go_back(folder: JobFolder, step: int) -> int:
    """Deletes all that was made after a step; returns the step of the newest whole checkpoint, 0 if there is none."""
    for path in folder.steps_after(step):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    checkpoint = folder.newest_whole_checkpoint()
    return int(checkpoint.name.rpartition("-")[2]) if checkpoint else 0


def delete_checkpoints(folder: JobFolder) -> None:
    """Deletes what is only needed to go on; adapter files of single steps stay."""
    for checkpoint in folder.checkpoints_newest_first():
        shutil.rmtree(checkpoint, ignore_errors=True)


def _write(folder: Path, trainer: Trainer, progress: Progress) -> None:
    safetensors.torch.save_file(trainer.adapter.tensors(), folder / _ADAPTER)
    scaler = trainer.accelerator.scaler
    states = {"optimizer": trainer.optimizer.state_dict(), "scaler": scaler.state_dict() if scaler else {}}
    with (folder / _OPTIMIZER).open("wb") as file:  # with a path torch would not say why it cannot write
        torch.save(states, file)
    (folder / _PROGRESS).write_text(json.dumps(asdict(progress)))
    write_manifest(folder, progress.step)
    for path in folder.iterdir():
        _flush_to_disk(path)


def _expected_bytes(trainer: Trainer, progress: Progress) -> int:
    """The weights in fp32, what the optimizer remembers of each, and the losses as text."""
    weights = sum(parameter.numel() for parameter in trainer.parameters)
    states = trainer.optimizer.state.values()
    remembered = sum(value.nbytes for state in states for value in state.values() if isinstance(value, torch.Tensor))
    return 4 * weights + remembered + _BYTES_A_LOSS * progress.step


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _prune(folder: JobFolder) -> None:
    for old in folder.checkpoints_newest_first()[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    for unfinished in folder.unfinished_checkpoints():
        shutil.rmtree(unfinished, ignore_errors=True)
