"""Folders that are read-only or somebody else's end in a sentence, on real ones."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.faults import known_fault
from tests.small_disk import small_disk

pytestmark = pytest.mark.slow


@pytest.fixture(params=["read-only", "somebody else's"])
def closed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder that the process this test starts may not write to."""
    if request.param == "read-only":
        with small_disk(tmp_path / "disk", 2**20) as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            yield disk
    elif os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    else:
        (tmp_path / "home").mkdir(mode=0o500)
        yield tmp_path / "home"


@pytest.mark.parametrize(
    "command", [["app.py", "--no-worker"], ["-m", "profile_studio", "dataset", "list"]], ids=["page", "command line"]
)
def test_a_home_that_cannot_be_written_is_one_sentence(closed: Path, command: list[str]) -> None:
    environment = Settings(home=closed).child_environment()
    process = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=REPOSITORY_ROOT, env=environment
    )
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert str(closed) in process.stderr and "PROFILE_STUDIO_HOME" in process.stderr


def test_another_error_is_not_the_disks() -> None:
    assert known_fault(ValueError("no")) is None
    assert known_fault(FileNotFoundError(2, "No such file or directory", "gone.png")) is None
