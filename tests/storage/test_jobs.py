import threading
from pathlib import Path

import pytest

from profile_studio.domain.errors import InvalidName, UnknownJob
from profile_studio.domain.jobs import JobError, JobKind, JobStatus, LossPoint, ProgressReport, Wish
from profile_studio.domain.sentences import Sentence
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


@pytest.fixture
def repository(tmp_path: Path) -> JobRepository:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    return JobRepository(database)


def running_job(repository: JobRepository) -> tuple[str, int]:
    job = repository.create(JobKind.TRAIN, {"rank": 4}, steps=10, now=1.0)
    attempt = repository.claim(job.id, now=2.0)
    assert attempt is not None
    return job.id, attempt


def test_an_unknown_job_is_a_sentence(repository: JobRepository) -> None:
    with pytest.raises(UnknownJob) as error:
        repository.get("nope")
    assert "'nope'" in error.value.message


def test_queued_jobs_know_their_place(repository: JobRepository) -> None:
    first = repository.create(JobKind.TRAIN, {}, 1, now=1.0)
    second = repository.create(JobKind.TRAIN, {}, 1, now=2.0)
    assert [repository.get(job.id).queue_position for job in (first, second)] == [1, 2]


def test_a_late_attempt_changes_nothing(repository: JobRepository) -> None:
    job_id, late = running_job(repository)
    repository.claim(job_id, now=3.0)
    assert not repository.report(job_id, late, ProgressReport(9, 10), now=4.0)
    assert not repository.complete(job_id, late, {"adapter": "x"}, now=4.0)
    assert not repository.fail(job_id, late, JobError("k", "m", "f"), now=4.0)
    assert repository.wish(job_id, late) is Wish.CANCEL
    assert repository.get(job_id).step == 0


def test_sentences_of_a_row_keep_their_templates(repository: JobRepository) -> None:
    (failed, attempt), (done, other) = running_job(repository), running_job(repository)
    message, fix = Sentence("{file} is gone.", file="ink"), Sentence("Train it again.")
    assert repository.fail(failed, attempt, JobError("k", message, fix), now=3.0)
    assert repository.complete(done, other, {"left": 1, "because": [message, fix]}, now=3.0)

    error, result = repository.get(failed).error, repository.get(done).result
    assert error and result
    assert result == {"left": 1, "because": ["ink is gone.", "Train it again."]}
    for known in (error.message, result["because"][0]):  # type: ignore[index]
        assert isinstance(known, Sentence)
        assert (known, known.template, known.values) == (message, "{file} is gone.", {"file": "ink"})


def test_a_finished_job_is_not_claimed(repository: JobRepository) -> None:
    job_id, attempt = running_job(repository)
    assert repository.complete(job_id, attempt, {}, now=3.0)
    assert repository.claim(job_id, now=4.0) is None


def test_pausing_a_running_job_takes_effect_when_it_has_saved(repository: JobRepository) -> None:
    job_id, attempt = running_job(repository)
    assert repository.ask_pause(job_id)
    assert repository.get(job_id).status is JobStatus.PAUSING
    assert repository.wish(job_id, attempt) is Wish.PAUSE
    assert repository.settle_pause(job_id, attempt)
    assert repository.get(job_id).status is JobStatus.PAUSED
    assert repository.resume(job_id)
    assert repository.get(job_id).status is JobStatus.QUEUED


def test_canceling_a_waiting_job_takes_effect_at_once(repository: JobRepository) -> None:
    job = repository.create(JobKind.TRAIN, {}, 1, now=1.0)
    assert repository.ask_cancel(job.id, now=2.0)
    assert repository.get(job.id).status is JobStatus.CANCELED
    assert repository.claim(job.id, now=3.0) is None


def test_canceling_a_running_job_waits_for_its_process(repository: JobRepository) -> None:
    job_id, attempt = running_job(repository)
    assert repository.ask_cancel(job_id, now=2.0)
    assert repository.get(job_id).status is JobStatus.RUNNING
    assert repository.wish(job_id, attempt) is Wish.CANCEL
    assert repository.settle_cancel(job_id, attempt, now=3.0)
    assert repository.get(job_id).status is JobStatus.CANCELED


def test_a_finished_job_can_be_neither_paused_nor_canceled(repository: JobRepository) -> None:
    job_id, attempt = running_job(repository)
    repository.complete(job_id, attempt, {}, now=3.0)
    assert not repository.ask_pause(job_id)
    assert not repository.ask_cancel(job_id, now=4.0)


def test_repeated_steps_replace_the_lost_ones_in_the_curve(repository: JobRepository) -> None:
    job_id, attempt = running_job(repository)
    repository.report(job_id, attempt, ProgressReport(3, 10, losses=tuple(LossPoint(s, 1.0) for s in (1, 2, 3))), 2.0)
    again = repository.claim(job_id, now=3.0)
    assert again is not None
    repository.report(job_id, again, ProgressReport(2, 10, losses=(LossPoint(2, 0.5),)), 4.0)
    assert repository.losses(job_id) == [LossPoint(1, 1.0), LossPoint(2, 0.5)]


def test_one_of_eight_who_ask_to_resume_at_once_gets_it(repository: JobRepository) -> None:
    job = repository.create(JobKind.TRAIN, {}, 1, now=1.0)
    repository.ask_pause(job.id)
    barrier, wins = threading.Barrier(8), []

    def resume() -> None:
        barrier.wait()
        wins.append(repository.resume(job.id))

    threads = [threading.Thread(target=resume) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == [False] * 7 + [True]


def test_one_of_eight_trainings_of_one_name_that_start_at_once_is_accepted(repository: JobRepository) -> None:
    barrier, refused = threading.Barrier(8), list[str]()

    def start() -> None:
        barrier.wait()
        try:
            repository.create(JobKind.TRAIN, {"adapter_name": "mine"}, 1, now=1.0)
        except InvalidName as error:
            refused.append(error.message)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["A training of 'mine' is queued already."] * 7
    assert len(repository.find()) == 1


@pytest.mark.parametrize("end", [JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELED])
def test_a_training_that_is_over_gives_its_name_back(repository: JobRepository, end: JobStatus) -> None:
    job = repository.create(JobKind.TRAIN, {"adapter_name": "mine"}, 1, now=1.0)
    repository.ask_pause(job.id)
    with pytest.raises(InvalidName, match="is paused already"):
        repository.check_free("mine")
    repository.resume(job.id)
    attempt = repository.claim(job.id, now=2.0)
    assert attempt is not None
    if end is JobStatus.COMPLETED:
        repository.complete(job.id, attempt, {"adapter": "mine-2"}, now=3.0)
    elif end is JobStatus.FAILED:
        repository.fail(job.id, attempt, JobError("k", "m", "f"), now=3.0)
    else:
        repository.ask_cancel(job.id, now=3.0)
        repository.settle_cancel(job.id, attempt, now=3.0)

    repository.check_free("mine")
    assert repository.create(JobKind.TRAIN, {"adapter_name": "mine"}, 1, now=4.0).adapter_name == "mine"
    assert repository.get(job.id).adapter_name == ("mine-2" if end is JobStatus.COMPLETED else "mine")
