"""`python app.py` as a process, for tests that look at it from outside."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from profile_studio.settings import REPOSITORY_ROOT
from tests.waiting import PATIENCE_S


@contextmanager
def running_app(home: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a studio on this home; stopped at the end as a person would, with Ctrl-C.

    Raises:
        AssertionError: it does not start, or something went wrong in it that nobody saw.
    """
    home.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, "PROFILE_STUDIO_HOME": str(home), "PYTHONUNBUFFERED": "1", **(environment or {})}
    with (home / "web.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "app.py", *arguments],
            cwd=REPOSITORY_ROOT,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        try:
            address = next((match[0] for line in process.stdout if (match := re.search(r"http://\S+", line))), None)
            assert address, (home / "web.log").read_text()
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=PATIENCE_S)
            process.stdout.close()
    problems = (home / "web.log").read_text("utf-8", errors="replace")
    # A handler that raised or answered wrongly; not every traceback: Gradio has its own when a window closes.
    assert not re.search("in process_events|A handler failed", problems), problems
