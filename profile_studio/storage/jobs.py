"""The job row: every change is one conditional statement that says whether it applied."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from profile_studio.domain.errors import InvalidName, UnknownJob
from profile_studio.domain.jobs import Job, JobError, JobKind, JobStatus, LossPoint, ProgressReport, Wish
from profile_studio.domain.places import without_places
from profile_studio.domain.sentences import Sentence, from_json, to_json
from profile_studio.storage.database import Database, jobs, loss_points
from profile_studio.storage.job_facts import JobFacts

_HELD = [JobStatus.RUNNING, JobStatus.PAUSING]
_TAKE_ANOTHER_NAME = Sentence("Give the new one another name, or cancel that one.")


class JobRepository:
    """Reads and moves jobs. Times are passed in, in seconds since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, kind: JobKind, spec: dict[str, object], steps: int, now: float) -> Job:
        """A new queued job; a training reserves the name of the LoRA it will make.

        Raises:
            InvalidName: an unfinished training has the name.
        """
        job_id = uuid.uuid4().hex[:12]
        name = spec.get("adapter_name") if kind is JobKind.TRAIN else None
        row = jobs.insert().values(
            id=job_id,
            kind=kind,
            status=JobStatus.QUEUED,
            attempt=0,
            step=0,
            steps=steps,
            note="",
            spec=spec,
            created_at=now,
            adapter_name=name,
        )
        return self._insert(row, job_id, name)

    def take_in(
        self, job_id: str, facts: JobFacts, status: JobStatus, result: dict[str, object] | None, now: float
    ) -> Job:
        """The row of a job that was lost.

        Args:
            now: when it ended, or was heard of last.

        Raises:
            InvalidName: another unfinished training has reserved its LoRA's name.
        """
        named = {**facts.spec, **({"adapter_name": result["adapter"]} if result and "adapter" in result else {})}
        name = named.get("adapter_name") if facts.kind is JobKind.TRAIN else None
        row = jobs.insert().values(
            id=job_id,
            kind=facts.kind,
            status=status,
            attempt=facts.attempt,
            step=facts.steps if status is JobStatus.COMPLETED else 0,
            steps=facts.steps,
            note="",
            spec=facts.spec,
            result=result if result is not None else sa.null(),
            created_at=facts.created_at,
            started_at=facts.created_at,
            finished_at=now if status.is_finished else None,
            adapter_name=name,
        )
        return self._insert(row, job_id, name)

    def _insert(self, row: sa.Insert, job_id: str, reserved_name: object) -> Job:
        try:
            with self._database.transaction() as connection:
                connection.execute(row)
        except IntegrityError:
            raise self._reserved(str(reserved_name), _TAKE_ANOTHER_NAME) from None
        return self.get(job_id)

    def check_free(self, adapter_name: str) -> None:
        """Makes sure that no unfinished training has reserved the name of a LoRA.

        Raises:
            InvalidName: one has.
        """
        if self._holder(adapter_name) is not None:
            raise self._reserved(adapter_name, _TAKE_ANOTHER_NAME)

    def get(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            UnknownJob: there is none.
        """
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(jobs).where(jobs.c.id == job_id)).mappings().first()
            if row is None:
                raise UnknownJob("There is no job {job!r}.", "`jobs list` shows the jobs there are.", job=job_id)
            position = None
            if row["status"] == JobStatus.QUEUED:
                earlier = (jobs.c.status == JobStatus.QUEUED) & (jobs.c.created_at < row["created_at"])
                position = 1 + connection.execute(sa.select(sa.func.count()).where(earlier)).scalar_one()
        return _to_job(row, position)

    def find(self, statuses: Sequence[JobStatus] | None = None, kind: JobKind | None = None) -> list[Job]:
        """Jobs, newest first."""
        query = sa.select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id)
        if statuses is not None:
            query = query.where(jobs.c.status.in_(statuses))
        if kind is not None:
            query = query.where(jobs.c.kind == kind)
        with self._database.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        queued = sorted(row["created_at"] for row in rows if row["status"] == JobStatus.QUEUED)
        return [
            _to_job(row, queued.index(row["created_at"]) + 1 if row["status"] == JobStatus.QUEUED else None)
            for row in rows
        ]

    def claim(self, job_id: str, now: float) -> int | None:
        """Takes a job to run it: the new attempt's number, or None if it is not to be run (any more).

        A running job is claimed again only by a supervisor that has it from the queue, where it lies after nobody has
        run it for a while; should somebody all the same, theirs is the late attempt.
        """
        with self._database.transaction() as connection:
            applied = connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id, jobs.c.status.in_([JobStatus.QUEUED, *_HELD]))
                .values(
                    status=JobStatus.RUNNING,
                    attempt=jobs.c.attempt + 1,
                    started_at=sa.func.coalesce(jobs.c.started_at, now),
                    heartbeat_at=now,
                    error=sa.null(),
                )
            ).rowcount
            if not applied:
                return None
            return connection.execute(sa.select(jobs.c.attempt).where(jobs.c.id == job_id)).scalar_one()

    def report(self, job_id: str, attempt: int, progress: ProgressReport, now: float) -> bool:
        """Writes progress; False if a newer attempt owns the job or it is over."""
        with self._database.transaction() as connection:
            applied = connection.execute(
                _held_by(job_id, attempt).values(
                    step=progress.step,
                    steps=progress.steps,
                    seconds_left=progress.seconds_left,
                    note=progress.note,
                    heartbeat_at=now,
                )
            ).rowcount
            if applied and progress.losses:
                first = min(point.step for point in progress.losses)
                # A resumed attempt repeats the steps after its checkpoint: its points replace the lost ones.
                connection.execute(
                    loss_points.delete().where(loss_points.c.job_id == job_id, loss_points.c.step >= first)
                )
                connection.execute(
                    loss_points.insert(),
                    [{"job_id": job_id, "step": point.step, "loss": point.loss} for point in progress.losses],
                )
        return bool(applied)

    def wish(self, job_id: str, attempt: int) -> Wish | None:
        """What the running attempt should do; CANCEL for an attempt that no longer owns the job."""
        query = sa.select(jobs.c.wish, jobs.c.attempt, jobs.c.status).where(jobs.c.id == job_id)
        with self._database.transaction() as connection:
            row = connection.execute(query).first()
        if row is None or row.attempt != attempt or row.status not in _HELD:
            return Wish.CANCEL
        return Wish(row.wish) if row.wish else None

    def complete(self, job_id: str, attempt: int, result: dict[str, object], now: float) -> bool:
        """Ends the attempt with a verified result; False if it no longer owns the job.

        A result that names its `adapter` says what the LoRA is called in the end.
        """
        name = result.get("adapter", jobs.c.adapter_name)
        values = {"status": JobStatus.COMPLETED, "result": to_json(result), "step": jobs.c.steps, "adapter_name": name}
        return self._finish(job_id, attempt, now, **values)

    def fail(self, job_id: str, attempt: int, error: JobError, now: float) -> bool:
        """Ends the attempt with an error, its details without paths; False if it no longer owns the job."""
        told = {**asdict(error), "details": without_places(error.details)}
        return self._finish(job_id, attempt, now, status=JobStatus.FAILED, error=to_json(told))

    def settle_pause(self, job_id: str, attempt: int) -> bool:
        """The attempt has saved its state and gone: pausing becomes paused."""
        with self._database.transaction() as connection:
            statement = _held_by(job_id, attempt).where(jobs.c.wish == Wish.PAUSE)
            return bool(
                connection.execute(
                    statement.values(status=JobStatus.PAUSED, wish=None, seconds_left=None, note="")
                ).rowcount
            )

    def pause_by_fault(self, job_id: str, attempt: int, error: JobError) -> bool:
        """The attempt is gone and could not go on: the job is paused, says why, and goes on after `resume`."""
        with self._database.transaction() as connection:
            values = {
                "status": JobStatus.PAUSED,
                "wish": None,
                "seconds_left": None,
                "note": "",
                "error": asdict(error),
            }
            return bool(connection.execute(_held_by(job_id, attempt).values(**values)).rowcount)

    def settle_cancel(self, job_id: str, attempt: int, now: float) -> bool:
        """The attempt is gone and was asked to cancel: the job is canceled."""
        with self._database.transaction() as connection:
            statement = _held_by(job_id, attempt).where(jobs.c.wish == Wish.CANCEL)
            return bool(
                connection.execute(
                    statement.values(status=JobStatus.CANCELED, wish=None, seconds_left=None, note="", finished_at=now)
                ).rowcount
            )

    def put_back(self, job_id: str, attempt: int) -> bool:
        """The attempt is gone without an end of its own: the job waits for its turn again."""
        with self._database.transaction() as connection:
            statement = _held_by(job_id, attempt).where(jobs.c.wish.is_(None))
            return bool(
                connection.execute(statement.values(status=JobStatus.QUEUED, seconds_left=None, note="")).rowcount
            )

    def settle_lost(self, job_id: str, attempt: int, now: float) -> bool:
        """Nobody runs the attempt any more: its wish is fulfilled, or the job waits for its turn again."""
        return (
            self.settle_cancel(job_id, attempt, now)
            or self.settle_pause(job_id, attempt)
            or self.put_back(job_id, attempt)
        )

    def ask_pause(self, job_id: str) -> bool:
        """A running job is asked to pause; a queued one is paused at once. False if it is neither."""
        with self._database.transaction() as connection:
            asked = connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id, jobs.c.status == JobStatus.RUNNING, jobs.c.wish.is_(None))
                .values(status=JobStatus.PAUSING, wish=Wish.PAUSE)
            ).rowcount
            paused = connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id, jobs.c.status == JobStatus.QUEUED)
                .values(status=JobStatus.PAUSED)
            ).rowcount
        return bool(asked or paused)

    def pause_unfinished(self) -> list[str]:
        """Pauses every job that waits or was under way, where nobody runs any; returns their ids."""
        under_way = jobs.c.status.in_([JobStatus.QUEUED, *_HELD])
        with self._database.transaction() as connection:
            ids = list(connection.execute(sa.select(jobs.c.id).where(under_way)).scalars())
            connection.execute(jobs.update().where(under_way).values(status=JobStatus.PAUSED, wish=None))
        return ids

    def ask_cancel(self, job_id: str, now: float) -> bool:
        """A running job is asked to cancel; a waiting one is canceled at once. False if it is over."""
        with self._database.transaction() as connection:
            asked = connection.execute(
                jobs.update().where(jobs.c.id == job_id, jobs.c.status.in_(_HELD)).values(wish=Wish.CANCEL)
            ).rowcount
            canceled = connection.execute(
                jobs.update()
                .where(jobs.c.id == job_id, jobs.c.status.in_([JobStatus.QUEUED, JobStatus.PAUSED]))
                .values(status=JobStatus.CANCELED, finished_at=now)
            ).rowcount
        return bool(asked or canceled)

    def resume(self, job_id: str) -> bool:
        """A paused job waits for its turn again; False if it is not paused."""
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    jobs.update()
                    .where(jobs.c.id == job_id, jobs.c.status == JobStatus.PAUSED)
                    .values(status=JobStatus.QUEUED, wish=None, error=sa.null())
                ).rowcount
            )

    def revive(self, job_id: str) -> bool:
        """A failed job waits for its turn again; False if it has not failed.

        Raises:
            InvalidName: another training has reserved its LoRA's name since.
        """
        name = self.get(job_id).adapter_name
        try:
            with self._database.transaction() as connection:
                return bool(
                    connection.execute(
                        jobs.update()
                        .where(jobs.c.id == job_id, jobs.c.status == JobStatus.FAILED)
                        .values(status=JobStatus.QUEUED, error=sa.null(), finished_at=None)
                    ).rowcount
                )
        except IntegrityError:
            raise self._reserved(str(name), Sentence("Wait until that one is over, or cancel it.")) from None

    def delete_finished(self, job_id: str) -> bool:
        """Forgets a job that is over, with its loss curve; False if it is not over, or gone already."""
        finished = [status for status in JobStatus if status.is_finished]
        with self._database.transaction() as connection:
            return bool(
                connection.execute(jobs.delete().where(jobs.c.id == job_id, jobs.c.status.in_(finished))).rowcount
            )

    def losses(self, job_id: str) -> list[LossPoint]:
        """The loss curve, by step."""
        query = sa.select(loss_points).where(loss_points.c.job_id == job_id).order_by(loss_points.c.step)
        with self._database.transaction() as connection:
            return [LossPoint(row.step, row.loss) for row in connection.execute(query)]

    def _holder(self, adapter_name: str) -> JobStatus | None:
        """How the unfinished training of this name stands; None if there is none."""
        finished = [status for status in JobStatus if status.is_finished]
        query = sa.select(jobs.c.status).where(jobs.c.adapter_name == adapter_name, jobs.c.status.not_in(finished))
        with self._database.transaction() as connection:
            status = connection.execute(query).scalar()
        return JobStatus(status) if status else None

    def _reserved(self, adapter_name: str, fix: Sentence) -> InvalidName:
        status = self._holder(adapter_name) or JobStatus.QUEUED
        return InvalidName(
            "A training of {name!r} is {status} already.", fix, name=adapter_name, status=Sentence(status.value)
        )

    def _finish(self, job_id: str, attempt: int, now: float, **values: Any) -> bool:
        with self._database.transaction() as connection:
            return bool(
                connection.execute(
                    _held_by(job_id, attempt).values(wish=None, seconds_left=None, note="", finished_at=now, **values)
                ).rowcount
            )


def _held_by(job_id: str, attempt: int) -> sa.Update:
    return jobs.update().where(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.status.in_(_HELD))


def _to_job(row: sa.RowMapping, queue_position: int | None) -> Job:
    values: dict[str, Any] = dict(row)
    error = from_json(values["error"])
    values["kind"] = JobKind(values["kind"])
    values["status"] = JobStatus(values["status"])
    values["wish"] = Wish(values["wish"]) if values["wish"] else None
    values["result"] = from_json(values["result"])
    values["error"] = JobError(**error) if error else None
    return Job(**values, queue_position=queue_position)
