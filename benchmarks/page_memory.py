"""What the page's process keeps of those who called it: programs with a session each, and a page that is reloaded.

    python -m benchmarks.page_memory [--callers 1000] [--reloads 200]

Starts a studio on a home of its own with a picture in it. Prints one JSON object: resident memory in MB at first,
after the callers, and after the reloads.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

import httpx
import psutil
from PIL import Image

from benchmarks.page_protocol import PageConfig, Window
from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.files.pictures import write_picture
from profile_studio.jobs.presence import web_presence
from profile_studio.settings import Settings
from tests.running_app import running_app
from tests.waiting import wait_until

PATIENCE_S = 120.0


async def call(address: str, callers: int) -> None:
    config = PageConfig.of(address)
    listener = config.called("list_adapters")
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        for _ in range(callers):
            await Window(client, config).ask(listener, config.form(listener))


async def reload(address: str, reloads: int) -> None:
    config = PageConfig.of(address)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        for _ in range(reloads):
            async with Window(client, config).opened() as window:
                await window.first_look()


def process_of(settings: Settings) -> psutil.Process:
    """The page's process; it says who it is when the page is up."""
    presence = web_presence(settings.run_dir)
    wait_until(lambda: "pid" in presence.facts())
    return psutil.Process(int(presence.facts()["pid"]))


def measure(callers: int, reloads: int) -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        settings.create_folders()
        recipe = PictureRecipe(request=GenerationRequest(prompt="portrait"), seed=1, base_hash="", versions={})
        write_picture(settings.pictures_dir, Image.effect_noise((256, 256), 60).convert("RGB"), recipe)
        with running_app(settings.home, "--no-worker") as address:
            web = process_of(settings)
            asyncio.run(call(address, 1))  # whatever is loaded or made once
            asyncio.run(reload(address, 1))
            at_first = web.memory_info().rss
            asyncio.run(call(address, callers))
            after_callers = web.memory_info().rss
            asyncio.run(reload(address, reloads))
            after_reloads = web.memory_info().rss
    return {
        "callers": callers,
        "reloads": reloads,
        "at_first_mb": at_first // 10**6,
        "after_callers_mb": after_callers // 10**6,
        "after_reloads_mb": after_reloads // 10**6,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--callers", type=int, default=1000)
    parser.add_argument("--reloads", type=int, default=200)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.callers, arguments.reloads), indent=1))
