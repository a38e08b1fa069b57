"""Automatic captions: accept the job; a worker writes them."""

from profile_studio.domain.captioning import CaptionerName, CaptioningConfig, uncaptioned
from profile_studio.domain.errors import InvalidDataset, JobNotAllowed
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.jobs.queue import accept
from profile_studio.services.demo import refuse_in_demo
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository


class CaptioningService:
    """Everything the page and the command line do with automatic captions."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)
        self._datasets = DatasetRepository(database, settings.datasets_dir)

    def submit(self, dataset_name: str, captioner: CaptionerName | None = None, *, overwrite: bool = False) -> Job:
        """Queues captions for the pictures that have none.

        Args:
            captioner: None takes the one that fits each picture, and never reaches the network for it.
            overwrite: replaces every caption, those by hand too.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: every picture has a caption already.
            JobNotAllowed: the set is being captioned already.
            NotInDemo: this is a demo.
        """
        refuse_in_demo(self._settings, "Writing captions is")
        pictures = uncaptioned(self._datasets.get(dataset_name), overwrite=overwrite)
        if not pictures:
            raise InvalidDataset(
                "Every picture of {dataset!r} has a caption.",
                "Ask for overwriting if they should be replaced.",
                dataset=dataset_name,
            )
        unfinished = [status for status in JobStatus if not status.is_finished]
        for job in self._jobs.find(unfinished, JobKind.CAPTION):
            if job.spec.get("dataset") == dataset_name:
                raise JobNotAllowed(
                    "{dataset!r} is being captioned already.",
                    "Wait for the job {job}, or cancel it.",
                    dataset=dataset_name,
                    job=job.id,
                )
        config = CaptioningConfig(
            dataset=dataset_name,
            captioner=captioner,
            overwrite=overwrite,
            may_download=captioner is not None,
        )
        return accept(self._settings, self._jobs, config, len(pictures))

    def newest(self, dataset_name: str) -> Job | None:
        """The newest captioning of a data set."""
        jobs = self._jobs.find(kind=JobKind.CAPTION)
        return next((job for job in jobs if job.spec.get("dataset") == dataset_name), None)
