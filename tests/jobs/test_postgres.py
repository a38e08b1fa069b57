"""The same queue on a database server, as docker-compose.yml has it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from profile_studio.domain.jobs import JobStatus
from profile_studio.jobs.processes import KeptSupervisor
from profile_studio.jobs.queue import enqueue, open_queue
from profile_studio.settings import Settings
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
    settings = Settings(home=tmp_path / "home", database_url=database_url)
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
        wait_until(lambda: job.id not in queue.job_ids())  # the row is settled a moment before its workflow ends
    assert not list(settings.resolved_home.glob("*.db"))
