"""Making pictures at once."""

import base64
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profile_studio.base_models import STARTER
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.errors import EngineUnavailable, ProfileStudioError
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.request_prompts import request_prompts
from profile_studio.domain.sentences import from_json
from profile_studio.services.demo import check_request_for_demo
from profile_studio.services.live import EngineConnection, LiveLane
from profile_studio.settings import Settings
from profile_studio.storage.models import find_adapter


@dataclass(frozen=True)
class PreviewEvent:
    """What picture `index` looks like after `step` of `steps`; `image` is a WebP file."""

    index: int
    step: int
    steps: int
    image: bytes


@dataclass(frozen=True)
class PictureEvent:
    """Picture `index` is done and lies in `file`."""

    index: int
    file: Path
    seed: int


@dataclass(frozen=True)
class DoneEvent:
    """All pictures are done. Seconds count from the engine's receipt of the request."""

    seconds: float
    seconds_to_first_step: float


class GenerationService:
    """The live lane as the page and the command line see it.

    Args:
        lane: whoever makes the pictures; by default the engine's process of this home.
    """

    def __init__(self, settings: Settings, lane: LiveLane | None = None) -> None:
        self._settings = settings
        self._lane = lane or EngineConnection(settings)

    def generate(
        self, request: GenerationRequest, previews: bool = True
    ) -> Iterator[PreviewEvent | PictureEvent | DoneEvent]:
        """Makes the pictures of a request and says what happens; closing the iterator stops before the next step.

        Raises:
            InvalidPrompt: a prompt cannot be read.
            UnknownAdapter, InvalidAdapter: an adapter of the request is not there, or broken.
            EngineUnavailable: no engine answers, or it died on the way.
            ProfileStudioError: whatever the engine refuses, as its own class.
        """
        check_request_for_demo(request, self._settings)
        # What can be refused without a model is refused at once, also while the engine still loads.
        adapters = self._adapters(request)
        for index in range(request.count):
            _read(request, index, adapters)
        question = {"op": "generate", "request": request.model_dump(mode="json"), "previews": previews}
        with closing(self._lane.ask(question)) as replies:
            for reply in replies:
                event = _event(reply)
                yield event
                if isinstance(event, DoneEvent):
                    return
        raise EngineUnavailable(
            "The engine stopped while it made the picture.", "Try again; it starts again by itself."
        )

    def read(self, request: GenerationRequest) -> ReadPrompt:
        """The prompt of a request's first picture as its base model will be given it, trigger words included.

        Raises:
            InvalidPrompt, UnknownAdapter, InvalidAdapter: as `generate`.
        """
        return _read(request, 0, self._adapters(request))[0]

    def _adapters(self, request: GenerationRequest) -> list[WeightedAdapter]:
        return [
            WeightedAdapter(find_adapter(wish.adapter_name, self._settings), wish.weight) for wish in request.adapters
        ]

    def engine_is_running(self) -> bool:
        """Whether an engine answers."""
        return self._lane.is_there()


def _read(request: GenerationRequest, index: int, adapters: Sequence[WeightedAdapter]) -> tuple[ReadPrompt, ReadPrompt]:
    return request_prompts(request, index, adapters, latin_only=request.base == STARTER)


def _event(reply: dict[str, Any]) -> PreviewEvent | PictureEvent | DoneEvent:
    match reply["event"]:
        case "preview":
            return PreviewEvent(reply["index"], reply["step"], reply["steps"], base64.b64decode(reply["image"]))
        case "picture":
            return PictureEvent(reply["index"], Path(reply["file"]), reply["seed"])
        case "done":
            return DoneEvent(reply["seconds"], reply["seconds_to_first_step"])
        case _:
            raise error_of_kind(reply["kind"], from_json(reply["message"]), from_json(reply["fix"]))


def error_of_kind(kind: str, message: str, fix: str) -> ProfileStudioError:
    """The error that was sent as `kind`, as its own class."""
    classes = [ProfileStudioError]
    for error_class in classes:  # grows while it is walked: the whole tree, breadth first
        if error_class.kind == kind:
            return error_class(message, fix)
        classes.extend(error_class.__subclasses__())
    return ProfileStudioError(message, fix)
