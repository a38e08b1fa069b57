"""What a LoRA on all layers adds to a step of the starter's U-Net: by peft, and by the product's lean forward.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.lora_step [--rounds 40] [--batch-sizes 2,8] [--threads 1]

*bare* is the U-Net without a LoRA: forward, and backward to its input alone, since that is what a frozen U-Net costs
whoever trains something inside it. *peft* and *lean* have the style preset's LoRA and go back to its weights. Each round
takes a step of each, every second round the other way round. Prints one JSON object: of each batch size the median over
the rounds of how many times bare's processor time a step took, with the 95 % bootstrap interval of that median, and the
median milliseconds of processor time. Processor time counts what other programs take of the caches, not what they take
of the clock; the machine's load is printed beside it.

Seen on one thread beside a load of 9 to 14 on two cores, 20 rounds:

| batch | bare | peft / bare | lean / bare | lean by an `autograd.Function` / bare |
| --- | --- | --- | --- | --- |
| 2 | 139 ms | 1.63 (1.52-1.79) | 1.39 (1.27-1.48) | 1.54 (1.47-1.70), 16 rounds |
| 8 | 264 ms | 1.60 (1.55-1.73) | 1.35 (1.23-1.50) | 1.39 (1.32-1.45), 16 rounds |
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from profile_studio.base_models import find_base_model
from profile_studio.domain.presets import preset
from profile_studio.domain.training import AdapterKind
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning
from profile_studio.families.registry import load_family
from profile_studio.settings import Settings
from profile_studio.training.adapter import TrainedAdapter

WARM_UP_ROUNDS = 2
CPU = torch.device("cpu")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--batch-sizes", default="2,8")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    load = os.getloadavg()[0]
    rows = {size: measure(int(size), arguments.rounds) for size in arguments.batch_sizes.split(",")}
    facts = {"rounds": arguments.rounds, "threads": arguments.threads, "load": [load, os.getloadavg()[0]]}
    print(json.dumps({**facts, "batch sizes": rows}, indent=1))


def measure(batch_size: int, rounds: int) -> dict[str, object]:
    """The row of one batch size."""
    steps = training_steps(batch_size)
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(WARM_UP_ROUNDS + rounds):
        for name in list(steps)[:: -1 if number % 2 else 1]:
            started = time.process_time()
            steps[name]()
            seconds[name].append(time.process_time() - started)
    measured = {name: np.array(each[WARM_UP_ROUNDS:]) for name, each in seconds.items()}
    row: dict[str, object] = {
        f"{name}, ms": round(1000 * statistics.median(each), 1) for name, each in measured.items()
    }
    for name in ("peft", "lean"):
        ratios = measured[name] / measured["bare"]
        draws = np.random.RandomState(0).choice(ratios, (2000, rounds))
        low, high = np.quantile(np.median(draws, axis=1), (0.025, 0.975))
        row[f"{name} / bare"] = [round(float(value), 2) for value in (np.median(ratios), low, high)]
    return row


@dataclass(frozen=True)
class _Step:
    """Forward and backward of one U-Net, always of the same batch."""

    family: Family
    latents: Tensor
    timesteps: Tensor
    conditioning: Conditioning

    def __call__(self) -> None:
        self.family.predict(self.latents, self.timesteps, self.conditioning).square().mean().backward()
        self.family.parts["unet"].zero_grad()
        self.latents.grad = None


def training_steps(batch_size: int) -> Mapping[str, _Step]:
    """A step of each: `bare`, `peft` and `lean`."""
    base = find_base_model("starter", Settings())
    config = preset(AdapterKind.STYLE, "starter", "measured", "measured", n_images=20)
    generator = torch.Generator().manual_seed(0)
    timesteps = torch.randint(1000, (batch_size,), generator=generator)
    steps: dict[str, _Step] = {}
    for name in ("bare", "peft", "lean"):
        family = load_family(base, CPU, torch.float32)
        unet = family.parts["unet"].requires_grad_(False)
        if name != "bare":
            adapter = TrainedAdapter(family, config)
            adapter.load({key: torch.full_like(value, 0.01) for key, value in adapter.tensors().items()})
        if name == "peft":
            for module in unet.modules():
                module.__dict__.pop("forward", None)  # what the lean one was put over
        size = family.latent_shape(config.resolution, config.resolution)
        latents = torch.randn(batch_size, *size, generator=generator).to(memory_format=torch.channels_last)
        with torch.no_grad():
            conditioning = family.encode_prompts(["a person"] * batch_size)
        steps[name] = _Step(family, latents.requires_grad_(name == "bare"), timesteps, conditioning)
    return steps


if __name__ == "__main__":
    main()
