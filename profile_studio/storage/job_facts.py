"""What a job is, written into its folder: the way back where the database was lost."""

from pydantic import BaseModel, ConfigDict, ValidationError

from profile_studio.domain.jobs import Job, JobKind
from profile_studio.files.atomic import write_json
from profile_studio.files.job_folder import JobFolder


class JobFacts(BaseModel):
    """The part of a row that nothing else in the folder tells."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: JobKind
    attempt: int
    steps: int
    spec: dict[str, object]
    created_at: float


def write_job_facts(folder: JobFolder, job: Job) -> None:
    """Writes them anew, for this attempt."""
    facts = JobFacts(kind=job.kind, attempt=job.attempt, steps=job.steps, spec=job.spec, created_at=job.created_at)
    write_json(folder.facts, facts.model_dump(mode="json"))


def read_job_facts(folder: JobFolder) -> JobFacts | None:
    """Those of a job's folder; None if there are none that can be read."""
    try:
        return JobFacts.model_validate_json(folder.facts.read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None
