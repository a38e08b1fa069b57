"""The live lane inside one process, as ZeroGPU needs it; without that host the decorator is left out."""

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

import app
from profile_studio.domain.errors import EngineUnavailable, InvalidAdapter, InvalidSettings, UnknownAdapter
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.files.pictures import latest_pictures, read_recipe
from profile_studio.services.generation import DoneEvent, GenerationService, PictureEvent
from profile_studio.settings import Settings
from profile_studio.worker.engine import error_event
from profile_studio.worker.in_place import LONGEST_S, SECONDS_TO_BEGIN, InPlaceEngine, InPlaceLane


@pytest.fixture
def engine(settings: Settings, tiny_base: Path) -> InPlaceEngine:
    return InPlaceEngine(settings, str(tiny_base))


def request(tiny_base: Path, **changes: object) -> GenerationRequest:
    form = {"prompt": "red hair", "base": str(tiny_base), "num_inference_steps": 2, "seed": 7, **changes}
    return GenerationRequest.model_validate(form)


def message(asked: GenerationRequest) -> Mapping[str, Any]:
    return {"op": "generate", "request": asked.model_dump(mode="json"), "previews": True}


def test_the_services_make_pictures_in_this_process(settings: Settings, engine: InPlaceEngine, tiny_base: Path) -> None:
    service = GenerationService(settings, InPlaceLane(engine.answer))

    events = list(service.generate(request(tiny_base, count=2)))

    assert [type(event) for event in events] == [PictureEvent, PictureEvent, DoneEvent]
    pictures = [event for event in events if isinstance(event, PictureEvent)]
    assert [read_recipe(picture.file).seed for picture in pictures] == [7, 8]
    assert service.engine_is_running()


def test_what_is_refused_arrives_as_its_own_error(settings: Settings, engine: InPlaceEngine, tiny_base: Path) -> None:
    service = GenerationService(settings, InPlaceLane(engine.answer))

    with pytest.raises(InvalidSettings):
        list(service.generate(request(tiny_base, height=100)))
    with pytest.raises(UnknownAdapter):
        list(service.generate(request(tiny_base, adapters=(AdapterWeight(adapter_name="gone"),))))
    (reply,) = engine.answer({"request": {"prompt": "x", "count": "many"}})
    assert reply["kind"] == "invalid_settings"


def test_a_refusal_keeps_its_template_on_the_wire(settings: Settings) -> None:
    def refuses(_asked: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        refusal = InvalidAdapter("{file} is gone.", "Import {file} again.", file="ink.safetensors")
        yield json.loads(json.dumps(error_event(refusal)))

    service = GenerationService(settings, InPlaceLane(refuses))
    with pytest.raises(InvalidAdapter) as caught:
        list(service.generate(GenerationRequest(prompt="hair")))
    assert (caught.value.message, caught.value.message.template) == ("ink.safetensors is gone.", "{file} is gone.")
    assert (caught.value.fix, caught.value.fix.template) == ("Import ink.safetensors again.", "Import {file} again.")


def test_leaving_stops_before_the_next_picture(settings: Settings, engine: InPlaceEngine, tiny_base: Path) -> None:
    finished: list[bool] = []

    def watched(asked: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        try:
            yield from engine.answer(asked)
        finally:
            finished.append(True)

    service = GenerationService(settings, InPlaceLane(watched))
    events = service.generate(request(tiny_base, count=8))
    next(events)
    events.close()  # type: ignore[attr-defined]  # a generator, whatever its annotation says

    assert (finished, len(latest_pictures(settings.pictures_dir))) == ([True], 1)


def test_a_gpu_that_cannot_be_had_is_told_in_a_sentence(settings: Settings, tiny_base: Path) -> None:
    def refuse(_asked: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        raise RuntimeError("You have no minutes left.")
        yield {}

    with pytest.raises(EngineUnavailable, match="no minutes left"):
        list(GenerationService(settings, InPlaceLane(refuse)).generate(request(tiny_base)))


def test_the_gpu_is_asked_for_as_long_as_the_request_needs(engine: InPlaceEngine, tiny_base: Path) -> None:
    few, many = (engine.seconds(message(request(tiny_base, num_inference_steps=steps))) for steps in (10, 20))
    assert SECONDS_TO_BEGIN < few < many
    assert engine.seconds(message(request(tiny_base, count=64, num_inference_steps=200))) == LONGEST_S
    assert engine.seconds({"request": {"prompt": 1}}) == SECONDS_TO_BEGIN


def test_elsewhere_the_engine_has_a_process_of_its_own(settings: Settings) -> None:
    assert app.live_lane(settings) is None
