"""The live lane: keeps a base model warm and makes pictures at once, one request after the other.

Connections are accepted and authenticated on threads of their own; everything that touches the model happens on the
main thread, because each thread that calls torch would get its own pool of helpers.
"""

import base64
import io
import json
import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, answer_challenge, deliver_challenge
from typing import TYPE_CHECKING, Any

from PIL import Image
from pydantic import ValidationError

from profile_studio.base_models import STARTER, BaseModel, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import InvalidSettings, ProfileStudioError, Stopped
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.lost_device import is_device_lost
from profile_studio.domain.out_of_memory import is_out_of_memory
from profile_studio.domain.sentences import Sentence, to_json
from profile_studio.domain.validation import first_problem
from profile_studio.files.full_disk import disk_full
from profile_studio.files.pictures import write_picture
from profile_studio.jobs.lease import DeviceLease
from profile_studio.jobs.presence import AlreadyThere
from profile_studio.services.live import (
    HOST,
    MAX_REQUEST_BYTES,
    EngineAddress,
    engine_presence,
    publish_address,
    send,
)
from profile_studio.settings import Settings
from profile_studio.storage.base_folders import remember_folder
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.faults import known_fault
from profile_studio.storage.models import find_adapter
from profile_studio.worker.base_fit import look_at_fit

if TYPE_CHECKING:  # torch takes seconds to import; the engine listens before
    from profile_studio.inference.studio_pipeline import Step, StudioPipeline

    Wire = Connection[bytes, bytes]

PREVIEWS_PER_PICTURE = 10
PREVIEW_QUALITY = 70
BACKLOG = 16
ROOM_LOOK_INTERVAL_S = 1.0

_log = logging.getLogger("profile_studio.engine")


def serve(settings: Settings) -> None:
    """Answers requests until the process ends or has lost its device: whoever keeps it starts a new one then.

    A second engine of the same home waits until it may take over.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with _alone(settings), Listener((HOST, 0), backlog=BACKLOG) as listener:
        address = EngineAddress.new(int(listener.address[1]))
        _publish(settings, address)
        engine = Engine(settings, bytes.fromhex(address.key))
        threading.Thread(target=_accept, args=(listener, engine), name="accept", daemon=True).start()
        engine.run()


@contextmanager
def _alone(settings: Settings) -> Generator[None]:
    presence = engine_presence(settings)
    while True:
        try:
            with presence.hold():
                yield
                return
        except AlreadyThere:
            continue  # it waited a second for the lock


def _publish(settings: Settings, address: EngineAddress) -> None:
    """Says where this engine listens, as soon as the disk takes that."""
    while True:
        try:
            publish_address(settings, address)
            return
        except OSError as error:
            if disk_full(error) is None:
                raise
        time.sleep(ROOM_LOOK_INTERVAL_S)


def _accept(listener: Listener, engine: "Engine") -> None:
    while True:
        with suppress(OSError):  # a client that left before it was accepted
            connection = listener.accept()
            threading.Thread(target=engine.receive, args=(connection,), name="receive", daemon=True).start()


class Engine:
    """Takes requests from connections and draws them on the thread that calls `run`.

    Args:
        key: what both sides of a connection must know.
    """

    def __init__(self, settings: Settings, key: bytes) -> None:
        self._settings = settings
        self._key = key
        self._lease = DeviceLease(settings.run_dir, settings.device_name)
        self._pipeline: StudioPipeline | None = None
        self._base_hash = ""
        self._requests: queue.Queue[tuple[Wire, dict[str, Any], float]] = queue.Queue()
        self._device_is_lost = False

    def receive(self, connection: "Wire") -> None:
        """Authenticates a client and reads its request; a ping is answered at once, a picture waits for its turn."""
        try:
            deliver_challenge(connection, self._key)
            answer_challenge(connection, self._key)
            message = json.loads(connection.recv_bytes(MAX_REQUEST_BYTES))
            if message["op"] in ("generate", "look_at_fit"):
                self._requests.put((connection, message, time.monotonic()))
                return
            if message["op"] != "ping":
                raise ValueError("unknown request")
            send(connection, {"event": "pong"})
        except (AuthenticationError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("refused a connection: %s: %s", type(error).__name__, error)
        connection.close()

    def run(self) -> None:
        """Warms the starter up, then draws for as long as this process has a device to draw on."""
        try:
            self._warm_up()
        except ProfileStudioError as error:
            _log.warning("not warm: %s", error)
        while not self._device_is_lost:
            connection, message, received_at = self._requests.get()
            with connection:
                self._answer(connection, message, received_at)

    def _answer(self, connection: "Wire", message: Mapping[str, Any], received_at: float) -> None:
        """Draws one request; whatever goes wrong is told to the client, and the engine lives on if it can."""
        try:
            try:
                if message["op"] == "generate":
                    self._generate(connection, message, received_at)
                else:
                    self._look_at_fit(connection, message)
            except ProfileStudioError as error:
                _tell_error(connection, error)
            except Exception as error:  # noqa: BLE001  # no request may end the engine
                _log.error("%s", traceback.format_exc())
                self._pipeline = None  # it may be half changed
                self._device_is_lost = is_device_lost(error)
                _tell_error(connection, explain(error))
        except Stopped:
            _log.info("stopped: the client left")

    def _warm_up(self) -> None:
        """Loads the starter and draws once, so that the first click finds everything ready."""
        pipeline = self._load(find_base_model(STARTER, self._settings))
        if not self._requests.empty():
            return  # the first picture warms up as well
        with self._lease.for_picture():
            for _ in pipeline.draw(GenerationRequest(prompt="warm+", num_inference_steps=2), [], _draw_preview):
                _log.info("warm")

    def _load(self, base: BaseModel) -> "StudioPipeline":
        """The pipeline of this base model; another one is let go first, so that both need not fit."""
        from profile_studio.inference.studio_pipeline import StudioPipeline

        if self._pipeline is None or self._pipeline.base != base or self._base_hash != base.hash:
            self._pipeline = None
            self._pipeline = StudioPipeline.load(base)
            self._base_hash = base.hash
            _log.info("loaded %s", base.name)
        return self._pipeline

    def _generate(self, connection: "Wire", message: Mapping[str, Any], received_at: float) -> None:
        request = read_request(message)
        base = find_base_model(request.base, self._settings)
        adapters = find_weighted_adapters(request, self._settings)
        _stop_if_gone(connection)
        with self._lease.for_picture():
            pipeline = self._load(base)
            progress = _Progress(connection, previews=bool(message.get("previews")))
            for event in draw(pipeline, request, adapters, self._settings, progress.on_step):
                _say(connection, event)
        seconds_to_first_step = progress.first_step_at - received_at
        seconds = time.monotonic() - received_at
        _say(connection, {"event": "done", "seconds": seconds, "seconds_to_first_step": seconds_to_first_step})

    def _look_at_fit(self, connection: "Wire", message: Mapping[str, Any]) -> None:
        database = Database(self._settings.resolved_database_url)
        dataset = DatasetRepository(database, self._settings.datasets_dir).get(str(message["dataset"]))
        base = find_base_model(str(message["base"]), self._settings)
        with self._lease.for_picture():
            pipeline = self._load(base)
            found = look_at_fit(pipeline.family, dataset, lambda: _stop_if_gone(connection))
        _say(connection, {"event": "fit", **found, "images": [_webp(image) for image in found["images"]]})


def find_weighted_adapters(request: GenerationRequest, settings: Settings) -> list[WeightedAdapter]:
    """The request's adapters with their files.

    Raises:
        UnknownAdapter, InvalidAdapter: one is not there, or broken.
    """
    return [WeightedAdapter(find_adapter(wish.adapter_name, settings), wish.weight) for wish in request.adapters]


def draw(
    pipeline: "StudioPipeline",
    request: GenerationRequest,
    adapters: Sequence[WeightedAdapter],
    settings: Settings,
    on_step: "Callable[[Step], None]",
) -> Iterator[dict[str, Any]]:
    """Draws a request's pictures, keeps each in the home, and yields what the client is told about it."""
    for picture in pipeline.draw(request, adapters, on_step):
        path = write_picture(settings.pictures_dir, picture.image, picture.recipe)
        remember_folder(pipeline.base, settings)
        yield {"event": "picture", "index": picture.index, "file": str(path), "seed": picture.recipe.seed}


