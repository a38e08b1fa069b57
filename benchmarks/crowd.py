"""Many people at once: how fast the page answers while everybody waits for a picture, and whether those come in turn.

    python -m benchmarks.crowd [--sessions 200] [--steps 8] [--seconds 600]

Each session opens the page, keeps its connection, asks for news as often as the page tells it to, and has asked for one
picture. It looks at the trainings each time, as where Train is open and one goes on. Prints one JSON object: seconds to the
page itself, to the news and to the answers, processor time of the page's process, how many pictures came, and how many
overtook the one that was overtaken most: asked for after that one was in line, and written before it (two are with the
engine at once).
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.live_lane import summary, wait_for_engine
from benchmarks.page_memory import process_of
from benchmarks.page_protocol import PageConfig, Window
from profile_studio.files.pictures import latest_pictures, read_recipe
from profile_studio.services.generation import GenerationService
from profile_studio.settings import Settings
from profile_studio.ui.page import Part
from tests.running_app import running_app

PATIENCE_S = 900.0
IDLE_CONNECTION_S = (
    2.0  # the server closes them after 5; a browser asks again where that was at the same moment, httpx fails
)


@dataclass
class Seen:
    """What all sessions saw, in seconds."""

    opened: list[float] = field(default_factory=list[float])
    news: list[float] = field(default_factory=list[float])
    answers: list[float] = field(default_factory=list[float])
    asked: dict[int, float] = field(default_factory=dict[int, float])
    in_line: dict[int, float] = field(default_factory=dict[int, float])


async def visit(number: int, client: httpx.AsyncClient, config: PageConfig, steps: int, seen: Seen) -> None:
    started = time.perf_counter()
    async with Window(client, config).opened() as window:
        seen.opened.append(time.perf_counter() - started)
        picture = asyncio.create_task(wait_for_picture(number, client, config, steps, seen))
        look = config.look(Part.TRAININGS)
        try:
            while not picture.done():
                started = time.perf_counter()
                interval_s = await window.hear_news()
                seen.news.append(time.perf_counter() - started)
                started = time.perf_counter()
                await window.ask(look, config.form(look))
                seen.answers.append(time.perf_counter() - started)
                await asyncio.wait([picture], timeout=interval_s)
            await picture
        finally:
            picture.cancel()


async def wait_for_picture(number: int, client: httpx.AsyncClient, config: PageConfig, steps: int, seen: Seen) -> None:
    form = [f"portrait, number {number}", {}, "", number, steps, 4.0, "starter"]
    window = Window(client, config)
    seen.asked[number] = time.perf_counter()
    event_id = await window.join(config.called("make_picture"), form)
    seen.in_line[number] = time.perf_counter()
    message = await window.answer(event_id)
    assert message["success"], message


async def crowd(address: str, sessions: int, steps: int, seconds: float) -> Seen:
    config, seen = PageConfig.of(address), Seen()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=IDLE_CONNECTION_S)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S, limits=limits) as client:
        visits = [asyncio.create_task(visit(number, client, config, steps, seen)) for number in range(sessions)]
        done, waiting = await asyncio.wait(visits, timeout=seconds)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for task in done:
            task.result()
    return seen


def drawn(settings: Settings) -> list[int]:
    """The sessions whose pictures were made, in that order; each has its number as seed."""
    files = sorted(latest_pictures(settings.pictures_dir), key=lambda file: file.stat().st_mtime_ns)
    return [read_recipe(file).seed for file in files]


def most_overtaken(seen: Seen, made: Sequence[int]) -> int:
    """By how many pictures that were asked for when it was in line already a picture was overtaken, at most."""
    return max(
        (sum(seen.asked[other] > seen.in_line[number] for other in made[:at]) for at, number in enumerate(made)),
        default=0,
    )


def measure(sessions: int, steps: int, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        with running_app(settings.home) as address:
            wait_for_engine(GenerationService(settings))
            web = process_of(settings)
            before = web.cpu_times()
            seen = asyncio.run(crowd(address, sessions, steps, seconds))
            after = web.cpu_times()
        made = [number for number in drawn(settings) if number in seen.in_line]
    return {
        "sessions": sessions,
        "page_s": summary(tuple(seen.opened)),
        "news_s": summary(tuple(seen.news)),
        "answers": len(seen.answers),
        "answer_s": summary(tuple(seen.answers)),
        "page_processor_s": round(after.user + after.system - before.user - before.system, 1),
        "pictures": len(made),
        "most_overtaken": most_overtaken(seen, made),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600.0)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.sessions, arguments.steps, arguments.seconds), indent=1))
