"""What the soak tests of jobs share: a home whose supervisor is kept, as the page keeps it."""

import random
import sys

from profile_studio.domain.jobs import Job
from profile_studio.jobs.processes import KeptSupervisor
from tests.jobs.conftest import Home


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Soak:
    """A home, its kept supervisor, and the choice of the moments at which something happens to them."""

    def __init__(self, home: Home, choice: random.Random) -> None:
        self.home = home
        self.choice = choice
        self.supervisor = KeptSupervisor(home.settings, with_engine=False)

    def row(self, job: Job) -> Job:
        """The job as it stands; a supervisor is kept meanwhile, as the page keeps it."""
        self.supervisor.look_after()
        return self.home.jobs.get(job.id)
