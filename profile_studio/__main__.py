"""`python -m profile_studio COMMAND ...`."""

import signal
import sys
from types import FrameType

from profile_studio.cli import main
from profile_studio.domain.errors import Stopped


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Ctrl-C and SIGTERM end a command like an error: what it started for the call is stopped with it."""
    raise Stopped("The command was stopped.", "Run it again; jobs go on where they were.")


if __name__ == "__main__":
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    sys.exit(main(sys.argv[1:]))
