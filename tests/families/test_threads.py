"""A small base model computes on one thread, a large one on all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from profile_studio.base_models import find_base_model
from profile_studio.families import threads
from profile_studio.families.registry import load_family
from profile_studio.settings import Settings


@pytest.fixture(autouse=True)
def _threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("fewest_for_all", "expected"), [(50_000_000, 1), (1, 2)])
def test_threads_follow_the_size_of_the_base(
    tiny_base: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, fewest_for_all: int, expected: int
) -> None:
    monkeypatch.setattr(threads, "FEWEST_WEIGHTS_FOR_ALL_THREADS", fewest_for_all)
    monkeypatch.setattr(threads, "_ALL", 2)
    torch.set_num_threads(3 - expected)
    load_family(find_base_model(str(tiny_base), settings), torch.device("cpu"), torch.float32)
    assert torch.get_num_threads() == expected
