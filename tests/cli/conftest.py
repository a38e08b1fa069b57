"""The command line on an empty home, in this process or in its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from profile_studio.cli import main
from profile_studio.settings import REPOSITORY_ROOT, Settings


class CommandLine:
    """Calls commands with `--json`; each call returns the exit code and the one object."""

    def __init__(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        self.settings = settings
        self._capsys = capsys

    def call(self, *words: str) -> tuple[int, Any]:
        """In this process."""
        code = main([*words, "--json"])
        output = self._capsys.readouterr()
        self.said = output.err
        return code, json.loads(output.out)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """In a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "profile_studio", *words, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY_ROOT,
            env=self.settings.child_environment(),
        )


@pytest.fixture
def command_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    monkeypatch.setenv("PROFILE_STUDIO_HOME", str(settings.resolved_home))
    return CommandLine(settings, capsys)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with four pictures of noise, one of them captioned, and a file that is no picture."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(4):
        Image.fromarray(random.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(folder / f"{index}.png")
    (folder / "0.txt").write_text("a noisy portrait", encoding="utf-8")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder
