"""Kills jobs in every state at random moments; none may be lost. A soak test, run by hand:

python -m tests.jobs.random_kills 60
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import psutil

from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.jobs.presence import read_facts
from profile_studio.jobs.processes import ProcessMark
from profile_studio.settings import Settings
from tests.jobs.conftest import Home
from tests.jobs.soak import Soak, say
from tests.tiny_base import build_tiny_base
from tests.waiting import wait_until

STATES = ("queued", "loading", "training", "pausing", "paused", "checking")
STEPS = 150
SEED = 0


class Kills(Soak):
    """A home whose processes are killed again and again."""

    def __init__(self, home: Home, choice: random.Random) -> None:
        super().__init__(home, choice)
        self.kills: Counter[str] = Counter()

    def kill(self, state: str, job: Job, *victims: str) -> None:
        """Kill -9, by whatever name the system has for it."""
        victim = self.choice.choice(victims)
        facts = read_facts(self.home.settings.jobs_dir / job.id / "process.json") if victim == "trainer" else {}
        mark = ProcessMark.of_facts(facts) or self.supervisor.mark
        if mark is not None and mark.process() is not None:
            psutil.Process(mark.pid).kill()
            self.kills[state] += 1

    def break_everywhere(self, name: str) -> Job:
        """One training that is killed once in each state; returns it when it is over."""
        job = self.home.submit(name, STEPS)
        wait_until(lambda: self.row(job) and self.supervisor.mark is not None)
        self.kill("queued", job, "supervisor")
        wait_until(lambda: self.row(job).attempt > 0)
        self.kill("loading", job, "supervisor", "trainer")
        moment = self.choice.randrange(2, STEPS - 60)
        wait_until(lambda: self.row(job).step >= moment)
        self.kill("training", job, "supervisor", "trainer")
        moment = self.choice.randrange(self.home.jobs.get(job.id).step, STEPS - 20)
        wait_until(lambda: self.row(job).status is JobStatus.RUNNING and self.row(job).step >= moment)
        if self.home.jobs.ask_pause(job.id):
            self.kill("pausing", job, "supervisor", "trainer")
            wait_until(lambda: self.row(job).status is not JobStatus.PAUSING)
        if self.home.jobs.get(job.id).status is JobStatus.PAUSED:
            self.kill("paused", job, "supervisor")
            wait_until(lambda: self.row(job).status is JobStatus.PAUSED)
            self.home.jobs.resume(job.id)
        wait_until(lambda: self.row(job).step >= STEPS)
        if not self.home.jobs.get(job.id).status.is_finished:
            self.kill("checking", job, "supervisor", "trainer")
        wait_until(lambda: self.row(job).status.is_finished)
        return self.home.jobs.get(job.id)


def main() -> int:
    """Returns 1 if a job was lost or came out otherwise than undisturbed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("kills", type=int)
    n_kills = arguments.parse_args().kills
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        settings.create_folders()
        soak = Kills(Home(settings, build_tiny_base(Path(folder) / "base")), random.Random(SEED))
        unbroken = soak.home.submit("unbroken", STEPS)
        wait_until(lambda: soak.row(unbroken).status is JobStatus.COMPLETED)
        expected, lost, jobs = soak.home.tensors("unbroken"), 0, 0
        try:
            while soak.kills.total() < n_kills:
                jobs += 1
                job = soak.break_everywhere(f"broken-{jobs}")
                is_whole = job.status is JobStatus.COMPLETED and soak.home.tensors(f"broken-{jobs}") == expected
                lost += not is_whole
                say(f"job {jobs}: {job.status}, attempt {job.attempt}, kills so far {dict(soak.kills)}")
        finally:
            soak.supervisor.stop()
    say(f"seed {SEED}: {soak.kills.total()} kills of {jobs} jobs, {dict(soak.kills)}: {lost} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
