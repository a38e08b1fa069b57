"""Fills a disk of 60 MB at random moments of trainings; each is told, none may be lost. A soak test, run by hand:

python -m tests.jobs.filling_disk 20
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.files.full_disk import ROOM_FOR_ROWS_BYTES
from profile_studio.services.storage_space import StorageService
from profile_studio.settings import Settings
from tests.jobs.conftest import Home
from tests.jobs.soak import Soak, say
from tests.small_disk import fill, small_disk
from tests.tiny_base import build_tiny_base
from tests.waiting import wait_until

DISK_BYTES = 60 * 2**20
STEPS = 100
SEED = 0
LEFT_BYTES = (0, 2**14, 2**18, ROOM_FOR_ROWS_BYTES, ROOM_FOR_ROWS_BYTES + 2**18)


class Filling(Soak):
    """A home on a small disk that somebody else fills."""

    def squeeze(self, name: str) -> tuple[Job, str]:
        """A training during which the disk fills; returns it when it is over, and how the full disk was told."""
        job = self.home.submit(name, STEPS)
        moment = self.choice.randrange(STEPS)
        wait_until(lambda: self.row(job).status is not JobStatus.QUEUED and self.row(job).step >= moment)
        other = fill(self.home.settings.resolved_home, self.choice.choice(LEFT_BYTES))
        wait_until(lambda: self.row(job).status in (JobStatus.PAUSED, JobStatus.COMPLETED, JobStatus.FAILED))
        stopped = self.home.jobs.get(job.id)
        told = "it fitted" if stopped.status is JobStatus.COMPLETED else "not told"
        if stopped.error is not None and stopped.error.kind == "disk_full":
            told = "paused and told"
        bar_says_so = StorageService(self.home.settings, self.home.database).disk_is_full()
        other.unlink()
        say(f"{name}: step {moment}, {stopped.status} at step {stopped.step}, bar: {bar_says_so}, {told}")
        if stopped.status is JobStatus.PAUSED:
            self.home.jobs.resume(job.id)
            wait_until(lambda: self.row(job).status.is_finished)
        return self.home.jobs.get(job.id), told


def main() -> int:
    """Returns 1 if a training was lost, came out otherwise than undisturbed, or was not told."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("fillings", type=int)
    n_fillings = arguments.parse_args().fillings
    outcomes: Counter[str] = Counter()
    lost = 0
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk", DISK_BYTES) as disk:
        settings = Settings(home=disk)
        settings.create_folders()
        soak = Filling(Home(settings, build_tiny_base(Path(folder) / "base")), random.Random(SEED))
        unbroken = soak.home.submit("unbroken", STEPS)
        wait_until(lambda: soak.row(unbroken).status is JobStatus.COMPLETED)
        expected = soak.home.tensors("unbroken")
        try:
            for number in range(n_fillings):
                job, told = soak.squeeze(f"squeezed-{number}")
                outcomes[told] += 1
                lost += job.status is not JobStatus.COMPLETED or soak.home.tensors(f"squeezed-{number}") != expected
        finally:
            soak.supervisor.stop()
    say(f"seed {SEED}: a disk of 60 MB filled {n_fillings} times, {dict(outcomes)}: {lost} lost")
    return 1 if lost or outcomes["not told"] else 0


if __name__ == "__main__":
    sys.exit(main())
