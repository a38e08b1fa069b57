"""Everything the page and the command line can do, in one object."""

import time
from dataclasses import dataclass

from filelock import FileLock

from profile_studio.files.atomic import sweep_unfinished
from profile_studio.services.adapters import AdapterService
from profile_studio.services.background_import import BackgroundImports
from profile_studio.services.base_fit import BaseFitService
from profile_studio.services.bases import BaseService
from profile_studio.services.captioning import CaptioningService
from profile_studio.services.checkpoints import CheckpointService
from profile_studio.services.comparison import ComparisonService
from profile_studio.services.datasets import DatasetService
from profile_studio.services.evaluators import EvaluatorService
from profile_studio.services.found_again import find_again
from profile_studio.services.found_jobs import find_jobs_again
from profile_studio.services.gallery import GalleryService
from profile_studio.services.generation import GenerationService
from profile_studio.services.housekeeping import Housekeeping
from profile_studio.services.jobs import JobService
from profile_studio.services.laboratory import LaboratoryService
from profile_studio.services.live import LiveLane
from profile_studio.services.storage_space import StorageService
from profile_studio.services.training import TrainingService
from profile_studio.services.training_groups import TrainingGroupService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository

_UNFINISHED_FOR_S = 3600.0


@dataclass(frozen=True)
class Studio:
    """The services of one home folder."""

    settings: Settings
    datasets: DatasetService
    imports: BackgroundImports
    captioning: CaptioningService
    bases: BaseService
    evaluators: EvaluatorService
    base_fit: BaseFitService
    training: TrainingService
    training_groups: TrainingGroupService
    jobs: JobService
    adapters: AdapterService
    generation: GenerationService
    gallery: GalleryService
    comparison: ComparisonService
    checkpoints: CheckpointService
    laboratory: LaboratoryService
    storage: StorageService
    housekeeping: Housekeeping

    @classmethod
    def open(cls, settings: Settings, lane: LiveLane | None = None) -> "Studio":
        """The studio of this home; makes the folders and brings the tables to the newest revision.

        Args:
            lane: whoever makes pictures at once; by default the engine's process of this home.

        Raises:
            DatabaseDamaged, DatabaseNewer, DatabaseBusy: the rows cannot be read.
        """
        settings.create_folders()
        database = Database(settings.resolved_database_url)
        with FileLock(settings.run_dir / "upgrade.lock", preserve_lock_file=True):
            is_new = database.check_revision() is None
            database.upgrade()
            housekeeping = Housekeeping(settings, database)
            if not is_new:
                housekeeping.back_up(time.time())
            housekeeping.look_after()
            find_again(settings, DatasetRepository(database, settings.datasets_dir), time.time())
            find_jobs_again(settings, JobRepository(database))
            datasets = DatasetService(settings, database)
            if settings.is_demo:
                datasets.take_all_examples()
        training = TrainingService(settings, database)
        return cls(
            settings=settings,
            datasets=datasets,
            imports=BackgroundImports(datasets),
            captioning=CaptioningService(settings, database),
            bases=BaseService(settings, database),
            evaluators=EvaluatorService(settings, database),
            base_fit=BaseFitService(settings, database, lane),
            training=training,
            training_groups=TrainingGroupService(settings, database, training),
            jobs=JobService(settings, database),
            adapters=AdapterService(settings, JobRepository(database)),
            generation=GenerationService(settings, lane),
            gallery=GalleryService(settings),
            comparison=ComparisonService(settings, database),
            checkpoints=CheckpointService(settings, database),
            laboratory=LaboratoryService(),
            storage=StorageService(settings, database),
            housekeeping=housekeeping,
        )

    def sweep(self, now: float) -> None:
        """Deletes what killed processes left unfinished in the home.

        Args:
            now: seconds since 1970. The engine and jobs of a page that was killed may be at work still, so of theirs
                only what is an hour old goes.
        """
        self.datasets.sweep()
        settings = self.settings
        for folder in (settings.pictures_dir, settings.user_loras_dir, settings.jobs_dir, settings.run_dir):
            sweep_unfinished(folder, before=now - _UNFINISHED_FOR_S)
