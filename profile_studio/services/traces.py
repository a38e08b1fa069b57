"""Finds what was made of a data set's pictures: copies that trainings keep, and adapters."""

import shutil
from collections.abc import Iterator

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.domain.sentences import Sentence
from profile_studio.lora_files import read_adapter
from profile_studio.settings import Settings
from profile_studio.storage.jobs import JobRepository

_MADE_OF_PICTURES = ("cache.safetensors", "samples", "checkpoints")


class TracesOfDatasets:
    """Removes them, and adds in words what was removed."""

    def __init__(self, settings: Settings, jobs: JobRepository) -> None:
        self._settings = settings
        self._jobs = jobs

    def remove_from_trainings(self, dataset: str, removed: list[Sentence]) -> list[Sentence]:
        """Removes encoded pictures, samples and checkpoints of finished trainings; returns what had to stay."""
        left: list[Sentence] = []
        for job in self._trainings(dataset):
            if not job.status.is_finished:
                left.append(
                    Sentence(
                        "the training {job} is {status} and keeps its copy until it is over",
                        job=job.id,
                        status=Sentence(job.status.value),
                    )
                )
                continue
            for name in _MADE_OF_PICTURES:
                path = self._settings.jobs_dir / job.id / name
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif path.is_file():
                    path.unlink()
                else:
                    continue
                removed.append(Sentence("{what} of the training {job}", what=name, job=job.id))
        return left

    def remove_adapters(self, dataset: str, removed: list[Sentence]) -> None:
        """Removes the person's adapters that were trained on this data set."""
        for path in sorted(self._settings.user_loras_dir.glob("*.safetensors")):
            try:
                is_its = read_adapter(path).dataset == dataset
            except InvalidAdapter:
                continue
            if is_its:
                path.unlink()
                removed.append(Sentence("the LoRA {name}", name=path.stem))

    def _trainings(self, dataset: str) -> Iterator[Job]:
        return (job for job in self._jobs.find(kind=JobKind.TRAIN) if job.spec.get("dataset") == dataset)
