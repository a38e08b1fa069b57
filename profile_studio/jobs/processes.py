"""Starting, watching and ending processes of our own; the same on Linux, macOS and Windows."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from profile_studio.jobs.presence import supervisor_presence
from profile_studio.settings import REPOSITORY_ROOT, Settings

FIRST_BACK_OFF_S = 1.0
LONGEST_BACK_OFF_S = 30.0
HEALTHY_AFTER_S = 60.0
SUPERVISOR_LEAVE_S = 18.0


def worker_command(*arguments: str) -> list[str]:
    """The argv of `python -m profile_studio.worker`."""
    return [sys.executable, "-m", "profile_studio.worker", *arguments]


def start(command: Sequence[str], settings: Settings, log: Path) -> "subprocess.Popen[bytes]":
    """Starts a process on this home whose standard input is a pipe: its end of file says that we are gone.

    Args:
        log: standard output and error are appended to it.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY_ROOT,
            env=settings.child_environment(),
        )


def say_goodbye(process: "subprocess.Popen[bytes]") -> None:
    """Closes the pipe: a job saves its state and leaves, the engine leaves."""
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()


def kill_tree(pid: int) -> None:
    """Kills a process and all its descendants; nothing happens if it is gone."""
    try:
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def end(process: "subprocess.Popen[bytes]", leave_s: float, terminate_s: float = 2.0) -> None:
    """Ends a process: asks, then terminates, then kills.

    Args:
        leave_s: seconds to leave on its own after the goodbye.
        terminate_s: seconds to leave after the termination signal.
    """
    say_goodbye(process)
    try:
        process.wait(leave_s)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(terminate_s)
        except subprocess.TimeoutExpired:
            kill_tree(process.pid)
            process.wait()


@dataclass(frozen=True)
class ProcessMark:
    """Names a process beyond the life of whoever started it; a recycled pid is not mistaken for it."""

    pid: int
    create_time: float

    @classmethod
    def of(cls, pid: int) -> "ProcessMark":
        return cls(pid, psutil.Process(pid).create_time())

    @classmethod
    def of_facts(cls, facts: Mapping[str, object]) -> "ProcessMark | None":
        """Reads back what `facts` gave; None if it is not there."""
        pid, create_time = facts.get("pid"), facts.get("create_time")
        return cls(pid, create_time) if isinstance(pid, int) and isinstance(create_time, float) else None

    @property
    def facts(self) -> dict[str, object]:
        """For a JSON file that outlives the process."""
        return {"pid": self.pid, "create_time": self.create_time}

    def process(self) -> psutil.Process | None:
        """The marked process if it still lives."""
        try:
            process = psutil.Process(self.pid)
            is_same = process.create_time() == self.create_time and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if is_same else None

    def end(self, leave_s: float) -> None:
        """Gives the process time to leave on its own, then kills it with all its descendants."""
        if (process := self.process()) is None:
            return
        try:
            process.wait(leave_s)
        except psutil.TimeoutExpired:
            kill_tree(self.pid)


class KeptProcess:
    """A process that is started again when it dies, later each time it dies young.

    Args:
        command: argv.
        log: where its output goes.
    """

    def __init__(self, command: Sequence[str], settings: Settings, log: Path) -> None:
        self._command = command
        self._settings = settings
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._back_off_s = FIRST_BACK_OFF_S

    @property
    def mark(self) -> ProcessMark | None:
        """The process, while it runs."""
        return ProcessMark.of(self._process.pid) if self._process and self.is_running() else None

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def look_after(self) -> None:
        """Starts the process if it is not running and its turn has come; call about once a second."""
        if self.is_running():
            return
        lived_s = time.monotonic() - self._started_at
        if self._process is not None:
            if lived_s < self._back_off_s:
                return
            say_goodbye(self._process)
            young = lived_s < HEALTHY_AFTER_S
            self._back_off_s = min(self._back_off_s * 2, LONGEST_BACK_OFF_S) if young else FIRST_BACK_OFF_S
        self._process = start(self._command, self._settings, self._log)
        self._started_at = time.monotonic()

    def end(self, leave_s: float) -> None:
        """Ends the process, if it was started."""
        if self._process is not None:
            end(self._process, leave_s)


class KeptSupervisor(KeptProcess):
    """The supervisor of this home, kept by the process that wants its jobs done.

    Args:
        with_engine: for the live lane; a caller who only waits for a job does without.
    """

    def __init__(self, settings: Settings, with_engine: bool = True) -> None:
        command = worker_command("supervise", *([] if with_engine else ["--without-engine"]))
        super().__init__(command, settings, settings.run_dir / "supervisor.log")
        self._presence = supervisor_presence(settings)

    def look_after(self) -> None:
        """Starts a supervisor unless one is there, be it one that outlived an earlier page."""
        if not self._presence.is_there():
            super().look_after()

    def stop(self) -> None:
        """Ends whichever supervisor is there, after it has saved its jobs; in less than 20 s."""
        mark = self.mark or self._stranger()
        if mark is not None and (process := mark.process()):
            process.terminate()
            mark.end(SUPERVISOR_LEAVE_S)
        self.end(leave_s=0.0)

    def _stranger(self) -> ProcessMark | None:
        """A supervisor that another process started."""
        return ProcessMark.of_facts(self._presence.facts()) if self._presence.is_there() else None
