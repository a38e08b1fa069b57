"""A log on a full disk loses lines, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

PRINTS = """
import sys, traceback
from profile_studio.worker.log_output import print_what_fits
print_what_fits()
print("lost", flush=True)
sys.stderr.write("lost too")
try:
    raise ValueError
except ValueError:
    traceback.print_exc()
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_process_outlives_its_log() -> None:
    with Path("/dev/full").open("wb") as log:
        process = subprocess.run([sys.executable, "-c", PRINTS], stdout=log, stderr=log)
    assert process.returncode == 0


def test_what_fits_is_in_the_log(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-c", PRINTS.replace("lost", "kept \u00e9")], stdout=log, stderr=log, check=True
        )
    text = (tmp_path / "log").read_text("utf-8")
    assert text.startswith("kept \u00e9\nkept \u00e9 too")
    assert text.endswith("ValueError\n")
