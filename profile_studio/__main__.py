"""`python -m profile_studio COMMAND ...`."""

import signal
import sys
from types import FrameType

from profile_studio.cli import main


def stop(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does: what it started for the call is stopped with it."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main(sys.argv[1:]))
