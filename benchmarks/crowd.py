"""Many people at once: how fast the page answers while everybody waits for a picture, and whether those come in turn.

    python -m benchmarks.crowd [--sessions 200] [--steps 8] [--seconds 600]

Each session opens the page, keeps its connection, looks at the status as often as the page tells it to, and has asked for
one picture. Prints one JSON object: seconds to the page itself and to the answers, how many pictures came, and how many
later ones overtook the one that was overtaken most (two are with the engine at once).
"""

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.live_lane import summary, wait_for_engine
from benchmarks.page_protocol import PageConfig, Window
from profile_studio.services.generation import GenerationService
from profile_studio.settings import Settings
from profile_studio.ui.page import POLL_INTERVAL_S
from tests.running_app import running_app

PATIENCE_S = 900.0


@dataclass
class Seen:
    """What all sessions saw, in seconds."""

    opened: list[float] = field(default_factory=list[float])
    answers: list[float] = field(default_factory=list[float])
    asked: list[int] = field(default_factory=list[int])
    made: list[int] = field(default_factory=list[int])


async def visit(number: int, client: httpx.AsyncClient, config: PageConfig, steps: int, seen: Seen) -> None:
    started = time.perf_counter()
    async with Window(client, config).opened() as window:
        seen.opened.append(time.perf_counter() - started)
        picture = asyncio.create_task(wait_for_picture(number, client, config, steps, seen))
        while not picture.done():
            for tick in config.at("tick"):
                started = time.perf_counter()
                await window.ask(tick, config.form(tick))
                seen.answers.append(time.perf_counter() - started)
            await asyncio.wait([picture], timeout=POLL_INTERVAL_S)
        await picture


async def wait_for_picture(number: int, client: httpx.AsyncClient, config: PageConfig, steps: int, seen: Seen) -> None:
    form = [f"portrait, number {number}", {}, "", number, steps, 4.0, "starter"]
    window = Window(client, config)
    event_id = await window.join(config.called("make_picture"), form)
    seen.asked.append(number)
    message = await window.answer(event_id)
    assert message["success"], message
    seen.made.append(number)


async def crowd(address: str, sessions: int, steps: int, seconds: float) -> Seen:
    config, seen = PageConfig.of(address), Seen()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S, limits=limits) as client:
        visits = [asyncio.create_task(visit(number, client, config, steps, seen)) for number in range(sessions)]
        done, waiting = await asyncio.wait(visits, timeout=seconds)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()
    return seen


def most_overtaken(seen: Seen) -> int:
    """By how many pictures that were asked for later a picture was overtaken, at most."""
    places = {number: place for place, number in enumerate(seen.asked)}
    finished = [places[number] for number in seen.made]
    return max((sum(earlier > place for earlier in finished[:at]) for at, place in enumerate(finished)), default=0)


def measure(sessions: int, steps: int, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with running_app(settings.home) as address:
            wait_for_engine(GenerationService(settings))
            seen = asyncio.run(crowd(address, sessions, steps, seconds))
    return {
        "sessions": sessions,
        "page_s": summary(tuple(seen.opened)),
        "answers": len(seen.answers),
        "answer_s": summary(tuple(seen.answers)),
        "pictures": len(seen.made),
        "most_overtaken": most_overtaken(seen),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.sessions, arguments.steps, arguments.seconds), indent=1))
