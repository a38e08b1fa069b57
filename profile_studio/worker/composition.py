"""What each kind of job gets from the home: the work itself knows no database."""

import sys

from profile_studio.base_models import find_base_model
from profile_studio.domain.captioning import CaptioningConfig
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.errors import InvalidDataset, InvalidModelSpec, JobNotAllowed, UnknownDataset
from profile_studio.domain.evaluators import evaluator
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import JobContext, JobStatus
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.files.job_folder import JobFolder
from profile_studio.jobs.kinds import job_name
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import AdapterPublisher
from profile_studio.storage.base_folders import remember_folder
from profile_studio.storage.captions import CaptionsOfDataset
from profile_studio.storage.compared_models import compared_models
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

# The rooms that compute are imported inside: a job loads only what it computes with.


def train(config: LoraTrainingConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Trains for this home; what is returned and raised is told at `run_training`."""
    database = Database(settings.resolved_database_url)
    publisher = AdapterPublisher(settings, JobRepository(database))
    folder = JobFolder(context.folder)
    if (result := publisher.published_earlier(folder, context.job.id)) is not None:
        return result
    from profile_studio.training.run import run_training

    def load_dataset() -> Dataset:
        return _unchanged_dataset(config, DatasetRepository(database, settings.datasets_dir))

    base = find_base_model(config.base, settings)
    remember_folder(base, settings)
    return run_training(config, base, load_dataset, folder, publisher, context)


def caption(config: CaptioningConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Writes captions in this home; what is returned and raised is told at `run_captioning`."""
    from profile_studio.captioning.run import run_captioning

    datasets = DatasetRepository(Database(settings.resolved_database_url), settings.datasets_dir)
    captions = CaptionsOfDataset(datasets, config.dataset)
    return run_captioning(config, datasets.get(config.dataset), captions, JobFolder(context.folder), context, settings)


def compare(config: ComparisonConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Compares models of this home; what is returned and raised is told at `run_comparison`."""
    database = Database(settings.resolved_database_url)
    datasets, jobs = DatasetRepository(database, settings.datasets_dir), JobRepository(database)
    config = of_completed_trainings(config, jobs)
    compared = compared_models(config, settings, jobs, datasets)
    if config.checkpoints is None:
        from profile_studio.metrics.run import run_comparison

        return run_comparison(config, compared, context, settings)
    from profile_studio.metrics.checkpoint_run import FinishedTraining, run_checkpoints

    trained = LoraTrainingConfig.model_validate(jobs.get(config.checkpoints).spec)
    try:
        dataset = datasets.get(trained.dataset)
    except UnknownDataset:
        dataset = None
    training = FinishedTraining(trained, settings.job_folder(config.checkpoints), dataset)
    return run_checkpoints(config, compared, training, context, settings)


def fetch(config: FetchConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Fetches a base model or an evaluator; what is raised is told at `fetch_base` and `fetch_evaluator`."""
    if config.evaluator:
        from profile_studio.worker.fetching_evaluators import fetch_evaluator

        return fetch_evaluator(evaluator(config.evaluator), context, settings)
    from profile_studio.worker.fetching import fetch_base

    return fetch_base(config, context, settings)


def of_completed_trainings(config: ComparisonConfig, jobs: JobRepository) -> ComparisonConfig:
    """The comparison without the LoRAs that its trainings did not make.

    Raises:
        JobNotAllowed: one of the trainings is not over.
        InvalidModelSpec: none of them made its LoRA.
    """
    trainings = [jobs.get(job_id) for job_id in config.trainings]
    for job in trainings:
        if not job.status.is_finished:
            raise JobNotAllowed(
                "The training {job} of this comparison is {status}.",
                "Resume it, and compare the LoRAs when it is completed.",
                job=job_name(job),
                status=Sentence(job.status.value),
            )
    missing = {str(job.spec["adapter_name"]) for job in trainings if job.status is not JobStatus.COMPLETED}
    if missing:
        print(f"Left out, because their trainings made none: {', '.join(sorted(missing))}", file=sys.stderr)  # noqa: T201  into the job's log
    models = tuple(spec for spec in config.models if missing.isdisjoint(part.adapter_name for part in spec.adapters))
    if missing and len(models) < 2:
        raise InvalidModelSpec("None of the trainings made its LoRA.", "Look at their errors, and start them again.")
    return config.model_copy(update={"models": models})


def _unchanged_dataset(config: LoraTrainingConfig, datasets: DatasetRepository) -> Dataset:
    dataset = datasets.get(config.dataset)
    if config.dataset_version and dataset.version != config.dataset_version:
        raise InvalidDataset(
            "The data set {dataset!r} was changed after this training was queued.",
            "Start the training again.",
            dataset=dataset.name,
        )
    return dataset
