"""Base models: which there are, fetching them, and letting them go."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from profile_studio.base_models import STARTER, base_size, find_base_model, missing_files
from profile_studio.domain.base_files import MODEL_INDEX
from profile_studio.domain.bases import KNOWN_BASES, KnownBase
from profile_studio.domain.errors import BaseModelMissing, InvalidSettings, JobNotAllowed
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.hub.cache import cached_folder, hub_id_of, storage_of
from profile_studio.services.demo import refuse_in_demo
from profile_studio.services.fetching import queue_fetch
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.hub_token import keep_hub_token
from profile_studio.storage.jobs import JobRepository


@dataclass(frozen=True)
class BaseFacts:
    """What is known of a base model: `hash` and `prediction` of one that is whole, what is `missing` of one that is not."""

    base: str
    family: str | None
    native_size: int | None
    prediction: str | None
    hash: str | None
    missing: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.missing


class BaseService:
    """Everything the page and the command line do with base models; a worker fetches them."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)

    def list(self) -> "list[KnownBase]":
        """Those that have a name and that may be chosen here."""
        return [base for base in KNOWN_BASES if base.name == STARTER or not self._settings.is_demo]

    def is_ready(self, base: str) -> bool:
        """Whether all of it is on this disk."""
        try:
            find_base_model(base, self._settings)
        except BaseModelMissing:
            return False
        return True

    def show(self, base: str) -> BaseFacts:
        """What is known of a base model; reads all of its denoiser.

        Raises:
            BaseModelMissing: it is a folder that cannot be used.
            NotInDemo: strangers share this studio, and its disk is none of theirs.
        """
        if (hub_id := hub_id_of(base)) is not None and not self.is_ready(base):
            folder = cached_folder(hub_id)
            missing = missing_files(base, folder) if folder else [MODEL_INDEX]
            known = next((each for each in KNOWN_BASES if each.name == base), None)
            size = base_size(base, self._settings) if known else None
            family, native_size = (size.family.name, size.native_size) if size else (None, None)
            return BaseFacts(base, family, native_size, None, None, tuple(missing))
        found = find_base_model(base, self._settings)
        return BaseFacts(base, found.family.name, found.native_size, found.prediction_type, found.hash, ())

    def fetch(self, base: str, token: str = "") -> Job:
        """Queues the fetch of a base model from the hub, or lets a paused one go on; of a file, that of its vocabulary.

        Args:
            token: says to the hub who asks, now and later; empty keeps the one of before.
        Raises:
            InvalidSettings: it is not one of the hub's.
            JobNotAllowed: it is being fetched already.
            NotInDemo: this is a demo.
        """
        refuse_in_demo(self._settings, "Fetching base models is")
        if hub_id_of(base) is None and not Path(base).is_file():
            raise InvalidSettings(
                "{base!r} is not a base model that can be fetched.",
                "Name one of {names}, or a hub id such as someone/a-model.",
                base=base,
                names=", ".join(each.name for each in KNOWN_BASES if each.hub_id),
            )
        if token:
            keep_hub_token(token, self._settings)
        return queue_fetch(FetchConfig(base=base), self._jobs, self._settings)

    def newest_fetch(self, base: str) -> Job | None:
        """The newest fetch of a base model."""
        return next((job for job in self._jobs.find(kind=JobKind.FETCH) if job.spec.get("base") == base), None)

    def forget(self, base: str) -> int:
        """Deletes what the hub's local cache has of a base model; returns how many bytes that frees.

        Raises:
            InvalidSettings: it is not one of the hub's, so its files are not the studio's to delete.
            JobNotAllowed: a job still needs it.
            NotInDemo: this is a demo.
        """
        refuse_in_demo(self._settings, "Deleting base models is")
        if (hub_id := hub_id_of(base)) is None:
            raise InvalidSettings(
                "The files of {base!r} are not the studio's to delete.",
                "Name a base model that was fetched from the hub.",
                base=base,
            )
        if (job := self._unfinished(base)) is not None:
            raise JobNotAllowed(
                "The job {job} needs {base!r}.", "Wait until it is over, or cancel it.", base=base, job=job.id
            )
        storage = storage_of(hub_id)
        freed = sum(path.stat().st_size for path in _files(storage))
        shutil.rmtree(storage, ignore_errors=True)
        return freed

    def _unfinished(self, base: str) -> Job | None:
        unfinished = [status for status in JobStatus if not status.is_finished]
        return next((job for job in self._jobs.find(unfinished) if job.spec.get("base") == base), None)


def _files(folder: Path) -> "list[Path]":
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
