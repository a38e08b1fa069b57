"""Pictures made in the process that asks for them, for a host that lends its GPU to single calls (ZeroGPU).

Only `app.py` imports this, and only there: everywhere else the page stays free of torch, and an engine of its own
keeps the model warm.
"""

import logging
import math
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.errors import EngineUnavailable, ProfileStudioError
from profile_studio.inference.studio_pipeline import Step, StudioPipeline
from profile_studio.settings import Settings
from profile_studio.worker.engine import draw, error_event, explain, find_weighted_adapters, read_request

# A visitor's daily minutes are charged by what is asked for, so it is asked for little. Guesses, as long as nobody has
# measured them on that host: ten seconds to get a GPU and begin, and a step of the starter in at most a tenth of one.
SECONDS_TO_BEGIN = 10
SECONDS_PER_STEP = 0.1
LONGEST_S = 120

_log = logging.getLogger("profile_studio.in_place")


class InPlaceEngine:
    """One base model, loaded at once, and the two functions that the host's decorator wants.

    Args:
        base: what most requests ask for; another one is loaded inside the call.
    """

    def __init__(self, settings: Settings, base: str = STARTER) -> None:
        self._settings = settings
        self._pipeline = StudioPipeline.load(find_base_model(base, settings))

    def answer(self, message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        """The replies to one request, without previews: each would cross a process border on its own."""
        received_at = time.monotonic()
        try:
            request = read_request(message)
            base = find_base_model(request.base, self._settings)
            adapters = find_weighted_adapters(request, self._settings)
            pipeline = self._pipeline if self._pipeline.base == base else StudioPipeline.load(base)
            first_step_at: list[float] = []

            def on_step(_step: Step) -> None:
                if not first_step_at:
                    first_step_at.append(time.monotonic())

            yield from draw(pipeline, request, adapters, self._settings, on_step)
            seconds = time.monotonic() - received_at
            yield {"event": "done", "seconds": seconds, "seconds_to_first_step": first_step_at[0] - received_at}
        except ProfileStudioError as error:
            yield error_event(error)
        except Exception as error:  # noqa: BLE001  # the caller may be another process: no raw error passes
            _log.error("%s", traceback.format_exc())
            yield error_event(explain(error))

    def seconds(self, message: Mapping[str, Any]) -> int:
        """How long the GPU is asked for; called with what `answer` is called with."""
        try:
            request = read_request(message)
        except ProfileStudioError:
            return SECONDS_TO_BEGIN  # `answer` refuses it in a moment
        steps = request.count * request.num_inference_steps
        return min(SECONDS_TO_BEGIN + math.ceil(SECONDS_PER_STEP * steps), LONGEST_S)


@dataclass(frozen=True)
class InPlaceLane:
    """The live lane of an engine in this process.

    Args:
        answer: `InPlaceEngine.answer`, decorated as the host wants it.
    """

    answer: Callable[[Mapping[str, Any]], Generator[dict[str, Any]]]

    def ask(self, message: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        try:
            yield from self.answer(message)
        except Exception as error:  # the decorator raises Gradio's errors: no GPU free, no minutes left
            raise EngineUnavailable(
                "No GPU is available: {problem}", "Wait a little and try again.", problem=str(error)
            ) from error

    def is_there(self) -> bool:
        return True
