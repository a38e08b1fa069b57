"""What every test of the page needs."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

Made = TypeVar("Made")


@pytest.fixture(scope="session")
def in_a_loop() -> Callable[[Callable[[], Made]], Made]:
    """Runs what makes a `gr.Blocks` inside an event loop; outside of one Gradio makes loops that it never closes."""

    def run(make: Callable[[], Made]) -> Made:
        async def made() -> Made:
            return make()

        return asyncio.run(made())

    return run
