"""Which checkpoints of a training are whole; no tensor is read.

A checkpoint is a folder `checkpoint-N` whose manifest names each file with its size and sha256.
"""

import hashlib
import json
from pathlib import Path

MANIFEST = "manifest.json"


def checkpoints_dir(job_folder: Path) -> Path:
    """Where a training's checkpoints lie."""
    return job_folder / "checkpoints"


def newest_first(folder: Path) -> list[Path]:
    """The checkpoints in a folder, whole or not."""
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    return sorted(found, key=lambda path: int(path.name.removeprefix("checkpoint-")), reverse=True)


def newest_whole_checkpoint(folder: Path) -> Path | None:
    """The one to go on from; None if there is none."""
    return next((checkpoint for checkpoint in newest_first(folder) if _is_whole(checkpoint)), None)


def write_manifest(checkpoint: Path, step: int) -> None:
    """Vouches for the files that lie in a checkpoint now."""
    files = {path.name: _fingerprint(path) for path in sorted(checkpoint.iterdir())}
    (checkpoint / MANIFEST).write_text(json.dumps({"step": step, "files": files}, indent=1))


def _is_whole(checkpoint: Path) -> bool:
    try:
        files: dict[str, dict[str, object]] = json.loads((checkpoint / MANIFEST).read_text())["files"]
        return all(_fingerprint(checkpoint / name) == expected for name, expected in files.items())
    except (OSError, ValueError, KeyError):
        return False


def _fingerprint(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
