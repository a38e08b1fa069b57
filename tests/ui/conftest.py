"""What every test of the page needs."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_gradio() -> Iterator[None]:
    """Gradio makes an event loop where there is none and never closes it; here it finds one that we close."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
