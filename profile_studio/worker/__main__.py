"""What the studio starts as processes of their own; people use `python -m profile_studio`.

run --job ID --attempt N       one attempt at a job
engine                         the live lane: pictures at once
supervise [--without-engine]   the supervisor as a child: it leaves some time after its parent is gone
"""

import argparse
import os
import sys
import threading
from functools import partial

from profile_studio.settings import Settings
from profile_studio.worker.log_output import print_what_fits
from profile_studio.worker.parent import leave_ctrl_c_to_the_parent, on_parent_gone


def main() -> int:
    """Runs the asked process; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m profile_studio.worker", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--job", required=True)
    run.add_argument("--attempt", type=int, required=True)
    commands.add_parser("engine")
    supervise = commands.add_parser("supervise")
    supervise.add_argument("--without-engine", action="store_true")
    arguments = parser.parse_args()
    leave_ctrl_c_to_the_parent()
    print_what_fits()
    settings = Settings()
    if arguments.command == "run":
        return _run(settings, arguments.job, arguments.attempt)
    if arguments.command == "engine":
        return _engine(settings)
    return _supervise(settings, with_engine=not arguments.without_engine)


# Each imports what it needs itself: the supervisor never imports torch, the engine no queue.


def _run(settings: Settings, job_id: str, attempt: int) -> int:
    from profile_studio.worker.job_process import run_attempt

    return run_attempt(settings, job_id, attempt)


def _engine(settings: Settings) -> int:
    from profile_studio.worker.engine import serve

    on_parent_gone(partial(os._exit, 0))  # pictures are written whole or not at all
    serve(settings)
    return 0


def _supervise(settings: Settings, with_engine: bool) -> int:
    from profile_studio.domain.errors import StudioRunning
    from profile_studio.jobs.supervisor import Supervisor

    parent_gone = threading.Event()
    on_parent_gone(parent_gone.set)
    try:
        Supervisor(settings, parent_gone, with_engine).run()
    except StudioRunning as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
