"""Which names LoRAs may get: one file never takes another's place."""

from collections.abc import Generator
from contextlib import contextmanager
from itertools import count

from filelock import FileLock

from profile_studio.domain.errors import InvalidName
from profile_studio.domain.names import numbered
from profile_studio.settings import Settings
from profile_studio.storage.jobs import JobRepository


@contextmanager
def placing_adapter(settings: Settings) -> Generator[None]:
    """Inside the block nobody else puts a LoRA into the home: a name that is free stays free until it is taken."""
    with FileLock(settings.run_dir / "loras.lock", preserve_lock_file=True):
        yield


def adapter_exists(name: str, settings: Settings) -> bool:
    """Whether the home or the studio has a LoRA file of this name."""
    folders = (settings.user_loras_dir, settings.shipped_loras_dir)
    return any((folder / f"{name}.safetensors").exists() for folder in folders)


def free_name(wanted: str, settings: Settings, jobs: JobRepository) -> str:
    """What a finished training publishes under: the name it reserved, or the first free `wanted-2`, `wanted-3` ..."""
    if not adapter_exists(wanted, settings):
        return wanted
    names = (numbered(wanted, number) for number in count(2))
    return next(name for name in names if not adapter_exists(name, settings) and not _is_reserved(name, jobs))


def _is_reserved(name: str, jobs: JobRepository) -> bool:
    try:
        jobs.check_free(name)
    except InvalidName:
        return True
    return False
