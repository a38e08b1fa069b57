"""Noticing that the process that started this one is gone: the pipe on standard input ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable


def on_parent_gone(act: Callable[[], None]) -> None:
    """Calls `act` once, on a thread of its own, when standard input ends."""

    def wait() -> None:
        descriptor = sys.stdin.fileno()
        while os.read(descriptor, 4096):
            pass
        act()

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()


def leave_ctrl_c_to_the_parent() -> None:
    """A terminal sends Ctrl-C to every process in front; only the one that was started by hand obeys it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
