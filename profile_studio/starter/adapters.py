"""Trains the style adapters that ship, as a person would: the product's own commands, the preset as it is."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from profile_studio.domain.adapters import cover_path
from profile_studio.starter.examples import EXAMPLES
from profile_studio.starter.workspace import Workspace

log = logging.getLogger(__name__)


def run(workspace: Workspace, names: tuple[str, ...] = EXAMPLES, steps: int | None = None) -> None:
    """Replaces ``loras/<name>.safetensors``, one after the other; where a training fails, the old file stays.

    Args:
        steps: instead of the preset's; only to try this command.
    """
    home = (workspace.work / "adapters-home").resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    for name in names:
        shipped = workspace.loras / f"{name}.safetensors"
        set_aside = workspace.work / shipped.name
        if shipped.exists():  # the product refuses a name that is taken
            shutil.move(shipped, set_aside)
        try:
            _studio(home, "dataset", "example", name)
            _studio(home, "train", name, "--preset", "style", "--wait", *(["--steps", str(steps)] if steps else []))
            shutil.copyfile(cover_path(home / "loras" / shipped.name), cover_path(shipped))
            shutil.copyfile(home / "loras" / shipped.name, shipped)
        finally:
            if not shipped.exists() and set_aside.exists():
                shutil.move(set_aside, shipped)
        log.info("wrote %s", shipped)


def _studio(home: Path, *words: str) -> None:
    environment = {**os.environ, "PROFILE_STUDIO_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "profile_studio", *words], env=environment, check=True)
