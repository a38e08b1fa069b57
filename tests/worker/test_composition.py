"""What a comparison behind a group of trainings compares."""

import pytest

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.errors import InvalidModelSpec, JobNotAllowed
from profile_studio.domain.jobs import JobError, JobKind
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.worker.composition import of_completed_trainings


@pytest.fixture
def jobs(settings: Settings) -> JobRepository:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return JobRepository(database)


def group(jobs: JobRepository, *ends: str) -> ComparisonConfig:
    """A comparison of trainings a, b, ... that ended so."""
    names = "abc"[: len(ends)]
    ids: list[str] = []
    for name, end in zip(names, ends, strict=True):
        job = jobs.create(JobKind.TRAIN, {"adapter_name": name}, 1, 0.0)
        ids.append(job.id)
        attempt = jobs.claim(job.id, 0.0) if end != "queued" else None
        if attempt is not None and end == "completed":
            jobs.complete(job.id, attempt, {"adapter": name}, 1.0)
        elif attempt is not None:
            jobs.fail(job.id, attempt, JobError("training_failed", "It broke.", "Mend it."), 1.0)
    return ComparisonConfig.model_validate({"models": ["base", *names], "prompts": ["a dot"], "trainings": ids})


def test_a_training_that_failed_is_left_out(jobs: JobRepository, capsys: pytest.CaptureFixture[str]) -> None:
    compared = of_completed_trainings(group(jobs, "completed", "failed", "completed"), jobs)
    assert [spec.text for spec in compared.models] == ["base", "a", "c"]
    assert "Left out, because their trainings made none: b" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ends", "refused", "words"),
    [
        (("completed", "queued"), JobNotAllowed, "The training b of this comparison is queued."),
        (("failed", "failed"), InvalidModelSpec, "None of the trainings made its LoRA."),
    ],
)
def test_a_comparison_of_what_is_not_there_says_so(
    jobs: JobRepository, ends: tuple[str, ...], refused: type[Exception], words: str
) -> None:
    with pytest.raises(refused, match=words):
        of_completed_trainings(group(jobs, *ends), jobs)
