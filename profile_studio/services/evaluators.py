"""Networks that measure or describe pictures and do not ship: which there are, and fetching them."""

from profile_studio.domain.evaluators import EVALUATORS, Evaluator, evaluator
from profile_studio.domain.fetching import FetchConfig
from profile_studio.domain.jobs import Job
from profile_studio.services.demo import refuse_in_demo
from profile_studio.services.fetching import queue_fetch
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


class EvaluatorService:
    """Everything the page and the command line do with evaluators; a worker fetches them."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._jobs = JobRepository(database)

    def list(self) -> tuple[Evaluator, ...]:
        """All that there are."""
        return EVALUATORS

    def is_ready(self, name: str) -> bool:
        """Whether it is on this disk."""
        return (self._settings.evaluators_dir / name / evaluator(name).weights).is_file()

    def fetch(self, name: str) -> Job:
        """Queues the fetch of an evaluator, or lets a paused one go on.

        Raises:
            InvalidSettings: there is none of this name.
            JobNotAllowed: it is being fetched already.
            NotInDemo: this is a demo.
        """
        refuse_in_demo(self._settings, "Fetching evaluators is")
        return queue_fetch(FetchConfig(evaluator=evaluator(name).name), self._jobs, self._settings)
