"""The studio: `python app.py [--port P] [--host H] [--no-worker]`.

This process serves the page. It starts the supervisor once the page is up, and stops it at the end.
"""

import argparse
import os
import signal
import sys
import threading

from profile_studio.domain.errors import InvalidSettings, ProfileStudioError, StudioRunning
from profile_studio.jobs.presence import AlreadyThere, Presence, web_presence
from profile_studio.settings import Settings

LOOK_INTERVAL_S = 1.0


def main() -> int:
    """Runs the studio until Ctrl-C or SIGTERM; returns the exit code."""
    parser = argparse.ArgumentParser(description="Opens the studio in this folder's home.")
    parser.add_argument("--port", type=int, default=None, help="default: the first free one from 7860")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in")
    parser.add_argument("--no-worker", action="store_true", help="serve the page only")
    arguments = parser.parse_args()
    settings = Settings()
    settings.create_folders()
    presence = web_presence(settings.run_dir)
    try:
        with presence.hold():
            serve(settings, presence, arguments.host, arguments.port, with_worker=not arguments.no_worker)
    except AlreadyThere:
        address = presence.facts().get("address", "an address it has not told yet")
        refusal = StudioRunning(
            f"A studio already runs on this home folder, at {address}.",
            "Use that one, stop it first, or set PROFILE_STUDIO_HOME to another folder.",
        )
        return say(refusal)
    except ProfileStudioError as error:
        return say(error)
    return 0


def serve(settings: Settings, presence: Presence, host: str, port: int | None, with_worker: bool) -> None:
    """Opens the page, then keeps a supervisor until the process is asked to stop."""
    # Imported here: a refused second start does not wait for Gradio.
    from profile_studio.jobs.processes import KeptSupervisor
    from profile_studio.services.studio import Studio
    from profile_studio.ui.app import build, launch_options

    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    page = build(Studio.open(settings))
    try:
        page.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options(settings))
    except OSError as error:
        raise InvalidSettings(f"The page cannot be opened at {host}: {error}", "Choose another --port.") from error
    presence.tell({"pid": os.getpid(), "address": page.local_url})
    supervisor = KeptSupervisor(settings)
    try:
        while not stopping.is_set():
            if with_worker:
                supervisor.look_after()
            stopping.wait(LOOK_INTERVAL_S)
    finally:
        if with_worker:
            supervisor.stop()
        page.close(verbose=False)


def say(error: ProfileStudioError) -> int:
    """Tells a person in one sentence; returns the exit code."""
    print(error, file=sys.stderr)  # noqa: T201
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
