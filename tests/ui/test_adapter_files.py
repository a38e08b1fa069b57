"""The LoRA files of Blend: a file that does not tell its base model is asked about, not refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from profile_studio.lora_files import read_tensors, write_tensors
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.page import Page
from profile_studio.ui.tabs import blend
from profile_studio.ui.texts import ENGLISH
from tests.random_adapter import write_random_adapter

Updates = dict[Any, Any]


@pytest.fixture
def handlers(settings: Settings, in_a_loop: Callable[[Callable[[], Any]], Any]) -> dict[str, Any]:
    """What Blend's listeners call, by name."""

    def built() -> gr.Blocks:
        with gr.Blocks() as blocks:
            base = gr.Dropdown(["starter"], value="starter", allow_custom_value=True, label="base")
            states = [gr.State(None) for _ in range(3)]
            with gr.Tabs() as tabs:
                blend.build(Page(Studio.open(settings), ENGLISH, tabs, base, *states, news={}))
        return blocks

    return {str(fn.name): fn.fn for fn in in_a_loop(built).fns.values()}


@pytest.fixture
def untold(settings: Settings, tiny_base: Path, tmp_path: Path) -> Path:
    """A LoRA file without a word of its base model, and with shapes that tell nothing."""
    path = write_random_adapter(tmp_path / "found.safetensors", tiny_base, settings)
    write_tensors(path, read_tensors(path), {})
    return path


def words(updates: Updates) -> str:
    return " ".join(str(value) for value in updates.values())


def test_a_file_that_does_not_tell_its_base_waits_for_an_answer_and_is_added_for_the_chosen_one(
    settings: Settings, handlers: dict[str, Any], untold: Path, tiny_base: Path
) -> None:
    asked = handlers["adds_file"](str(untold), str(tiny_base))

    assert "does not tell which base model it was trained on" in words(asked)
    assert untold.exists()
    assert not list(settings.user_loras_dir.glob("*.safetensors"))

    added = handlers["takes_base"](str(untold), str(tiny_base))

    assert "found is added." in words(added)
    assert [adapter.name for adapter in Studio.open(settings).adapters.list(str(tiny_base)) if not adapter.ships] == [
        "found"
    ]
    assert not untold.exists()


def test_a_file_that_is_left_out_leaves_nothing(settings: Settings, handlers: dict[str, Any], untold: Path) -> None:
    handlers["adds_file"](str(untold), "starter")

    handlers["leaves_out"](str(untold))

    assert not untold.exists()
    assert not list(settings.user_loras_dir.glob("*.safetensors"))


def test_a_file_for_another_base_than_the_chosen_one_is_refused_and_not_kept(
    settings: Settings, handlers: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"\x80\x04 no LoRA")

    refused = handlers["adds_file"](str(path), "starter")

    assert "notice bad" in words(refused)
    assert not path.exists()
