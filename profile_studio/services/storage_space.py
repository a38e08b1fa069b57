"""Where things lie, what is big, and making room."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from profile_studio.domain.comparison import parse_model_spec
from profile_studio.domain.errors import InvalidModelSpec, JobNotAllowed
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.files.full_disk import free_bytes, is_full
from profile_studio.services.adapters import AdapterService
from profile_studio.services.datasets import DatasetService
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


class SpaceKind(StrEnum):
    """What takes room. Checkpoints lie in the jobs' folders; together all others are the home."""

    DATASETS = "datasets"
    ADAPTERS = "adapters"
    JOBS = "jobs"
    CHECKPOINTS = "checkpoints"
    PICTURES = "pictures"
    THUMBNAILS = "thumbnails"
    UPLOADS = "uploads"
    OTHER = "other"


@dataclass(frozen=True)
class Space:
    """How much there is of something."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Space") -> "Space":
        return Space(self.files + other.files, self.bytes + other.bytes)

    def __sub__(self, other: "Space") -> "Space":
        return Space(self.files - other.files, self.bytes - other.bytes)


@dataclass(frozen=True)
class SpaceItem:
    """One thing that can be deleted: a data set, a LoRA, a job that is over, or all of a kind.

    `name` is the set's or the LoRA's name, or the job's id.
    """

    name: str
    space: Space
    job: Job | None = None


@dataclass(frozen=True)
class SpaceGroup:
    """All of a kind. `items` is what may go now, the largest first; what a job still needs is not in it."""

    kind: SpaceKind
    space: Space
    items: tuple[SpaceItem, ...] = ()


@dataclass(frozen=True)
class SpaceOverview:
    """A home folder and its disk; groups are the largest first."""

    home: Path
    space: Space
    free_bytes: int
    groups: tuple[SpaceGroup, ...]

    def group(self, kind: SpaceKind) -> SpaceGroup:
        return next(group for group in self.groups if group.kind is kind)


@dataclass(frozen=True)
class Freed:
    """How much room a deletion made, and what stays of the deleted and why, in words."""

    space: Space
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Needs:
    """What jobs that are not over still read: names of data sets and of LoRAs."""

    datasets: frozenset[str]
    adapters: frozenset[str]

    @classmethod
    def of(cls, jobs: Sequence[Job]) -> "_Needs":
        specs = [job.spec for job in jobs if not job.status.is_finished]
        models = [text for spec in specs if isinstance(texts := spec.get("models"), list) for text in texts]
        adapters = frozenset(name for text in models for name in _adapters_in(str(text)))
        return cls(frozenset(str(spec.get("dataset")) for spec in specs), adapters)

    def can_spare(self, job: Job) -> bool:
        """Whether a job is over, and nobody compares the checkpoints it keeps."""
        lends = job.adapter_name in self.adapters
        return job.status.is_finished and not lends


class StorageService:
    """Measures a home and deletes what a person chose, never what a job that is not over needs."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)
        self._datasets = DatasetService(settings, database)
        self._adapters = AdapterService(settings)

    def overview(self) -> SpaceOverview:
        """Everything in the home by kind, as it is now."""
        refuse_in_demo(self._settings, "Looking at the disk is")
        home = self._settings.resolved_home
        whole = space_of(home)
        jobs = self._jobs.find()
        needs = _Needs.of(jobs)
        groups = [
            self._group(SpaceKind.DATASETS, self._settings.datasets_dir, self._dataset_items(needs)),
            self._group(SpaceKind.ADAPTERS, self._settings.user_loras_dir, self._adapter_items(needs)),
            self._group(SpaceKind.JOBS, self._settings.jobs_dir, self._job_items(jobs, needs)),
            *self._picture_groups(),
            self._group(SpaceKind.UPLOADS, self._settings.uploads_dir),
        ]
        other = SpaceGroup(SpaceKind.OTHER, whole - sum((group.space for group in groups), Space()))
        everything = [*groups, self._checkpoints(jobs, needs), other]
        by_size = sorted(everything, key=lambda group: group.space.bytes, reverse=True)
        return SpaceOverview(home, whole, free_bytes(home), tuple(by_size))

    def disk_is_full(self) -> bool:
        """Whether the home's disk has no room left for anything big."""
        return is_full(self._settings.resolved_home)

    def delete(self, kind: SpaceKind, names: Sequence[str]) -> Freed:
        """Deletes items of a kind for good.

        Raises:
            JobNotAllowed: one of them is not there any more, or a job needs it by now. Nothing was deleted then.
        """
        refuse_in_demo(self._settings, "Deleting is")
        items = {item.name: item for item in self.overview().group(kind).items}
        for name in names:
            if name not in items:
                raise JobNotAllowed(
                    "{name!r} cannot be deleted now: it is gone, or a job needs it.",
                    "Look at the list again; what a job needs can go when the job is over.",
                    name=name,
                )
        left: list[str] = []
        free: dict[SpaceKind, Callable[[str], object]] = {
            SpaceKind.DATASETS: lambda name: left.extend(self._datasets.delete(name).left),
            SpaceKind.ADAPTERS: self._adapters.delete,
            SpaceKind.JOBS: self._delete_job,
            SpaceKind.CHECKPOINTS: lambda job_id: shutil.rmtree(self._checkpoints_dir(job_id), ignore_errors=True),
            SpaceKind.PICTURES: lambda _: _delete_files(self._settings.pictures_dir),
            SpaceKind.THUMBNAILS: lambda _: _delete_files(self._settings.thumbnails_dir),
        }
        for name in names:
            free[kind](name)
        return Freed(sum((items[name].space for name in names), Space()), tuple(left))

    def _delete_job(self, job_id: str) -> None:
        """The row goes first, and only if the job is over: nothing can start it again then."""
        if self._jobs.delete_finished(job_id):
            shutil.rmtree(self._settings.job_folder(job_id).path, ignore_errors=True)

    def _group(self, kind: SpaceKind, folder: Path, items: Sequence[SpaceItem] = ()) -> SpaceGroup:
        return SpaceGroup(kind, space_of(folder), _largest_first(items))

    def _dataset_items(self, needs: "_Needs") -> list[SpaceItem]:
        names = [dataset.name for dataset in self._datasets.list() if dataset.name not in needs.datasets]
        return [SpaceItem(name, space_of(self._settings.datasets_dir / name)) for name in names]

    def _adapter_items(self, needs: "_Needs") -> list[SpaceItem]:
        paths = self._settings.user_loras_dir.glob("[!.]*.safetensors")
        return [SpaceItem(path.stem, space_of(path)) for path in paths if path.stem not in needs.adapters]

    def _job_items(self, jobs: Sequence[Job], needs: "_Needs") -> list[SpaceItem]:
        return [
            SpaceItem(job.id, space_of(self._settings.job_folder(job.id).path), job)
            for job in jobs
            if needs.can_spare(job)
        ]

    def _checkpoints(self, jobs: Sequence[Job], needs: "_Needs") -> SpaceGroup:
        spaces = [(job, space_of(self._checkpoints_dir(job.id))) for job in jobs if job.kind is JobKind.TRAIN]
        items = [SpaceItem(job.id, space, job) for job, space in spaces if space.files and needs.can_spare(job)]
        whole = sum((space for _, space in spaces), Space())
        return SpaceGroup(SpaceKind.CHECKPOINTS, whole, _largest_first(items))

    def _picture_groups(self) -> list[SpaceGroup]:
        thumbnails = space_of(self._settings.thumbnails_dir)
        pictures = space_of(self._settings.pictures_dir) - thumbnails
        return [
            SpaceGroup(kind, space, (SpaceItem(kind.value, space),) if space.files else ())
            for kind, space in ((SpaceKind.PICTURES, pictures), (SpaceKind.THUMBNAILS, thumbnails))
        ]

    def _checkpoints_dir(self, job_id: str) -> Path:
        return self._settings.job_folder(job_id).checkpoints_dir


def space_of(path: Path) -> Space:
    """How much a file or everything in a folder takes; what vanishes meanwhile counts nothing."""
    try:
        if not path.is_dir():
            return Space(1, path.stat().st_size)
        with os.scandir(path) as entries:
            return sum((_space_of_entry(entry) for entry in entries), Space())
    except FileNotFoundError:
        return Space()


def _space_of_entry(entry: "os.DirEntry[str]") -> Space:
    if entry.is_dir(follow_symlinks=False):
        return space_of(Path(entry.path))
    try:
        return Space(1, entry.stat(follow_symlinks=False).st_size)
    except FileNotFoundError:
        return Space()


def _largest_first(items: Sequence[SpaceItem]) -> tuple[SpaceItem, ...]:
    return tuple(sorted(items, key=lambda item: (-item.space.bytes, item.name)))


def _delete_files(folder: Path) -> None:
    """The folder itself stays: somebody may be writing into it."""
    for path in folder.glob("[!.]*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def _adapters_in(model: str) -> list[str]:
    try:
        return [part.adapter_name for part in parse_model_spec(model).adapters]
    except InvalidModelSpec:
        return []
