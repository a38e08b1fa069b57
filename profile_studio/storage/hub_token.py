"""The token that says to the hub who asks: a file that its owner alone can read, in no row and no log."""

import os
from pathlib import Path

from profile_studio.files.atomic import write_atomically
from profile_studio.settings import Settings


def keep_hub_token(token: str, settings: Settings) -> None:
    """Keeps a token for all fetches to come."""
    with write_atomically(_path(settings)) as temporary:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        temporary.write_text(token, encoding="utf-8")


def hub_token(settings: Settings) -> str | None:
    """The token that was given last; None leaves it to the hub's client, which may have one of its own."""
    try:
        return _path(settings).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def _path(settings: Settings) -> Path:
    return settings.run_dir / "hub-token"
