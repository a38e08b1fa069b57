"""From the click to the first preview, and to the finished picture of 20 steps, on the warm starter.

    python -m benchmarks.live_lane

Starts an engine of its own in an empty home and prints one JSON object; seconds as the page sees them.
"""

import json
import tempfile
import time
from pathlib import Path

from profile_studio.domain.generation import GenerationRequest
from profile_studio.jobs.processes import end, start, worker_command
from profile_studio.services.generation import GenerationService, PictureEvent, PreviewEvent
from profile_studio.settings import Settings

CLICKS = 30
WARM_UP_CLICKS = 2
ENGINE_START_S = 120.0
PROMPT = "cartoon portrait, red hair++, glasses, smiling, blue background"


def measure(clicks: int = CLICKS) -> dict[str, object]:
    """Median and 95th percentile of both waits, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        settings.create_folders()
        engine = start(worker_command("engine"), settings, settings.run_dir / "engine.log")
        try:
            service = GenerationService(settings)
            wait_for_engine(service)
            for seed in range(WARM_UP_CLICKS):
                click(service, seed)
            waits = [click(service, seed) for seed in range(clicks)]
        finally:
            end(engine, leave_s=10.0)
    first_previews, pictures = zip(*waits, strict=True)
    return {"clicks": clicks, "first_preview_s": summary(first_previews), "picture_of_20_steps_s": summary(pictures)}


def click(service: GenerationService, seed: int) -> tuple[float, float]:
    """Seconds to the first preview, and to the picture; a new prompt each time, so that no embedding is remembered."""
    request = GenerationRequest(prompt=f"{PROMPT}, number {seed}", seed=seed, num_inference_steps=20)
    clicked_at = time.perf_counter()
    first_preview_s = picture_s = 0.0
    for event in service.generate(request):
        if isinstance(event, PreviewEvent) and not first_preview_s:
            first_preview_s = time.perf_counter() - clicked_at
        if isinstance(event, PictureEvent):
            picture_s = time.perf_counter() - clicked_at
    return first_preview_s, picture_s


def wait_for_engine(service: GenerationService) -> None:
    """Waits until the engine answers; it may still load its model."""
    deadline = time.monotonic() + ENGINE_START_S
    while not service.engine_is_running():
        if time.monotonic() > deadline:
            raise TimeoutError("the engine did not start")
        time.sleep(0.1)


def summary(seconds: tuple[float, ...]) -> dict[str, float]:
    """Median and 95th percentile (the value that 95 % of the clicks do not exceed)."""
    ordered = sorted(seconds)
    rank = -(-95 * len(ordered) // 100)
    return {"median": round(ordered[len(ordered) // 2], 3), "p95": round(ordered[rank - 1], 3)}


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
