"""What a step of training and a picture of the starter take on one thread and on all, waiting asleep or awake.

    python -m benchmarks.threads [--rounds 4]

Each way runs in a process of its own, in turn, first alone and then beside one busy process. Prints one JSON object: the
median milliseconds of a training step (all layers, batch 2, lean forward) and of a picture of 20 steps.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import torch

from benchmarks.lora_step import training_steps
from profile_studio.base_models import find_base_model
from profile_studio.domain.generation import GenerationRequest
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.settings import Settings

WAYS = {
    "one thread": (1, "PASSIVE"),
    "all, asleep": (os.cpu_count() or 2, "PASSIVE"),
    "all, awake": (os.cpu_count() or 2, "ACTIVE"),
}
STEPS, PICTURES = 8, 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, help="Measures in this process.")
    arguments = parser.parse_args()
    if arguments.threads:
        print(json.dumps(_measured(arguments.threads)))
        return
    rows: dict[str, dict[str, dict[str, float]]] = {}
    for beside in ("alone", "beside a busy process"):
        # Awake beside another process a step takes seconds: nobody waits for that number.
        ways = [way for way, (_, policy) in WAYS.items() if beside == "alone" or policy == "PASSIVE"]
        seen: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        with ExitStack() as stack:
            if beside != "alone":
                busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
                stack.callback(busy.kill)
            for _ in range(arguments.rounds):
                for way in ways:
                    seen[way].append(_in_a_process(way))
        rows[beside] = {
            way: {what: round(statistics.median(each[what] for each in found)) for what in found[0]}
            for way, found in seen.items()
        }
    print(json.dumps({"rounds": arguments.rounds, "ms": rows}, indent=1))


def _in_a_process(way: str) -> dict[str, float]:
    threads, policy = WAYS[way]
    command = [sys.executable, "-m", "benchmarks.threads", "--threads", str(threads)]
    done = subprocess.run(
        command, env={**os.environ, "OMP_WAIT_POLICY": policy}, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _measured(threads: int) -> dict[str, float]:
    step = training_steps(2)["lean"]
    pipeline = StudioPipeline.load(find_base_model("starter", Settings()))
    torch.set_num_threads(threads)
    request = GenerationRequest(prompt="portrait, red hair")
    return {
        "training step": _median_ms(step, STEPS),
        "picture": _median_ms(lambda: list(pipeline.draw(request, [])), PICTURES),
    }


def _median_ms(work: Callable[[], object], times: int) -> float:
    work()
    taken: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


if __name__ == "__main__":
    main()
