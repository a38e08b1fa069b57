"""The hub's local cache as its client writes it."""

import shutil
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def put_into_cache(cache: Path, hub_id: str, folder: Path) -> Path:
    """Makes a folder the newest revision of a model in the cache; returns where it lies there."""
    storage = cache / f"models--{hub_id.replace('/', '--')}"
    (storage / "refs").mkdir(parents=True)
    (storage / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(folder, storage / "snapshots" / COMMIT))
