"""Finds and removes what was made of a data set's pictures: copies that jobs keep, LoRAs, what was made with these."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from profile_studio.domain.adapters import cover_path
from profile_studio.domain.comparison import parse_model_spec
from profile_studio.domain.counting import counted
from profile_studio.domain.errors import InvalidAdapter, InvalidModelSpec, InvalidPicture, UnknownJob
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.domain.sentences import Sentence
from profile_studio.files.atomic import write_json
from profile_studio.files.pictures import latest_pictures, read_recipe
from profile_studio.lora_files import read_adapter
from profile_studio.settings import Settings
from profile_studio.storage.jobs import JobRepository

SETTLED_AFTER_S = 5.0


class TracesOfDatasets:
    """Removes them and says in words what went, and what stays and why.

    A job that is not over is marked in its folder: what it keeps goes when it is over, whoever sees that first.
    """

    def __init__(self, settings: Settings, jobs: JobRepository) -> None:
        self._settings = settings
        self._jobs = jobs

    def remove(self, dataset: str, now: float, *, with_adapters: bool) -> tuple[list[Sentence], list[Sentence]]:
        """What went and what stays of all that was made of a data set.

        Args:
            with_adapters: whether the person's LoRAs that were trained on it go, with all that was made with them but
                the gallery's pictures, which are listed.
        """
        removed: list[Sentence] = []
        left: list[Sentence] = []
        adapters = self._adapters_of(dataset)
        # Numbers of its pictures are among them, and nobody can tell which.
        shutil.rmtree(self._settings.features_dir, ignore_errors=True)
        for job in self._jobs_of(dataset, adapters):
            if job.kind is JobKind.COMPARE and not with_adapters:
                left.append(Sentence("{job} until you delete it under Storage", job=_named(job)))
                continue
            wholly = with_adapters or job.kind is JobKind.CAPTION
            if wholly and not job.status.is_finished:
                self._jobs.ask_cancel(job.id, now)
                job = self._jobs.get(job.id)
            if job.status.is_finished:
                removed += self._remove_of_job(job, wholly)
            else:
                write_json(self._mark(job.id), {"wholly": wholly})
                left.append(_stays(job, wholly))
        for name in sorted(adapters):
            if with_adapters:
                removed += self._remove_adapter(name)
            elif self._adapter_file(name).is_file():
                left.append(Sentence("the LoRA {name} until you delete it by itself", name=name))
        left += self._pictures_made_with(adapters)
        return removed, left

    def adapters_there(self, dataset: str) -> list[str]:
        """Names of the person's LoRAs that were trained on a data set and still lie there."""
        return sorted(name for name in self._adapters_of(dataset) if self._adapter_file(name).is_file())

    def remove_from_ended_jobs(self, now: float) -> None:
        """Removes what marked jobs kept, once they are over and their supervisor has let go of them."""
        for folder in self._settings.job_folders():
            if not folder.deletion_mark.is_file():
                continue
            try:
                job = self._jobs.get(folder.path.name)
            except UnknownJob:
                shutil.rmtree(folder.path, ignore_errors=True)
                continue
            if job.status.is_finished and now - (job.finished_at or 0.0) > SETTLED_AFTER_S:
                self._remove_of_job(job, json.loads(folder.deletion_mark.read_text(encoding="utf-8"))["wholly"])

    def remove_pictures_of(self, job_id: str) -> None:
        """For the process of a job that has just ended: removes its copies if it was marked."""
        if self._mark(job_id).is_file() and self._jobs.get(job_id).status.is_finished:
            self._remove_copies(job_id)

    def _remove_of_job(self, job: Job, wholly: bool) -> list[Sentence]:
        if not wholly:
            removed = self._remove_copies(job.id)
            self._mark(job.id).unlink(missing_ok=True)
            return [Sentence("{what} of the training {job}", what=name, job=job.id) for name in removed]
        shutil.rmtree(self._settings.job_folder(job.id).path, ignore_errors=True)
        self._jobs.delete_finished(job.id)
        return [_named(job)]

    def _remove_copies(self, job_id: str) -> list[str]:
        removed: list[str] = []
        for path in self._settings.job_folder(job_id).made_of_pictures:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_file():
                path.unlink()
            else:
                continue
            removed.append(path.name)
        return removed

    def _remove_adapter(self, name: str) -> list[Sentence]:
        file = self._adapter_file(name)
        removed: list[Sentence] = []
        if file.is_file():
            file.unlink()
            removed.append(Sentence("the LoRA {name}", name=name))
        if (cover := cover_path(file)).is_file():
            cover.unlink()
            removed.append(Sentence("the cover picture of {name}", name=name))
        return removed

    def _adapter_file(self, name: str) -> Path:
        return self._settings.user_loras_dir / f"{name}.safetensors"

    def _adapters_of(self, dataset: str) -> set[str]:
        """Names of the person's adapters that were trained on this data set, broken and deleted ones too.

        A name that another adapter has by now is not among them.
        """
        own, others = set[str](), set[str]()
        for path in self._settings.user_loras_dir.glob("[!.]*.safetensors"):
            with suppress(InvalidAdapter):
                adapter = read_adapter(path)
                (own if adapter.dataset == dataset else others).add(adapter.name)
        shipped = {path.stem for path in self._settings.shipped_loras_dir.glob("*.safetensors")}
        trained = {
            job.adapter_name
            for job in self._jobs.find([JobStatus.COMPLETED], JobKind.TRAIN)
            if job.spec.get("dataset") == dataset and job.adapter_name
        }
        return own | (trained - others - shipped)

    def _jobs_of(self, dataset: str, adapters: set[str]) -> Iterator[Job]:
        """Jobs of the data set, and comparisons of these adapters."""
        for job in self._jobs.find():
            is_of_set = job.spec.get("dataset") == dataset
            if is_of_set or (job.kind is JobKind.COMPARE and not adapters.isdisjoint(_compared(job))):
                yield job

    def _pictures_made_with(self, adapters: set[str]) -> list[Sentence]:
        if not adapters:
            return []
        counts: Counter[str] = Counter()
        for path in latest_pictures(self._settings.pictures_dir):
            try:
                request = read_recipe(path).request
            except InvalidPicture:
                continue
            counts.update(adapters & {adapter.adapter_name for adapter in request.adapters})
        return [
            Sentence(
                "{pictures} in the gallery made with the LoRA {name} until you delete them there",
                pictures=counted(count, "picture"),
                name=name,
            )
            for name, count in sorted(counts.items())
        ]

    def _mark(self, job_id: str) -> Path:
        return self._settings.job_folder(job_id).deletion_mark


def _named(job: Job) -> Sentence:
    match job.kind:
        case JobKind.TRAIN:
            return Sentence("the training {job}", job=job.id)
        case JobKind.COMPARE:
            return Sentence("the comparison {job}", job=job.id)
        case JobKind.CAPTION:
            return Sentence("the captioning {job}", job=job.id)
        case JobKind.FETCH:
            return Sentence("the fetch {job}", job=job.id)
        case JobKind.UNKNOWN:
            return Sentence("the job {job}", job=job.id)


def _stays(job: Job, wholly: bool) -> Sentence:
    if wholly:
        return Sentence("{job} until it is canceled", job=_named(job))
    return Sentence("the copy that {job} keeps until it is over", job=_named(job))


def _compared(job: Job) -> set[str]:
    names: set[str] = set()
    models = job.spec.get("models")
    for model in models if isinstance(models, list) else []:
        try:
            names.update(part.adapter_name for part in parse_model_spec(str(model)).adapters)
        except InvalidModelSpec:
            continue
    return names
