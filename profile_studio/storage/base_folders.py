"""Where base models lie that a person gave as a folder or a file: a picture carries the hash of its base, never a path."""

import json
from pathlib import Path

from profile_studio.base_models import HUB_IDS, STARTER, BaseModel
from profile_studio.files.atomic import write_json
from profile_studio.settings import Settings


def remember_folder(base: BaseModel, settings: Settings) -> None:
    """Keeps the place of a base model that has no name, so that its pictures can be made again."""
    folders = _folders(settings)
    if base.name not in (STARTER, *HUB_IDS) and folders.get(base.hash) != str(base.place):
        write_json(_path(settings), {**folders, base.hash: str(base.place)})


def folder_of(base_hash: str, settings: Settings) -> str | None:
    """The folder or file that a base model of this hash was last used from."""
    return _folders(settings).get(base_hash)


def _folders(settings: Settings) -> dict[str, str]:
    try:
        return dict(json.loads(_path(settings).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}  # nothing was remembered yet, or it is broken: a person gives the folder again


def _path(settings: Settings) -> Path:
    return settings.run_dir / "base-folders.json"
