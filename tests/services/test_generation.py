"""The live lane: a real engine process on a tiny base."""

import json
import subprocess
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from profile_studio.base_models import find_base_model
from profile_studio.domain.errors import (
    EngineUnavailable,
    InvalidAdapter,
    InvalidPrompt,
    InvalidSettings,
    ProfileStudioError,
    UnknownAdapter,
)
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.jobs.processes import end, start, worker_command
from profile_studio.services import live
from profile_studio.services.gallery import GalleryService, MadePicture
from profile_studio.services.generation import (
    DoneEvent,
    GenerationService,
    PictureEvent,
    PreviewEvent,
    error_of_kind,
)
from profile_studio.settings import Settings
from tests.random_adapter import write_random_adapter
from tests.waiting import PATIENCE_S, wait_until


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(home=tmp_path_factory.mktemp("live") / "home")
    settings.create_folders()
    return settings


@pytest.fixture(scope="module")
def engine(home: Settings) -> "Iterator[subprocess.Popen[bytes]]":
    process = start(worker_command("engine"), home, home.run_dir / "engine.log")
    try:
        wait_until(lambda: live.engine_answers(home))
        yield process
    finally:
        end(process, leave_s=10.0)


@pytest.fixture(scope="module")
def service(home: Settings, engine: "subprocess.Popen[bytes]") -> GenerationService:
    return GenerationService(home)


@pytest.fixture(scope="module")
def gallery(home: Settings) -> GalleryService:
    return GalleryService(home)


def small_request(tiny_base: Path, **changes: object) -> GenerationRequest:
    values: dict[str, object] = {"prompt": "red hair", "base": str(tiny_base), "num_inference_steps": 4, "seed": 7}
    return GenerationRequest.model_validate({**values, **changes})


@pytest.mark.slow
def test_a_request_is_answered_with_previews_pictures_and_an_end(
    service: GenerationService, gallery: GalleryService, tiny_base: Path
) -> None:
    events = list(service.generate(small_request(tiny_base, count=2)))

    previews = [event for event in events if isinstance(event, PreviewEvent)]
    pictures = [event for event in events if isinstance(event, PictureEvent)]
    assert [(event.index, event.step) for event in previews] == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert all(event.image[8:12] == b"WEBP" for event in previews)
    assert [event.seed for event in pictures] == [7, 8]
    assert isinstance(events[-1], DoneEvent)
    assert 0 < events[-1].seconds_to_first_step <= events[-1].seconds
    assert gallery.recipe(pictures[0].file).seed == 7
    assert gallery.recent(2) == [event.file for event in reversed(pictures)]
    remaking = gallery.remaking(MadePicture(pictures[0].file, gallery.recipe(pictures[0].file)), "starter")
    assert (remaking.base, remaking.is_its_base) == (str(tiny_base), True)


@pytest.mark.slow
def test_without_previews_there_are_none(service: GenerationService, tiny_base: Path) -> None:
    kinds = [type(event) for event in service.generate(small_request(tiny_base), previews=False)]

    assert kinds == [PictureEvent, DoneEvent]


@pytest.mark.slow
def test_closing_the_iterator_stops_before_the_next_step(
    service: GenerationService, gallery: GalleryService, tiny_base: Path
) -> None:
    pictures_before = len(gallery.recent())
    events = service.generate(small_request(tiny_base, num_inference_steps=200, count=64))
    assert isinstance(next(events), PreviewEvent)

    events.close()  # type: ignore[attr-defined]  # a generator, whatever its annotation says

    list(service.generate(small_request(tiny_base), previews=False))  # is drawn after the stopped one has ended
    assert len(gallery.recent()) - pictures_before < 64


@pytest.mark.slow
def test_bad_requests_are_answered_in_a_sentence_and_the_engine_lives_on(
    service: GenerationService, home: Settings, engine: "subprocess.Popen[bytes]", tiny_base: Path
) -> None:
    unfit = write_random_adapter(home.user_loras_dir / "unfit.safetensors", tiny_base, home)
    base_hash = find_base_model(str(tiny_base), home).hash.encode()
    unfit.write_bytes(unfit.read_bytes().replace(base_hash, b"0" * len(base_hash)))
    with_unfit = small_request(tiny_base, adapters=(AdapterWeight(adapter_name="unfit"),))
    mistakes: list[tuple[GenerationRequest, type[ProfileStudioError]]] = [
        (small_request(tiny_base, prompt='("a", "b").blend(1)'), InvalidPrompt),
        (small_request(tiny_base, height=100), InvalidSettings),
        (small_request(tiny_base, base=str(home.resolved_home)), ProfileStudioError),
        (with_unfit, InvalidAdapter),
    ]

    for request, error in mistakes:
        with pytest.raises(error) as caught:
            list(service.generate(request))
        assert caught.value.message
        assert caught.value.fix

    (reply,) = live.ask(home, {"op": "generate", "request": {"prompt": "x", "count": "many"}})
    assert reply["kind"] == "invalid_settings"
    assert list(live.ask(home, {"op": "dance"})) == []
    assert list(live.ask(home, {"nothing": 1})) == []
    assert engine.poll() is None
    assert isinstance(list(service.generate(small_request(tiny_base)))[-1], DoneEvent)


@pytest.mark.slow
def test_nobody_is_served_without_the_key(home: Settings, engine: "subprocess.Popen[bytes]") -> None:
    address = live.read_address(home)

    with pytest.raises((AuthenticationError, EOFError, ConnectionError)):
        Client((live.HOST, address.port), authkey=b"wrong")

    assert live.engine_answers(home)


@pytest.mark.slow
def test_only_this_user_can_read_the_key(home: Settings, engine: "subprocess.Popen[bytes]") -> None:
    path = home.run_dir / "engine.json"

    assert path.stat().st_mode & 0o077 == 0
    assert set(json.loads(path.read_text())) == {"port", "key", "pid"}


@pytest.mark.slow
def test_a_second_engine_waits_and_leaves_with_its_parent(home: Settings, engine: "subprocess.Popen[bytes]") -> None:
    second = start(worker_command("engine"), home, home.run_dir / "second.log")

    end(second, leave_s=PATIENCE_S)

    assert second.returncode == 0
    assert live.read_address(home).pid == engine.pid


def test_what_needs_no_model_is_refused_without_an_engine(settings: Settings, tiny_base: Path) -> None:
    service = GenerationService(settings)

    with pytest.raises(InvalidPrompt):
        list(service.generate(small_request(tiny_base, prompt="a (cat")))
    with pytest.raises(UnknownAdapter):
        list(service.generate(small_request(tiny_base, adapters=(AdapterWeight(adapter_name="gone"),))))
    with pytest.raises(EngineUnavailable):
        list(service.generate(small_request(tiny_base)))
    assert not service.engine_is_running()


def test_a_request_is_read_with_the_words_of_its_loras_before_anything_is_drawn(
    settings: Settings, tiny_base: Path
) -> None:
    write_random_adapter(settings.user_loras_dir / "pixel.safetensors", tiny_base, settings, "pxl")

    read = GenerationService(settings).read(small_request(tiny_base, prompt="red (hair:1.2) <lora:pixel:0.5>"))

    assert str(read) == "pxl, red (hair)1.2"


def test_an_error_arrives_as_its_own_class() -> None:
    error = error_of_kind("invalid_adapter", "No.", "Yes.")

    assert isinstance(error, InvalidAdapter)
    assert (error.message, error.fix) == ("No.", "Yes.")
