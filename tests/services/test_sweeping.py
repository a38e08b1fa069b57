"""What killed processes left is swept at start; what somebody works on, and what a person put there, stays."""

import os

import pytest
from filelock import FileLock

from profile_studio.services.studio import Studio
from profile_studio.settings import Settings

NOW = 1_800_000_000.0
MINUTE_S, DAY_S = 60.0, 86_400.0


@pytest.mark.parametrize(
    ("unfinished", "age_s", "stays"),
    [
        ("datasets/.faces.12345678.tmp/images/1.png", 0.0, False),
        ("datasets/.busy.12345678.tmp/images/1.png", 0.0, True),  # its import holds its lock
        ("pictures/.20260101-1.png.12345678.tmp", DAY_S, False),
        ("pictures/.20260101-1.png.12345678.tmp", MINUTE_S, True),  # the engine may be writing it
        ("pictures/thumbs/.1.webp.12345678.tmp", DAY_S, False),
        ("loras/.mine.safetensors.12345678.tmp", DAY_S, False),
        ("loras/mine.tmp", DAY_S, True),  # not our name for it
        ("jobs/1/.result.json.12345678.tmp", DAY_S, False),
        ("jobs/1/checkpoints/checkpoint-40.tmp/adapter.safetensors", DAY_S, False),
        ("jobs/1/checkpoints/checkpoint-40.tmp/adapter.safetensors", MINUTE_S, True),
        ("jobs/1/checkpoints/checkpoint-40/adapter.safetensors", DAY_S, True),
    ],
)
def test_what_killed_processes_left_is_swept(settings: Settings, unfinished: str, age_s: float, stays: bool) -> None:
    path = settings.home / unfinished
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    for touched in (path, path.parent):
        os.utime(touched, (NOW - age_s, NOW - age_s))

    with FileLock(settings.run_dir / "import-busy.lock"):
        Studio.open(settings).sweep(NOW)

    assert path.exists() == stays
