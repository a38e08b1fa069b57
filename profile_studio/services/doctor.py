"""What works on this machine and what does not, each with the fix."""

import importlib.metadata
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy.exc import SQLAlchemyError

from profile_studio.base_models import HUB_IDS, STARTER, find_base_model, missing_files
from profile_studio.domain.counting import counted
from profile_studio.domain.errors import BaseModelMissing, DatabaseBusy, DatabaseNewer, ProfileStudioError
from profile_studio.files.full_disk import free_bytes
from profile_studio.hub.cache import cached_folder
from profile_studio.jobs.presence import supervisor_is_there, web_presence
from profile_studio.services.adapters import AdapterService
from profile_studio.services.device import probe_device
from profile_studio.services.found_again import unknown_folders
from profile_studio.settings import Settings
from profile_studio.storage.backups import Backups
from profile_studio.storage.database import HEAD_REVISION, Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.sqlite_faults import check_sound

NEEDED_MEMORY_GIB = 2.0
NEEDED_DISK_GIB = 2.0
NEEDED_PACKAGES = ("torch", "diffusers", "transformers", "peft", "compel", "gradio", "dbos")


@dataclass(frozen=True)
class Check:
    """One finding; `fix` is empty where everything works, and where nothing is needed."""

    name: str
    works: bool
    finding: str
    fix: str = ""


def examine(settings: Settings) -> list[Check]:
    """All checks, the most basic first."""
    return [
        _packages(),
        _device(),
        _memory(),
        _disk(settings),
        _database(settings),
        _queue(settings),
        _files(settings),
        _starter(settings),
        *(_hub_base(base) for base in sorted(HUB_IDS)),
        _judge(settings),
        _critic(settings),
        _loras(settings),
        _page(settings),
        _worker(settings),
    ]


def _packages() -> Check:
    versions: dict[str, str] = {}
    for package in NEEDED_PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return Check("packages", False, f"{package} is not installed.", "Run `make run` once; it installs it.")
    python = ".".join(map(str, sys.version_info[:3]))
    return Check("packages", True, f"Python {python}, " + ", ".join(f"{k} {v}" for k, v in versions.items()))


def _device() -> Check:
    try:
        device = probe_device()
    except subprocess.TimeoutExpired:
        return Check(
            "device", False, "PyTorch takes too long to load: the machine is too busy.", "Close other programs."
        )
    except (subprocess.SubprocessError, OSError, ValueError, IndexError):
        return Check("device", False, "PyTorch cannot be loaded.", "Delete .venv and run `make run` again.")
    return Check("device", True, f"{device.kind}: {device.name}")


def _memory() -> Check:
    free_gib = psutil.virtual_memory().available / 2**30
    fix = "" if free_gib >= NEEDED_MEMORY_GIB else "Close other programs before training."
    return Check("memory", not fix, f"{free_gib:.1f} GiB free; the starter needs {NEEDED_MEMORY_GIB:.0f}.", fix)


def _disk(settings: Settings) -> Check:
    free_gib = free_bytes(settings.resolved_home) / 2**30
    fix = "" if free_gib >= NEEDED_DISK_GIB else "Make room, or set PROFILE_STUDIO_HOME to another disk."
    return Check("disk", not fix, f"{free_gib:.1f} GiB free in {settings.resolved_home}.", fix)


def _database(settings: Settings) -> Check:
    database = Database(settings.resolved_database_url)
    file = database.file
    if file is None:
        return _database_on_a_server(database)
    backups = Backups(file)
    if not _is_there(file) and not backups.newest_first():
        return Check("database", True, "There is none yet; the studio makes it when it starts.")
    newest = backups.newest_usable(HEAD_REVISION)
    try:
        if _is_there(file):
            check_sound(file)
        database.check_revision()
    except DatabaseBusy as error:
        return Check("database", False, error.message, error.fix)
    except ProfileStudioError as error:
        return Check("database", False, error.message, _way_back(error, file, newest))
    finally:
        database.engine.dispose()
    backup = f"the newest backup is {newest.name}" if newest else "it has no backup yet; one is made every day"
    return Check("database", True, f"{file.name} is sound; {backup}.")


