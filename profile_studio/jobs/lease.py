"""Who computes now: one lease on the device, with a person's picture before any job.

Both locks are the operating system's, so a holder that is killed gives them back at once.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

POLL_INTERVAL_S = 0.02


class DeviceLease:
    """A device of one home; make one per process that computes.

    Args:
        run_dir: where the lock files lie; it exists, and other machines may share it.
        device: names the machine and its device.
    """

    def __init__(self, run_dir: Path, device: str) -> None:
        self._device = FileLock(run_dir / f"device.{device}.lock", preserve_lock_file=True)
        self._picture_wanted = FileLock(run_dir / f"picture-wanted.{device}.lock", preserve_lock_file=True)

    @contextmanager
    def for_picture(self) -> Generator[None, None, None]:
        """Holds the device for a picture; a running job hands it over between two steps."""
        with (
            self._picture_wanted.acquire(poll_interval=POLL_INTERVAL_S),
            self._device.acquire(poll_interval=POLL_INTERVAL_S),
        ):
            yield

    @contextmanager
    def for_job(self) -> Generator[None, None, None]:
        """Holds the device for a job, which must call `yield_to_picture` between its steps."""
        with self._device.acquire(poll_interval=POLL_INTERVAL_S):
            yield

    def picture_is_wanted(self) -> bool:
        """Whether another process wants or uses the device for a picture."""
        try:
            self._picture_wanted.acquire(blocking=False)
        except Timeout:
            return True
        self._picture_wanted.release()
        return False

    def yield_to_picture(self, on_wait: Callable[[], None]) -> None:
        """Inside `for_job`: if a picture is wanted, lets it have the device and takes it back after.

        Args:
            on_wait: called once, after the device was released, only if somebody waits.
        """
        if not self.picture_is_wanted():
            return
        self._device.release()
        try:
            on_wait()
            with self._picture_wanted.acquire(poll_interval=POLL_INTERVAL_S):
                pass  # the last waiting picture is done
        finally:
            self._device.acquire(poll_interval=POLL_INTERVAL_S)
