"""The page as it answers requests, in this process and without a socket."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from gradio.routes import App

from profile_studio.services.studio import Studio
from profile_studio.ui.app import build
from profile_studio.ui.serving import launch_options


@asynccontextmanager
async def served_page(studio: Studio) -> AsyncGenerator[tuple[App, httpx.AsyncClient]]:
    """Gradio's app, and somebody who asks it."""
    app = App.create_app(build(studio), app_kwargs=launch_options(studio, "127.0.0.1")["app_kwargs"])
    app.middleware_stack = app.build_middleware_stack()  # as the first message of a server does
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", timeout=60.0)
    async with app.router.lifespan_context(app), client:
        await client.get("/gradio_api/startup-events")
        try:
            yield app, client
        finally:
            app.get_blocks()._queue.close()


async def call(client: httpx.AsyncClient, name: str, session: str, *form: Any) -> httpx.Response:
    """Queues a call for programs."""
    return await client.post(f"/gradio_api/call/{name}", json={"data": form, "session_hash": session})


async def press_make(app: App, client: httpx.AsyncClient, session: str) -> None:
    """Asks for a picture as a browser does: the button's listener, then the one that its answer calls."""
    listeners = app.get_blocks().fns.values()
    button = next(each for each in app.get_blocks().blocks.values() if each.elem_id == "make")
    asks = next(each for each in listeners if (button._id, "click") in each.targets)
    draws = next(each for each in listeners if each.name == "draws" and each.page == asks.page)
    for listener in (asks, draws):
        form = [None if component.stateful else getattr(component, "value", None) for component in listener.inputs]
        event = {"fn_index": listener._id, "data": form, "session_hash": session}
        queued = await client.post("/gradio_api/queue/join", json=event)
        while listener is asks and queued.json()["event_id"] in app.get_blocks()._queue.event_ids_to_events:
            await asyncio.sleep(0.01)


async def answer(client: httpx.AsyncClient, name: str, queued: httpx.Response) -> str:
    """Waits for what was queued; the last event as Gradio streams it."""
    return (await client.get(f"/gradio_api/call/{name}/{queued.json()['event_id']}")).text
