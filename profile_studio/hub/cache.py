"""What the hub's local cache has of a model; it is shared with every other program that uses the hub."""

import re
from pathlib import Path

from profile_studio.domain.bases import known_base

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")

# The hub client is imported inside: the command line and the page start without it.


def hub_id_of(base: str) -> str | None:
    """Where on the hub a base model is fetched from; None for the one that ships, a folder and a file."""
    if known := known_base(base):
        return known.hub_id or None
    return base if _HUB_ID.fullmatch(base) and not Path(base).exists() else None


def cached_file(hub_id: str, file: str) -> Path | None:
    """A file of a model's newest revision in the local cache; None if it is not there. Never reaches the network."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(hub_id, file, cache_dir=constants.HF_HUB_CACHE)
    return Path(found) if isinstance(found, str) else None


def cached_folder(hub_id: str) -> Path | None:
    """The folder of a model's newest revision in the local cache, whole or not; None if nothing of it is there."""
    index = cached_file(hub_id, "model_index.json")
    return index.parent if index else None


def storage_of(hub_id: str) -> Path:
    """Where the local cache keeps all that it has of a model."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=hub_id, repo_type="model")
