"""Which names LoRAs may get: one file never takes another's place."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from filelock import FileLock

from profile_studio.domain.errors import InvalidName
from profile_studio.domain.names import numbered
from profile_studio.files.job_folder import JobFolder
from profile_studio.lora_files import read_header
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


class AdapterPublisher:
    """Gives finished trainings their place among the person's LoRAs."""

    def __init__(self, settings: Settings, jobs: JobRepository) -> None:
        self._settings = settings
        self._jobs = jobs

    @contextmanager
    def free_place(self, wanted: str) -> Generator[Path]:
        """Yields where a LoRA goes: under the name it reserved, or the first free `wanted-2`, `wanted-3` ...

        Nobody else puts a LoRA into the home inside the block.
        """
        with placing_adapter(self._settings):
            yield self._settings.user_loras_dir / f"{self._free_name(wanted)}.safetensors"

    def published_earlier(self, folder: JobFolder, job_id: str) -> dict[str, object] | None:
        """The result of an attempt that ended between publishing its file and closing its row."""
        if not folder.result.exists():
            return None
        result: dict[str, object] = json.loads(folder.result.read_text(encoding="utf-8"))
        published = self._settings.user_loras_dir / str(result["file"])
        if not published.exists():
            return None
        is_ours = read_header(published).metadata.get("profile_studio.job") == job_id
        return result if is_ours else None

    def _free_name(self, wanted: str) -> str:
        if not adapter_exists(wanted, self._settings):
            return wanted
        names = (numbered(wanted, number) for number in count(2))
        return next(name for name in names if not adapter_exists(name, self._settings) and not self._is_reserved(name))

    def _is_reserved(self, name: str) -> bool:
        try:
            self._jobs.check_free(name)
        except InvalidName:
            return True
        return False
