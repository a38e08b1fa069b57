"""Which checkpoints of a training are whole; no tensor is read.

A checkpoint is a folder whose manifest names each file with its size and sha256.
"""

import hashlib
import json
from pathlib import Path

MANIFEST = "manifest.json"


def write_manifest(checkpoint: Path, step: int) -> None:
    """Vouches for the files that lie in a checkpoint now."""
    files = {path.name: _fingerprint(path) for path in sorted(checkpoint.iterdir())}
    (checkpoint / MANIFEST).write_text(json.dumps({"step": step, "files": files}, indent=1))


def is_whole(checkpoint: Path) -> bool:
    """Whether all files that the manifest names are there as they were written."""
    try:
        files: dict[str, dict[str, object]] = json.loads((checkpoint / MANIFEST).read_text())["files"]
        return all(_fingerprint(checkpoint / name) == expected for name, expected in files.items())
    except (OSError, ValueError, KeyError):
        return False


def _fingerprint(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
