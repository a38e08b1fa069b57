"""`backup ...`"""

from dataclasses import asdict
from typing import Annotated

import typer

from profile_studio.cli.output import Reply, say
from profile_studio.services.backups import list_backups, restore_backup
from profile_studio.settings import Settings

app = typer.Typer(help="The database's backups: one a day, kept for a week.")


@app.command("list")
def list_() -> Reply:
    """All backups, newest first, and which of them can be used."""
    return {"backups": [asdict(backup) for backup in list_backups(Settings())]}


@app.command()
def restore(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="As `backup list` shows it.")] = None,
) -> Reply:
    """Puts a backup in the place of the database: the newest one that can be used, or the named one."""
    settings = Settings()
    settings.create_folders()
    restored = restore_backup(settings, name)
    say("Data sets that were brought in since then are found again when the studio starts; their captions are not.")
    aside = str(restored.set_aside) if restored.set_aside else None
    return {"restored": restored.backup, "set_aside": aside, "paused": sorted(restored.paused)}
