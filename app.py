"""The studio: `python app.py [--port P] [--host H] [--no-worker] [--open]`.

This process serves the page. It starts the supervisor once the page is up, and stops it at the end.
"""

import argparse
import os
import signal
import sys
import threading
import time

from profile_studio.domain.errors import InvalidSettings, ProfileStudioError, StudioRunning
from profile_studio.jobs.presence import AlreadyThere, Presence, web_presence
from profile_studio.services.live import LiveLane
from profile_studio.settings import Settings
from profile_studio.storage.faults import known_fault

LOOK_INTERVAL_S = 1.0


def main() -> int:
    """Runs the studio until Ctrl-C or SIGTERM; returns the exit code."""
    parser = argparse.ArgumentParser(description="Opens the studio in this folder's home.")
    parser.add_argument("--port", type=int, default=None, help="default: the first free one from 7860")
    parser.add_argument(
        "--host", default=None, help="default: this machine only; 0.0.0.0 lets other machines in, with a password"
    )
    parser.add_argument("--no-worker", action="store_true", help="serve the page only")
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    arguments = parser.parse_args()
    settings = Settings()
    presence = web_presence(settings.run_dir)
    try:
        settings.create_folders()
        with presence.hold():
            serve(settings, presence, arguments)
    except AlreadyThere:
        address = presence.facts().get("address", "an address it has not told yet")
        refusal = StudioRunning(
            f"A studio already runs on this home folder, at {address}.",
            "Use that one, stop it first, or set PROFILE_STUDIO_HOME to another folder.",
        )
        return say(refusal)
    except ProfileStudioError as error:
        return say(error)
    except Exception as error:
        if (known := known_fault(error)) is None:
            raise
        return say(known)
    return 0


def serve(settings: Settings, presence: Presence, arguments: argparse.Namespace) -> None:
    """Opens the page, then keeps a supervisor until the process is asked to stop.

    Args:
        arguments: `host`, `port`, `no_worker` and `open` as `main` declares them.
    Raises:
        InvalidSettings: the port is taken, or others could come in without a password.
        ProfileStudioError: the page does not answer, or the database cannot be used.
    """
    os.environ["GRADIO_TEMP_DIR"] = str(settings.uploads_dir)  # Gradio's own default can be read by every user
    # Gradio sums up its last 10,000 events after each one, with pandas, for a page that is switched off.
    os.environ |= {"GRADIO_ANALYTICS_MAX_EVENTS": "1", "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(sys.maxsize)}
    lane = live_lane(settings)  # before Gradio is imported
    # Imported here: a refused second start does not wait for Gradio.
    from profile_studio.jobs.processes import KeptSupervisor
    from profile_studio.services.studio import Studio
    from profile_studio.ui.app import build
    from profile_studio.ui.door import OPEN_CONTAINER, is_open_container
    from profile_studio.ui.serving import empty_uploads, launch_options

    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    empty_uploads(settings)
    studio = Studio.open(settings, lane)
    studio.sweep(time.time())
    page = build(studio)
    host = arguments.host or settings.listens_at
    try:
        page.launch(
            server_port=arguments.port,
            inbrowser=arguments.open,
            prevent_thread_lock=True,
            **launch_options(studio, host),
        )
    except OSError as error:
        raise InvalidSettings(f"The page cannot be opened: {error}", "Choose another --port.") from error
    except ValueError as error:  # Gradio asked its own page some times and got no answer
        raise ProfileStudioError(
            "The page was opened but does not answer on this computer.",
            "Try again when less is running; if it stays, let your proxy settings leave out 127.0.0.1.",
        ) from error
    if is_open_container(settings, host):
        print(OPEN_CONTAINER, file=sys.stderr)  # noqa: T201
    presence.tell({"pid": os.getpid(), "address": page.local_url})
    supervisor = KeptSupervisor(settings, with_engine=lane is None)
    try:
        while not stopping.is_set():
            if not arguments.no_worker:
                supervisor.look_after()
            studio.housekeeping.look_after()
            stopping.wait(LOOK_INTERVAL_S)
    finally:
        if not arguments.no_worker:
            supervisor.stop()
        page.close(verbose=False)
        studio.imports.close()
        empty_uploads(settings)


def live_lane(settings: Settings) -> LiveLane | None:
    """Who makes pictures at once: None for the engine's own process, on ZeroGPU an engine in this one.

    ZeroGPU lends its GPU to functions of the process that serves the page, and to no other.
    """
    if not settings.zero_gpu:
        return None
    # Imported here, and in this order: `spaces` must come before torch, and torch is in no other web process.
    import spaces  # pyright: ignore[reportMissingImports]  # only requirements-zerogpu.txt has it

    from profile_studio.worker.in_place import InPlaceEngine, InPlaceLane

    engine = InPlaceEngine(settings)
    return InPlaceLane(spaces.GPU(duration=engine.seconds)(engine.answer))


def say(error: ProfileStudioError) -> int:
    """Tells a person in one sentence; returns the exit code."""
    print(error, file=sys.stderr)  # noqa: T201
    return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
