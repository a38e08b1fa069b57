"""The few calls that other programs may make through `gradio_client`; the page's own listeners are private.

Pictures travel as data addresses inside the answer, so no file of a person stays where an address could fetch it.
"""

import base64
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import gradio as gr
from pydantic import ValidationError

from profile_studio.base_models import STARTER
from profile_studio.domain.errors import EngineUnavailable, InvalidSettings, ProfileStudioError
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.presets import Thoroughness
from profile_studio.domain.training import AdapterKind
from profile_studio.domain.validation import first_problem
from profile_studio.services.generation import PictureEvent
from profile_studio.services.jobs import job_facts
from profile_studio.services.studio import Studio
from profile_studio.storage.faults import known_fault
from profile_studio.ui.picture_line import IN_LINE

Facts = dict[str, Any]
Given = ParamSpec("Given")
Answer = TypeVar("Answer")
Choice = TypeVar("Choice", bound=StrEnum)
Call = Callable[Concatenate["StudioApi", Given], Answer]


def open_api(studio: Studio) -> None:
    """Adds the calls to the `gr.Blocks` that is being built, each under its own name."""
    api = StudioApi(studio)
    for call in (api.list_adapters, api.list_datasets, api.train_style, api.job_status):
        gr.api(call, api_name=call.__name__)  # pyright: ignore[reportPrivateImportUsage]
    gr.api(api.make_picture, api_name="make_picture", **IN_LINE)  # pyright: ignore[reportPrivateImportUsage]


def _tells_errors(call: Call[Given, Answer]) -> Call[Given, Answer]:
    """Sends what a person can mend as its sentence; Gradio would hide it."""

    @wraps(call)
    def answer(api: "StudioApi", *args: Given.args, **given: Given.kwargs) -> Answer:
        try:
            return call(api, *args, **given)
        except ProfileStudioError as error:
            raise gr.Error(str(error), print_exception=False) from error
        except Exception as error:
            if (known := known_fault(error)) is None:
                raise
            raise gr.Error(str(known), print_exception=False) from error

    return answer


class StudioApi:
    """What programs can ask of a studio. Each docstring is what the API page shows."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @_tells_errors
    def list_adapters(self, base: str = STARTER) -> list[Facts]:
        """The LoRAs that fit a base model: name, kind, trigger word, and whether each ships with the studio."""
        adapters = self._studio.adapters.list(base)
        return [
            {"name": each.name, "kind": each.kind.value, "trigger_word": each.trigger_word, "ships": each.ships}
            for each in adapters
        ]

    @_tells_errors
    def list_datasets(self) -> list[Facts]:
        """The data sets of this studio: name, number of pictures, trigger word."""
        sets = self._studio.datasets.list()
        return [{"name": each.name, "images": len(each.images), "trigger_word": each.trigger_word} for each in sets]

    @_tells_errors
    def make_picture(
        self,
        prompt: str,
        adapters: dict[str, float] | None = None,
        negative_prompt: str = "",
        seed: int = 0,
        num_inference_steps: int = 20,
        guidance_scale: float = 4.0,
        base: str = STARTER,
    ) -> Facts:
        """Makes one picture now and returns it as a PNG in a data address (`image`), with its `seed`.

        `adapters` maps names of LoRAs to weights from 0 to 1.5; their trigger words are added to the prompt.
        """
        weights = [{"adapter_name": name, "weight": weight} for name, weight in (adapters or {}).items()]
        form = {
            "prompt": prompt,
            "adapters": weights,
            "negative_prompt": negative_prompt,
            "seed": seed,
            "num_inference_steps": num_inference_steps,
            "guidance_scale": guidance_scale,
            "base": base,
        }
        for event in self._studio.generation.generate(_checked(form), previews=False):
            if isinstance(event, PictureEvent):
                image = base64.b64encode(event.file.read_bytes()).decode()
                return {"image": f"data:image/png;base64,{image}", "seed": event.seed}
        raise EngineUnavailable("The engine made no picture.", "Try again.")

    @_tells_errors
    def train_style(
        self, dataset: str, name: str, kind: str = "style", thoroughness: str = "balanced", base: str = STARTER
    ) -> Facts:
        """Queues the training of a LoRA called `name` on a data set and returns the job, which `job_status` follows.

        `kind` is style or face; `thoroughness` is quick, balanced or thorough.
        """
        wanted, how = _choice(AdapterKind, kind), _choice(Thoroughness, thoroughness)
        training = self._studio.training
        return job_facts(training.submit(training.preset(wanted, base, dataset, name, how)))

    @_tells_errors
    def job_status(self, job: str) -> Facts:
        """How far a job is: status, step, steps, seconds_left, and its error or file once it is over."""
        return job_facts(self._studio.jobs.get(job))


def _checked(form: Facts) -> GenerationRequest:
    try:
        return GenerationRequest.model_validate(form)
    except ValidationError as error:
        setting, problem = first_problem(error)
        raise InvalidSettings(
            "{setting}: {problem}.", "Change that value and try again.", setting=setting, problem=problem
        ) from error


def _choice(choices: type[Choice], value: str) -> Choice:
    try:
        return choices(value)
    except ValueError as error:
        raise InvalidSettings(
            "There is no {value!r} here.", "Choose one of: {names}.", value=value, names=list(choices)
        ) from error
