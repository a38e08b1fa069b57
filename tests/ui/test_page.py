import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gradio as gr
import pytest

from profile_studio.domain.errors import InvalidSettings
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.ui.app import build
from profile_studio.ui.languages import LANGUAGES
from profile_studio.ui.serving import launch_options


@pytest.fixture(scope="module")
def page(
    tmp_path_factory: pytest.TempPathFactory, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> gr.Blocks:
    home = tmp_path_factory.mktemp("page") / "home"
    return in_a_loop(lambda: build(Studio.open(Settings(home=home))))


def test_the_page_opens_on_blend_and_has_its_doors(page: gr.Blocks) -> None:
    tabs = [block for block in page.blocks.values() if isinstance(block, gr.Tab)]
    assert [tab.label for tab in tabs if tab.page == ""] == [
        "1 Pictures",
        "2 Train",
        "3 Blend",
        "4 Compare",
        "Gallery",
        "Storage",
    ]
    assert [tab.label for tab in tabs if tab.page == "ko"] == [
        "1 사진",
        "2 학습",
        "3 섞기",
        "4 비교",
        "갤러리",
        "저장 공간",
    ]
    assert next(block for block in page.blocks.values() if isinstance(block, gr.Tabs)).selected == "blend"


def test_nothing_but_tabs_lies_among_the_tabs(page: gr.Blocks) -> None:
    """Gradio counts its neighbours to know which tab is which, and shows one twice where something else lies there."""
    among = [child for block in page.blocks.values() if isinstance(block, gr.Tabs) for child in block.children]
    assert {type(child) for child in among} == {gr.Tab}


def test_every_input_has_a_label(page: gr.Blocks) -> None:
    inputs = (gr.Textbox, gr.Number, gr.Slider, gr.Radio, gr.Dropdown, gr.CheckboxGroup, gr.File)
    unnamed = [block for block in page.blocks.values() if isinstance(block, inputs) and not block.label]
    assert unnamed == []


def test_no_number_is_refused_by_gradio_which_speaks_english_only(page: gr.Blocks) -> None:
    numbers = [block for block in page.blocks.values() if isinstance(block, gr.Number)]
    assert numbers and {(number.minimum, number.maximum) for number in numbers} == {(None, None)}


def test_a_promise_has_one_listener_so_that_no_late_answer_takes_a_newer_one_back(page: gr.Blocks) -> None:
    promises = {block._id: block.elem_id for block in page.blocks.values() if "promise" in (block.elem_id or "")}
    told_by = [
        (promises[target], listener.trigger_mode)
        for listener in page.fns.values()
        for target in {block._id for block in listener.outputs} & set(promises)
    ]
    a_language = [("promise", "always_last"), ("compare-promise", "always_last")]
    assert told_by == a_language * 2


def test_one_clock_a_window_asks_for_news_without_a_place_in_the_queue(page: gr.Blocks) -> None:
    clocks = {block._id: block.page for block in page.blocks.values() if isinstance(block, gr.Timer)}
    ticks = [listener for listener in page.fns.values() if any(target in clocks for target, _ in listener.targets)]
    assert sorted(clocks.values()) == ["", "ko"]
    assert [(listener.fn, "/news/" in str(listener.js)) for listener in ticks] == [(None, True)] * 2


def test_nothing_of_the_home_is_served_by_path_and_nothing_is_told_to_anyone(
    settings: Settings, page: gr.Blocks
) -> None:
    options = launch_options(Studio.open(settings), "127.0.0.1")
    assert set(settings.resolved_home.iterdir()) <= {*map(Path, options["blocked_paths"]), settings.uploads_dir}
    assert (options["allowed_paths"], options["run_history"], options["enable_monitoring"]) == ([], False, False)
    assert (options["num_workers"], options["mcp_server"]) == (0, False)  # said, or variables of Gradio's would decide
    assert not page.analytics_enabled


def test_there_is_no_public_address_without_a_password(tmp_path: Path) -> None:
    studio = Studio.open(Settings(home=tmp_path / "home", share=True))
    with pytest.raises(InvalidSettings) as caught:
        launch_options(studio, "127.0.0.1")
    assert "PROFILE_STUDIO_PASSWORD" in caught.value.fix


def test_the_door_says_the_name_it_asks_for_in_every_language(tmp_path: Path) -> None:
    message = launch_options(Studio.open(Settings(home=tmp_path / "home", password="sesame")), "127.0.0.1")[
        "auth_message"
    ]
    words = [texts.header.door.format(name="studio") for texts in LANGUAGES]
    assert [sentence in message for sentence in words] == [True] * len(LANGUAGES)
    assert "sesame" not in message


def test_only_the_curated_calls_are_open_and_each_says_what_it_does(page: gr.Blocks) -> None:
    named = page.get_api_info()["named_endpoints"]
    assert set(named) == {"/list_adapters", "/list_datasets", "/make_picture", "/train_style", "/job_status"}
    assert all(call["description"] for call in named.values())
    assert not page.api_open


def test_a_demo_says_so_and_offers_a_copy(
    tmp_path: Path, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> None:
    settings = Settings(home=tmp_path / "home", space_id="someone/studio")
    page = in_a_loop(lambda: build(Studio.open(settings)))
    parts = {block.elem_id: block for block in page.blocks.values() if getattr(block, "elem_id", None)}
    assert "duplicate" in parts and "space-banner" in parts
    assert not parts["start-training"].interactive
    assert not parts["add-set"].visible
    assert not parts["fate"].visible
    assert not parts["set-tools"].visible
    assert not parts["gallery"].visible
    assert not parts["storage"].visible


def test_the_page_is_built_without_torch() -> None:
    code = "import sys, app, profile_studio.ui.app, profile_studio.ui.serving; print(sorted({'torch', 'diffusers', 'transformers'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
