"""A picture asked for while a training runs, against the same picture on an idle studio, in one run.

    python -m benchmarks.picture_during_training

Prints one JSON object: medians and 95th percentiles in seconds, the length of a training step, and the bar: 1.5 x the
idle median plus one step.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.live_lane import click, summary, wait_for_engine
from profile_studio.domain.jobs import JobStatus
from profile_studio.domain.presets import preset
from profile_studio.domain.training import AdapterKind
from profile_studio.jobs.processes import end, start, worker_command
from profile_studio.services.generation import GenerationService
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings

CLICKS = 10
FIRST_STEP = 5  # by then the training is warm
TRAINING_START_S = 180.0
LEAVE_S = 25.0


def wait_for_step(studio: Studio, job_id: str, step: int) -> None:
    deadline = time.monotonic() + TRAINING_START_S
    while time.monotonic() < deadline:
        job = studio.jobs.get(job_id)
        if job.status is JobStatus.RUNNING and job.step >= step:
            return
        if job.status.is_finished:
            raise RuntimeError(f"The training ended: {job.error}")
        time.sleep(0.2)
    raise RuntimeError("The training did not start.")


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        studio = Studio.open(settings)
        dataset = studio.datasets.import_example("pixel-art").dataset
        supervisor = start(worker_command("supervise"), settings, settings.run_dir / "supervisor.log")
        try:
            service = GenerationService(settings)
            wait_for_engine(service)
            click(service, 0)
            idle = [click(service, seed)[1] for seed in range(CLICKS)]
            config = preset(AdapterKind.STYLE, "starter", dataset.name, "measured", len(dataset.training_images))
            job = studio.training.submit(config)
            wait_for_step(studio, job.id, FIRST_STEP)
            during = [click(service, seed)[1] for seed in range(CLICKS)]
            before, began = studio.jobs.get(job.id).step, time.monotonic()
            wait_for_step(studio, job.id, before + 20)
            step_s = (time.monotonic() - began) / max(studio.jobs.get(job.id).step - before, 1)
            studio.jobs.cancel(job.id)
        finally:
            end(supervisor, leave_s=LEAVE_S)
    bar_s = 1.5 * statistics.median(idle) + step_s
    return {
        "clicks": CLICKS,
        "idle_s": summary(tuple(idle)),
        "during_training_s": summary(tuple(during)),
        "training_step_s": round(step_s, 3),
        "bar_s": round(bar_s, 2),
        "share_within_bar": sum(seconds <= bar_s for seconds in during) / CLICKS,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