def _is_there(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def _way_back(error: ProfileStudioError, file: Path, newest: Path | None) -> str:
    restore = newest and f"`python -m profile_studio backup restore` puts the backup {newest.name} back"
    if isinstance(error, DatabaseNewer):
        return f"Update the studio (`git pull`, then `make run`){f', or {restore}' if restore else ''}."
    if restore:
        return f"{restore}; pictures, LoRAs and what jobs made stay as they are."
    return f"There is no backup. Move {file} away and start the studio: it finds its data sets again by their folders."


def _database_on_a_server(database: Database) -> Check:
    try:
        database.check_revision()
    except ProfileStudioError as error:
        return Check("database", False, error.message, error.fix)
    finally:
        database.engine.dispose()
    return Check("database", True, "It is on a server, which has to be backed up there: the studio makes no backups.")


def _queue(settings: Settings) -> Check:
    file = Database(settings.queue_database_url).file
    if file is None or not _is_there(file):
        return Check("queue", True, "It is on the server." if file is None else "There is none yet.")
    try:
        check_sound(file)
    except ProfileStudioError as error:
        return Check("queue", False, error.message, "Start the studio again: it makes a new queue from the jobs' rows.")
    return Check("queue", True, f"{file.name} is sound.")


def _files(settings: Settings) -> Check:
    """Whether rows and folders fit each other: after a disk was put back from an older day they may not."""
    database = Database(settings.resolved_database_url)
    try:
        if (database.file is not None and not _is_there(database.file)) or database.check_revision() != HEAD_REVISION:
            return Check("files", True, "The database is not in use yet.")
        repository = DatasetRepository(database, settings.datasets_dir)
        sets = [repository.get(name) for name in repository.names()]
    except (ProfileStudioError, SQLAlchemyError):
        return Check("files", False, "The rows cannot be read.", "Mend the database first.")
    finally:
        database.engine.dispose()
    gone = {each.name: sum(not image.path.is_file() for image in each.every_image) for each in sets}
    missing = [f"{counted(count, 'picture')} of {name}" for name, count in gone.items() if count]
    if missing:
        finding = f"Gone from the disk: {', '.join(missing)}."
        return Check("files", False, finding, f"Put them back into {settings.datasets_dir}, or delete these sets.")
    unknown = [folder.name for folder in unknown_folders(settings, repository)]
    if unknown:
        finding = f"Folders of data sets that the database does not know: {', '.join(unknown)}."
        return Check("files", False, finding, "Start the studio; it takes in those whose pictures can be read.")
    return Check("files", True, "Every picture of every data set is there.")


def _starter(settings: Settings) -> Check:
    try:
        base = find_base_model(STARTER, settings)
    except BaseModelMissing as error:
        return Check(
            "starter", False, error.message, "Clone the repository again; the starter ships in assets/starter."
        )
    return Check("starter", True, f"The base model that ships is there ({base.native_size} px).")


def _hub_base(base: str) -> Check:
    folder = cached_folder(HUB_IDS[base])
    is_whole = folder is not None and not missing_files(base, folder)
    finding = "is on this disk" if is_whole else f"is not on this disk; `bases fetch {base}` fetches it"
    return Check(base, True, f"{HUB_IDS[base]} {finding}.")


def _judge(settings: Settings) -> Check:
    if (settings.judge_dir / "config.json").is_file():
        return Check("judge", True, "The model that scores pictures is there.")
    return Check("judge", False, "The model that scores pictures is missing.", "Clone the repository again.")


def _critic(settings: Settings) -> Check:
    if (settings.critic_dir / "config.json").is_file():
        return Check("critic", True, "The model that tells intact faces is there.")
    return Check("critic", False, "The model that tells intact faces is missing.", "Clone the repository again.")


def _loras(settings: Settings) -> Check:
    if not (unreadable := AdapterService(settings).unreadable()):
        return Check("loras", True, "Every LoRA file can be read.")
    finding = "Left out: " + "; ".join(f"{entry.file} ({entry.reason})" for entry in unreadable)
    return Check("loras", False, finding, f"Move them out of {settings.user_loras_dir}, or import them anew.")


def _page(settings: Settings) -> Check:
    presence = web_presence(settings.run_dir)
    address = presence.facts().get("address") if presence.is_there() else None
    return Check("page", True, f"It is open at {address}." if address else "It is not open; `python app.py` opens it.")


def _worker(settings: Settings) -> Check:
    if supervisor_is_there(settings):
        return Check("worker", True, "A worker takes jobs.")
    return Check("worker", True, "No worker runs; `python app.py` starts one, and so do commands that wait.")
