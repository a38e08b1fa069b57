"""A set goes with its LoRAs if a person says so, and they are named before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from profile_studio.domain.arrangement import Arrangement
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.app import build
from profile_studio.ui.tabs import pictures
from tests.random_adapter import write_random_adapter

SET, LORA = "pixel-art", "my-pixels"


@pytest.mark.parametrize("takes_adapters", [False, True])
def test_the_loras_of_a_set_go_with_it_if_a_person_says_so(
    settings: Settings,
    tiny_base: Path,
    in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks],
    takes_adapters: bool,
) -> None:
    studio = Studio.open(settings)
    studio.datasets.import_example(SET)
    lora = write_random_adapter(settings.user_loras_dir / f"{LORA}.safetensors", tiny_base, settings, "word", SET)
    page = in_a_loop(lambda: build(studio))
    fns = [each.fn for each in page.fns.values() if each.fn is not None and each.page == ""]
    handlers: dict[str, Any] = {fn.__name__: fn for fn in fns if fn.__module__ == pictures.__name__}
    box = next(block for block in page.blocks.values() if block.elem_id == "delete-with-adapters" and block.page == "")

    asked = handlers["asks_before_deleting"](SET)
    assert (asked[box]["value"], LORA in asked[box]["info"]) == (False, True)
    handlers["deletes"](SET, Arrangement(), takes_adapters)

    assert studio.datasets.list() == []
    assert lora.exists() is not takes_adapters
