"""The engine in a process of its own, asked as the page asks it."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.generation import GenerationRequest
from profile_studio.services.generation import GenerationService, PictureEvent
from profile_studio.settings import REPOSITORY_ROOT, Settings
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

ILLEGAL_ACCESS = "torch.AcceleratorError('CUDA error: an illegal memory access was encountered')"
OUT_OF_MEMORY = "torch.OutOfMemoryError('CUDA out of memory. Tried to allocate 2.00 GiB')"
ENGINE_WITH_A_FAULT = """
import sys, torch
from pathlib import Path
from profile_studio.settings import Settings
from profile_studio.worker.engine import serve

settings = Settings()
fault = settings.resolved_home / "fault"

def fail(*_):
    if fault.exists():
        fault.unlink()
        raise {error}

torch.nn.modules.module.register_module_forward_pre_hook(fail)
serve(settings)
"""
"""Where the file is, the next call of any layer fails once, as a card does."""


@contextmanager
def engine(settings: Settings, error: str) -> Generator["subprocess.Popen[bytes]"]:
    code = ENGINE_WITH_A_FAULT.format(error=error)
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPOSITORY_ROOT, env=settings.child_environment(), stderr=subprocess.DEVNULL
    )
    try:
        wait_until(GenerationService(settings).engine_is_running)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("error", "words", "goes_on"),
    [
        (ILLEGAL_ACCESS, "The graphics card failed", False),
        (OUT_OF_MEMORY, "does not fit into the memory", True),
    ],
)
def test_the_engine_ends_where_only_a_new_process_has_the_card_again(
    settings: Settings, tiny_base: Path, error: str, words: str, goes_on: bool
) -> None:
    request = GenerationRequest(prompt="red hair", base=str(tiny_base), num_inference_steps=2)
    service = GenerationService(settings)
    with engine(settings, error) as process:
        list(service.generate(request))
        (settings.resolved_home / "fault").touch()

        with pytest.raises(ProfileStudioError) as caught:
            list(service.generate(request))

        assert words in caught.value.message
        if goes_on:
            assert any(isinstance(event, PictureEvent) for event in service.generate(request))
        else:
            assert process.wait(timeout=60) == 0