class _Progress:
    """Tells a client how its pictures come along, and stops when it has left."""

    def __init__(self, connection: "Wire", *, previews: bool) -> None:
        self._connection = connection
        self._previews = previews
        self.first_step_at = 0.0

    def on_step(self, step: "Step") -> None:
        self.first_step_at = self.first_step_at or time.monotonic()
        _stop_if_gone(self._connection)
        every = max(1, step.steps // PREVIEWS_PER_PICTURE)
        if self._previews and step.step < step.steps and (step.step - 1) % every == 0:
            image = _webp(step.preview())
            facts = {"index": step.index, "step": step.step, "steps": step.steps, "image": image}
            _say(self._connection, {"event": "preview", **facts})


def read_request(message: Mapping[str, Any]) -> GenerationRequest:
    """The request inside a message.

    Raises:
        InvalidSettings: a value is out of its bounds.
    """
    try:
        return GenerationRequest.model_validate(message.get("request"))
    except ValidationError as error:
        setting, problem = first_problem(error)
        raise InvalidSettings(
            "{setting}: {problem}.", "Change this setting.", setting=setting or "request", problem=problem
        ) from error


def _stop_if_gone(connection: "Wire") -> None:
    """A client sends nothing after its request: what can be read is the end."""
    if connection.poll():
        raise Stopped("The picture was stopped.", "Make it again when you want it.")


def _say(connection: "Wire", message: Mapping[str, Any]) -> None:
    try:
        send(connection, message)
    except OSError as error:
        raise Stopped("The picture was stopped.", "Make it again when you want it.") from error


def _tell_error(connection: "Wire", error: ProfileStudioError) -> None:
    if isinstance(error, Stopped):
        raise error
    _log.info("refused: %s", error)
    _say(connection, error_event(error))


def error_event(error: ProfileStudioError) -> dict[str, Any]:
    """What a client is told about an error."""
    return {"event": "error", "kind": error.kind, "message": to_json(error.message), "fix": to_json(error.fix)}


def explain(error: Exception) -> ProfileStudioError:
    """An unexpected error in words."""
    if (known := known_fault(error)) is not None:
        return known
    if is_out_of_memory(error):
        return ProfileStudioError(
            "The picture does not fit into the memory.", "Make it smaller, or close other programs."
        )
    if is_device_lost(error):
        return ProfileStudioError(
            "The graphics card failed while it made the picture.", "Try again in half a minute; the engine starts anew."
        )
    if isinstance(error, OSError):
        return ProfileStudioError(
            "The picture cannot be kept: {problem}.",
            "Make room on the disk and try again.",
            problem=Sentence(error.strerror or str(error)),
        )
    return ProfileStudioError(
        "The picture failed: {error}.", "Try again; engine.log says more.", error=type(error).__name__
    )


def _draw_preview(step: "Step") -> None:
    step.preview()


def _webp(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=PREVIEW_QUALITY, method=0)
    return base64.b64encode(buffer.getvalue()).decode()
