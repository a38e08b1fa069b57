"""What a browser and a program say to the page's process, without a browser: for benchmarks of many callers."""

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from profile_studio.ui.page import Part

Listener = dict[str, Any]


@dataclass(frozen=True)
class PageConfig:
    """What Gradio tells a browser about the page: its components' first values, and its listeners."""

    values: dict[int, Any]
    listeners: dict[int, Listener]
    parts: dict[Part, int]
    """The components that hold what a window was told last."""

    @classmethod
    def of(cls, address: str) -> "PageConfig":
        config = httpx.get(f"{address.rstrip('/')}/config", timeout=60).raise_for_status().json()
        values = {part["id"]: part["props"].get("value") for part in config["components"]}
        named = {part["props"].get("label"): part["id"] for part in config["components"]}
        listeners = {listener["id"]: listener for listener in config["dependencies"]}
        return cls(values, listeners, {part: named[part] for part in Part})

    def called(self, name: str) -> Listener:
        """The listener behind a call for programs."""
        return next(each for each in self.listeners.values() if each["api_name"] == name)

    def at(self, event: str) -> list[Listener]:
        """Listeners of an event that run in the page's process."""
        return [
            each
            for each in self.listeners.values()
            if each["backend_fn"] and any(name == event for _, name in each["targets"])
        ]

    def look(self, part: Part) -> Listener:
        """The listener that looks at the rows where a part is news."""
        return next(each for each in self.listeners.values() if [self.parts[part], "change"] in each["targets"])

    def after(self, listener: Listener) -> Iterator[Listener]:
        """The listeners that follow one."""
        return (each for each in self.listeners.values() if each["trigger_after"] == listener["id"])

    def form(self, listener: Listener) -> list[Any]:
        """Its inputs as the untouched page has them."""
        return [self.values.get(component) for component in listener["inputs"]]


class Window:
    """One session: a page that was opened, or a program that calls."""

    def __init__(self, client: httpx.AsyncClient, config: PageConfig) -> None:
        self._client = client
        self._config = config
        self.session_hash = secrets.token_hex(6)

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["Window"]:
        """Loads the page and keeps its connection, as a browser does until its window closes."""
        (await self._client.get("./", headers={"accept-language": "en"})).raise_for_status()
        async with self._client.stream("GET", f"gradio_api/heartbeat/{self.session_hash}") as heartbeat:
            await anext(heartbeat.aiter_bytes())
            yield self

    async def hear_news(self) -> float:
        """Asks what is new; returns after how many seconds to ask again."""
        *_, interval_s = (await self._client.get("news/en")).raise_for_status().json()
        return interval_s

    async def first_look(self) -> None:
        """What a page asks for when it is shown, one after the other."""
        listeners = self._config.at("load")
        while listeners:
            listener = listeners.pop(0)
            await self.ask(listener, self._config.form(listener))
            listeners += self._config.after(listener)

    async def ask(self, listener: Listener, form: list[Any]) -> dict[str, Any]:
        """Queues an event and returns its last message.

        Raises:
            httpx.HTTPStatusError: it was refused.
        """
        return await self.answer(await self.join(listener, form))

    async def join(self, listener: Listener, form: list[Any]) -> str:
        """Queues an event and returns its id.

        Raises:
            httpx.HTTPStatusError: it was refused.
        """
        body = {"fn_index": listener["id"], "data": form, "session_hash": self.session_hash}
        answer = (await self._client.post("gradio_api/queue/join", json=body)).raise_for_status()
        return answer.json()["event_id"]

    async def answer(self, event_id: str) -> dict[str, Any]:
        """The last message of an event that was queued."""
        parameters = {"session_hash": self.session_hash}
        async with self._client.stream("GET", "gradio_api/queue/data", params=parameters) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data: ")) if line else {}
                if message.get("msg") == "process_completed" and message["event_id"] == event_id:
                    return message
        raise ConnectionError("the page ended the stream")
