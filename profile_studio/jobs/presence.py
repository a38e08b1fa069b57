"""One web process per home, one supervisor per home and machine: who is there, and where to reach it."""

import json
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from profile_studio.files.atomic import write_json
from profile_studio.settings import Settings

SILENT_AFTER_S = 60.0
"""A machine or a job without a heartbeat for this long is dead."""
TEST_TIMEOUT_S = 1.0  # another process that only asks `is_there` holds the lock for an instant


class AlreadyThere(Exception):
    """Another process of this home has the part."""


class Presence:
    """A part that one process of a home plays.

    The lock says whether somebody plays it, also after kill -9; the JSON file beside it says who.

    Args:
        run_dir: where both lie.
        part: `web` or `supervisor`.
    """

    def __init__(self, run_dir: Path, part: str) -> None:
        self._lock = FileLock(run_dir / f"{part}.lock", preserve_lock_file=True)
        self._facts_path = run_dir / f"{part}.json"

    @contextmanager
    def hold(self) -> Generator[None, None, None]:
        """Plays the part inside the block.

        Raises:
            AlreadyThere: another process does.
        """
        try:
            self._lock.acquire(timeout=TEST_TIMEOUT_S)
        except Timeout:
            raise AlreadyThere from None
        try:
            self._facts_path.unlink(missing_ok=True)
            yield
        finally:
            self._facts_path.unlink(missing_ok=True)
            self._lock.release()

    def is_there(self) -> bool:
        """Whether a living process plays the part."""
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return True
        self._lock.release()
        return False

    def tell(self, facts: Mapping[str, object]) -> None:
        """Inside `hold`: what others may know, for example a pid and an address."""
        write_json(self._facts_path, facts)

    def facts(self) -> dict[str, object]:
        """What the process that plays the part told; empty if nothing."""
        return read_facts(self._facts_path)


def read_facts(path: Path) -> dict[str, object]:
    """The JSON object in this file; empty if there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def supervisor_presence(settings: Settings) -> Presence:
    """The process of this machine that runs the jobs of a home."""
    return Presence(settings.run_dir, f"supervisor.{settings.machine}")


def supervisor_is_there(settings: Settings) -> bool:
    """Whether a supervisor of this home lives, on this machine or on another one that shares the home."""
    if supervisor_presence(settings).is_there():
        return True
    here = supervisor_presence(settings).facts()  # left behind by one that was killed
    return any(facts != here for facts in _living(settings.run_dir))


def living_executors(settings: Settings) -> set[str]:
    """Under which names the living supervisors of this home, on whatever machine, take jobs."""
    return {str(facts.get("executor")) for facts in _living(settings.run_dir)}


def _living(run_dir: Path) -> list[dict[str, object]]:
    told = [read_facts(path) for path in run_dir.glob("supervisor.*.json")]
    return [facts for facts in told if is_living(facts.get("heartbeat"))]


def is_living(heartbeat: object) -> bool:
    """Whether a heartbeat, in seconds since the epoch, is a sign of life."""
    return isinstance(heartbeat, float) and time.time() - heartbeat < SILENT_AFTER_S


def web_presence(run_dir: Path) -> Presence:
    """The process that serves the page of a home."""
    return Presence(run_dir, "web")
