"""Steps a second and memory of our training beside diffusers' script, and beside that script with everything cached.

    python -m benchmarks.training PATH/TO/train_text_to_image_lora.py [--rounds 7] [--steps 60]

On the starter and the example *pixel-art*: attention, rank 16, batch 8, fp32. `benchmarks/official_script.py` says where
the script comes from. Each round runs each once, in a process of its own whose idle threads sleep, every second round the
other way round. *cached* is the same script whose VAE and text encoder remember what they were asked before. Prints one
JSON object: the median time of a step after the first ten as steps a second, the peak of the process's memory, and of each
round how many times as fast ours was, with the median and both ends over all rounds.

The script's pictures lie in memory, ready cut, so that it reads faster than it would with `datasets`; it clips no gradient
(see benchmarks/script_parity.py), ours does.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image

from benchmarks.style_gain import UndisturbedContext, benchmark_job
from profile_studio.domain.jobs import JobKind, ProgressReport
from profile_studio.domain.presets import preset
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.settings import REPOSITORY_ROOT, Settings

RANK, BATCH_SIZE, LEARNING_RATE = 16, 8, 1e-4
WARM_UP_STEPS = 10
EXAMPLE = "pixel-art"
CONTENDERS = ("ours", "official", "cached")


def compare(script: Path, rounds: int, steps: int) -> dict[str, object]:
    """The numbers of all rounds and what they come to."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for number in range(rounds):
        for name in CONTENDERS[:: -1 if number % 2 else 1]:
            measured[name].append(_in_a_process(name, script, steps))
    result: dict[str, object] = {"rounds": measured}
    for name in ("official", "cached"):
        pairs = zip(measured["ours"], measured[name], strict=True)
        times = sorted(ours["steps_per_second"] / theirs["steps_per_second"] for ours, theirs in pairs)
        result[f"times as fast as {name}"] = {
            "median": round(statistics.median(times), 2),
            "lowest": round(times[0], 2),
            "highest": round(times[-1], 2),
        }
    return result


def _in_a_process(name: str, script: Path, steps: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.training", str(script), "--steps", str(steps), "--only", name]
    done = subprocess.run(command, env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(name: str, script: Path, steps: int) -> dict[str, float]:
    """Trains in this process and says how fast, and with how much memory."""
    ends: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        if name == "ours":
            _train_ours(Settings(home=Path(home)), steps, ends)
        else:
            _train_theirs(script, steps, ends, is_cached=name == "cached")
    seconds = [end - begin for begin, end in pairwise(ends)][WARM_UP_STEPS - 1 :]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "steps_per_second": round(1 / statistics.median(seconds), 3),
        "peak_mb": round(peak / (2**20 if sys.platform == "darwin" else 2**10)),
        **_gpu_memory(),
    }


def _gpu_memory() -> dict[str, float]:
    import torch

    if not torch.cuda.is_available():
        return {}
    return {"peak_gpu_mb": round(torch.cuda.max_memory_allocated() / 2**20)}


class _TimedContext(UndisturbedContext):
    """Notes when a step ended."""

    ends: list[float]

    def report(self, progress: ProgressReport) -> None:
        if progress.losses:
            self.ends.append(time.perf_counter())


def _train_ours(settings: Settings, steps: int, ends: list[float]) -> None:
    from profile_studio.services.datasets import DatasetService
    from profile_studio.storage.database import Database
    from profile_studio.worker.composition import train

    settings.create_folders()
    database = Database(settings.resolved_database_url)
    database.upgrade()
    dataset = DatasetService(settings, database).import_example(EXAMPLE).dataset
    start = preset(AdapterKind.STYLE, "starter", dataset.name, "measured", len(dataset.training_images))
    changes = {
        "targets": Targets.ATTENTION,
        "rank": RANK,
        "network_alpha": RANK,
        "batch_size": BATCH_SIZE,
        "learning_rate": LEARNING_RATE,
        "num_train_steps": steps,
        "sample_every": 0,
        "checkpoint_every": 10_000,
    }
    config = LoraTrainingConfig.model_validate({**start.model_dump(), **changes})
    folder = settings.resolved_home / "job"
    folder.mkdir()
    context = _TimedContext(folder, benchmark_job(JobKind.TRAIN, config))
    context.ends = ends
    train(config, context, settings)


def _train_theirs(script: Path, steps: int, ends: list[float], *, is_cached: bool) -> None:
    from accelerate import Accelerator
    from diffusers import AutoencoderKL
    from transformers import CLIPTextModel

    from benchmarks.official_script import Example, run_script
    from profile_studio.domain.starter_size import SIDE_PX

    examples: list[Example] = []
    for path in sorted((REPOSITORY_ROOT / "assets" / "examples" / EXAMPLE / "train").glob("*.png")):
        with Image.open(path) as picture:
            square = picture.convert("RGB").resize((SIDE_PX, SIDE_PX))
        examples.append((square, path.with_suffix(".txt").read_text(encoding="utf-8")))
    with (
        patch.object(Accelerator, "log", lambda *_arguments, **_options: ends.append(time.perf_counter())),
        patch.object(AutoencoderKL, "encode", _remembered_latents(AutoencoderKL.encode, is_cached)),
        patch.object(CLIPTextModel, "__call__", _remembered_embeds(CLIPTextModel.__call__, is_cached)),
    ):
        run_script(
            script,
            str(Settings().starter_dir),
            examples,
            rank=RANK,
            learning_rate=LEARNING_RATE,
            train_batch_size=BATCH_SIZE,
            max_train_steps=steps,
            checkpointing_steps=10_000,
        )


def _remembered_latents(encode: Callable[..., Any], is_cached: bool) -> Callable[..., Any]:
    """`encode`, or one that asks the VAE once a picture and keeps mean and deviation."""
    import torch
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution
    from diffusers.models.modeling_outputs import AutoencoderKLOutput

    known: dict[float, Any] = {}

    def remembering(vae: Any, pictures: torch.Tensor) -> AutoencoderKLOutput:
        keys = pictures.sum(dim=(1, 2, 3)).tolist()
        for key, picture in zip(keys, pictures, strict=True):
            if key not in known:
                known[key] = encode(vae, picture[None]).latent_dist.parameters[0]
        return AutoencoderKLOutput(DiagonalGaussianDistribution(torch.stack([known[key] for key in keys])))

    return remembering if is_cached else encode


def _remembered_embeds(encode: Callable[..., Any], is_cached: bool) -> Callable[..., Any]:
    """`encode`, or one that asks the text encoder once a caption."""
    import torch

    known: dict[tuple[int, ...], Any] = {}

    def remembering(text_encoder: Any, tokens: torch.Tensor, **options: Any) -> tuple[torch.Tensor]:
        keys = [tuple(row) for row in tokens.tolist()]
        for key, row in zip(keys, tokens, strict=True):
            if key not in known:
                known[key] = encode(text_encoder, row[None], **options)[0][0]
        return (torch.stack([known[key] for key in keys]),)

    return remembering if is_cached else encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("script", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--only", choices=CONTENDERS, help="one training in this process")
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(measure(arguments.only, arguments.script, arguments.steps)))
    else:
        print(json.dumps(compare(arguments.script, arguments.rounds, arguments.steps), indent=1))


if __name__ == "__main__":
    main()
