"""What every test of the page needs."""

import asyncio
import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

import gradio as gr
import pytest
from gradio.routes import App
from starlette.testclient import TestClient

from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.serving import empty_uploads, launch_options

Made = TypeVar("Made")


@pytest.fixture(scope="session")
def in_a_loop() -> Callable[[Callable[[], Made]], Made]:
    """Runs what makes a `gr.Blocks` inside an event loop; outside of one Gradio makes loops that it never closes."""

    def run(make: Callable[[], Made]) -> Made:
        async def made() -> Made:
            return make()

        return asyncio.run(made())

    return run


@pytest.fixture(scope="session")
def serves(
    in_a_loop: Callable[[Callable[[], App]], App], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., TestClient]]:
    """A browser at an address, before a small page of Gradio that is served as the studio serves its own."""
    home = tmp_path_factory.mktemp("served") / "home"
    studio = Studio.open(Settings(home=home))
    empty_uploads(studio.settings)

    @functools.cache
    def browser(address: str, **settings: object) -> TestClient:
        configured = replace(studio, settings=Settings.model_validate({"home": home, **settings}))
        options = launch_options(configured, "127.0.0.1")

        def made() -> App:
            with gr.Blocks() as blocks:
                gr.File(file_count="multiple").change(str, gr.File(file_count="multiple"), gr.Text())
            blocks.theme, blocks.auth_message = options["theme"], options["auth_message"]
            blocks.auth = [options["auth"]] if options["auth"] else None
            blocks.allowed_paths, blocks.blocked_paths = options["allowed_paths"], options["blocked_paths"]
            blocks.max_file_size = 1_000_000
            return App.create_app(blocks, app_kwargs=options["app_kwargs"], strict_cors=options["strict_cors"])

        app = in_a_loop(made)
        with TestClient(app, address, follow_redirects=False):  # it starts in this block
            return TestClient(app, address, follow_redirects=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(studio.settings.uploads_dir))  # as app.py does
        yield browser
