"""The same queue on a database server, as docker-compose.yml has it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from dbos import DBOSClient

from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.files.atomic import write_json
from profile_studio.jobs.presence import SILENT_AFTER_S, read_facts
from profile_studio.jobs.processes import KeptSupervisor, ProcessMark
from profile_studio.jobs.queue import enqueue, open_queue
from profile_studio.settings import Settings
from profile_studio.storage.database import jobs
from tests.jobs.conftest import Home
from tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.slow


def program(name: str) -> str:
    """Debian keeps the server's programs off the PATH."""
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if found is None:
        pytest.fail(f"There is no {name} on this machine: run scripts/install_postgres.sh.")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def log_of(folder: Path) -> Path:
    return folder.with_suffix(".log")


def start_server(folder: Path, user: str | None) -> "tuple[subprocess.Popen[bytes], str]":
    """A PostgreSQL on a free port and its URL; it answers, or has ended, as it does where somebody took the port meanwhile."""
    port = free_port()
    options = ["-D", str(folder), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"]
    with log_of(folder).open("ab") as log:
        server = subprocess.Popen([program("postgres"), *options], user=user, cwd=folder, stdout=log, stderr=log)
    url = f"postgresql://studio@127.0.0.1:{port}/postgres"
    wait_until(lambda: server.poll() is not None or answers(url))
    return server, url


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A PostgreSQL for this module alone; it refuses to run as root, so root hands it to Debian's user for it."""
    # Not among pytest's folders: each session that starts makes those of all sessions root's alone.
    with tempfile.TemporaryDirectory(prefix="studio-postgres-", ignore_cleanup_errors=True) as parent:
        folder, user = Path(parent) / "cluster", None
        folder.mkdir()
        if os.geteuid() == 0:
            user = "postgres"
            for path in (Path(parent), folder):
                shutil.chown(path, user)
        initdb = [program("initdb"), "--pgdata", str(folder), "--username", "studio", "--auth", "trust", "--no-sync"]
        subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
        for _ in range(5):
            server, url = start_server(folder, user)
            if server.poll() is None:
                break
        else:
            pytest.fail(f"PostgreSQL does not start:\n{log_of(folder).read_text()}")
        try:
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast": does not wait for connections that a pool still holds
            server.wait(timeout=PATIENCE_S)
            sys.stderr.write(log_of(folder).read_text())  # pytest shows it where a test failed


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """A home whose rows and queue are in a database of their own on the server."""
    name = f"studio_{uuid.uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # pyright: ignore[reportArgumentType,reportCallIssue]  # digits
    settings = Settings(home=tmp_path / "home", database_url=f"{database_url.rsplit('/', 1)[0]}/{name}")
    settings.create_folders()
    return settings


def test_a_training_runs_from_the_queue_of_a_server(settings: Settings, home: Home, supervisor: KeptSupervisor) -> None:
    job = home.submit("on-postgres", steps=5)
    enqueue(settings, job.id)

    wait_until(lambda: home.jobs.get(job.id).status.is_finished)

    finished = home.jobs.get(job.id)
    assert (finished.status, finished.step) == (JobStatus.COMPLETED, 5)
    assert home.tensors("on-postgres")
    with open_queue(settings) as queue:
        wait_until(
            lambda: job.id not in {queued.job_id for queued in queue.jobs()}
        )  # the row is settled a moment before its workflow ends
    assert not list(settings.resolved_home.glob("*.db"))


@pytest.fixture
def machines(settings: Settings) -> Iterator[dict[str, KeptSupervisor]]:
    """Two supervisors, as on two machines that share the home folder and the server."""
    names = {name: settings.model_copy(update={"machine": name}) for name in ("one", "two")}
    machines = {name: KeptSupervisor(of_machine, with_engine=False) for name, of_machine in names.items()}
    for supervisor in machines.values():
        supervisor.look_after()
    wait_until(lambda: all((settings.run_dir / f"supervisor.{name}.json").exists() for name in names))
    yield machines
    for supervisor in machines.values():
        supervisor.stop()


def let_time_pass(home: Home, machine: str, seconds: float) -> None:
    """As if a dead machine had been silent for so long: its heartbeat and its jobs' are older."""
    facts_path = home.settings.run_dir / f"supervisor.{machine}.json"
    facts = read_facts(facts_path)
    write_json(facts_path, {**facts, "heartbeat": time.time() - seconds})
    with home.database.transaction() as connection:
        connection.execute(jobs.update().where(jobs.c.status == "running").values(heartbeat_at=time.time() - seconds))


def test_what_a_dead_machine_left_is_ended_by_another(home: Home, machines: dict[str, KeptSupervisor]) -> None:
    unbroken = home.submit("unbroken", steps=60)
    wait_until(lambda: home.jobs.get(unbroken.id).status is JobStatus.COMPLETED)
    job = home.submit("inherited", steps=60)
    wait_until(lambda: home.jobs.get(job.id).step >= 10)
    process = read_facts(home.settings.jobs_dir / job.id / "process.json")
    dead = str(process["machine"])
    supervisor, trainer = machines[dead].mark, ProcessMark.of_facts(process)
    assert supervisor is not None and trainer is not None
    psutil.Process(supervisor.pid).kill()
    psutil.Process(trainer.pid).kill()

    let_time_pass(home, dead, SILENT_AFTER_S + 1)

    wait_until(lambda: home.jobs.get(job.id).status.is_finished)
    ended = home.jobs.get(job.id)
    assert (ended.status, ended.attempt, ended.error) == (JobStatus.COMPLETED, 2, None)
    assert home.tensors("inherited") == home.tensors("unbroken")
    assert home.jobs.losses(job.id) == home.jobs.losses(unbroken.id)


# Their settings cannot be read, so each is over within a second: what counts is who takes it, and how often.
def test_two_machines_share_a_queue_and_no_job_runs_twice(home: Home, machines: dict[str, KeptSupervisor]) -> None:
    short = [home.jobs.create(JobKind.CAPTION, {"no": "config"}, steps=1, now=time.time()) for _ in range(10)]

    wait_until(lambda: all(home.jobs.get(job.id).status.is_finished for job in short))

    rows = [home.jobs.get(job.id) for job in short]
    assert [(row.status, row.attempt) for row in rows] == [(JobStatus.FAILED, 1)] * len(short)
    client = DBOSClient(system_database_url=home.settings.queue_database_url)
    workflows = client.list_workflows(workflow_id_prefix=[job.id for job in short])
    client.destroy()
    taken = Counter(workflow.executor_id for workflow in workflows)
    assert (len(taken), sum(taken.values())) == (2, len(short))
