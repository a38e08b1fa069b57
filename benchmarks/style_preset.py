"""Which starting values train the best style adapters on the starter, in equal time, on styles it never saw.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.style_preset --out DIR [--style avataaars] [--share 1] [--candidates NAME,...]

Trains each candidate on 24 drawings of a development style through the product's own training, as a stranger would who
writes no captions, for a share of the seconds that *Balanced* may take. The seconds are steps times what a step was
measured to take on two idle cores, so that a busy machine decides nothing. A third to a half of the candidates goes on to
a larger share. Prints one JSON object with a row for each, the base's first: the loss on 24 held-out drawings at eight
noise levels, and of sixteen pictures (the default prompts) the critic's score as a share of what it gives the held-out
drawings, and the similarity to them by the judge. DIR has a contact sheet of each, and is gone on from by a second run.

Seen on avataaars, one seed, n = 16 pictures; the held-out drawings' own critic's score is 0.825:

| candidate | share of the time | held-out loss | similarity, 95 % | critic |
| --- | --- | --- | --- | --- |
| base | | 0.656 | 0.15 (0.04-0.27) | 0.83 |
| 2-even, 325 steps | 0.25 | 0.369 | 0.30 (0.20-0.40) | 0.31 |
| 2-bold, 1300 steps | 1 | 0.367 | 0.37 (0.30-0.43) | 0.57 |

By eye most faces of the quarter are smears; of the whole 9 of 16 have clear eyes or glasses and a mouth, 4 faint ones, 3 none.
The other candidates and styles have not been run.

The development styles are DiceBear's; neither base nor judge nor critic has seen any of them.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.style_gain import UndisturbedContext, benchmark_job
from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.jobs import JobKind
from profile_studio.domain.noise import standard_normal
from profile_studio.domain.presets import preset
from profile_studio.domain.starter_size import SIDE_PX
from profile_studio.domain.starter_words import BACKGROUNDS
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning
from profile_studio.families.registry import load_family
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.lora_files import read_adapter, read_lora
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.features import Judge
from profile_studio.metrics.scores import style_similarities
from profile_studio.metrics.uncertainty import mean_with_interval
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.starter.portraits import contact_sheet, draw
from profile_studio.storage.database import Database
from profile_studio.worker.composition import train

DEVELOPMENT_STYLES = ("avataaars", "big-smile", "miniavs")
PICTURES = 24
SECONDS = 130.0  # of steps: the rest of three minutes goes to loading, samples and the check
STEP_SECONDS = {2: 0.100, 4: 0.165, 8: 0.300}
"""Of a batch size, on all layers, reckoned: a bare U-Net on two idle cores (73 and 223 ms) times the ratio that
`benchmarks/lora_step.py` finds; 4 lies between."""
NOISE_LEVELS = 8
COLUMNS = 8


@dataclass(frozen=True)
class Candidate:
    """What it changes of the style preset; scaling is 1 throughout (network_alpha = rank)."""

    batch_size: int
    learning_rate: float
    rank: int = 16


CANDIDATES: Mapping[str, Candidate] = {
    "2-bold": Candidate(2, 2e-3),
    "2-even": Candidate(2, 1e-3),
    "2-gentle": Candidate(2, 5e-4),
    "4-bold": Candidate(4, 2e-3),
    "4-even": Candidate(4, 1e-3),
    "8-bold": Candidate(8, 2e-3),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--style", default=DEVELOPMENT_STYLES[0], choices=DEVELOPMENT_STYLES)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--candidates", default=",".join(CANDIDATES))
    arguments = parser.parse_args()
    settings = Settings(home=arguments.out.resolve() / "home")
    settings.create_folders()
    database = Database(settings.resolved_database_url)
    database.upgrade()
    datasets = DatasetService(settings, database)
    if arguments.style not in {dataset.name for dataset in datasets.list()}:
        sources = _draw_style(arguments.style, arguments.out / arguments.style / "train")
        request = ImportRequest((sources,), arguments.style, trigger_word=arguments.style, held_out_fraction=0.0)
        datasets.import_sources(request)
    bench = _Bench(arguments.style, arguments.out / arguments.style, settings)
    bench.report("base", None)
    for name in arguments.candidates.split(","):
        config = _config(arguments.style, name, arguments.share)
        bench.report(config.adapter_name, _trained(config, arguments.out, settings))


def _config(style: str, name: str, share: float) -> LoraTrainingConfig:
    candidate = CANDIDATES[name]
    start = preset(AdapterKind.STYLE, STARTER, style, f"{style}-{name}-{round(100 * share)}", n_images=PICTURES)
    changes = {
        "num_train_steps": round(share * SECONDS / STEP_SECONDS[candidate.batch_size]),
        "batch_size": candidate.batch_size,
        "learning_rate": candidate.learning_rate,
        "rank": candidate.rank,
        "network_alpha": candidate.rank,
        "sample_every": 0,
        "checkpoint_every": 10_000,
    }
    return LoraTrainingConfig.model_validate({**start.model_dump(), **changes})


def _trained(config: LoraTrainingConfig, out: Path, settings: Settings) -> Path:
    file = settings.user_loras_dir / f"{config.adapter_name}.safetensors"
    if not file.exists():
        folder = out / "jobs" / config.adapter_name
        folder.mkdir(parents=True, exist_ok=True)
        train(config, UndisturbedContext(folder, benchmark_job(JobKind.TRAIN, config)), settings)
    return file


def _draw_style(style: str, folder: Path) -> Path:
    """Drawings of a style, on the grounds that the starter has words for; returns their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    grounds = list(BACKGROUNDS.values())
    for index in range(PICTURES):
        options: dict[str, str | int | float] = {
            "seed": f"{style}-{folder.name}-{index}",
            "backgroundColor": grounds[index % len(grounds)],
        }
        Image.fromarray(draw(style, options, SIDE_PX)).save(folder / f"{index:02d}.png")
    return folder


class _Bench:
    """Draws with an adapter, measures, and prints."""

    def __init__(self, style: str, folder: Path, settings: Settings) -> None:
        self._style = style
        self._folder = folder
        self._base = find_base_model(STARTER, settings)
        self._pipeline = StudioPipeline.load(self._base)
        self._judge, self._critic = Judge(settings.judge_dir), Critic(settings.critic_dir)
        self._held_out = sorted(_draw_style(style, folder / "held-out").glob("*.png"))
        self._reference = self._judge.see(self._held_out)

    def report(self, name: str, adapter: Path | None) -> None:
        pictures = self._drawn(name, adapter)
        similarity = mean_with_interval(style_similarities(self._judge.see(pictures), self._reference), len(pictures))
        faces = self._critic.score(pictures)
        real = self._critic.score(self._held_out)
        row = {
            "model": name,
            "n": len(pictures),
            "held_out_loss": round(self._held_out_loss(adapter), 4),
            "style_similarity": [similarity.value, similarity.low, similarity.high],
            "face_score": [round(float(faces.mean()), 3), round(float(faces.mean() / real.mean()), 3)],
            "face_score_of_held_out": round(float(real.mean()), 3),
        }
        print(json.dumps(row), flush=True)

    def _drawn(self, name: str, adapter: Path | None) -> list[Path]:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        chosen = [WeightedAdapter(read_adapter(adapter), 1.0)] if adapter else []
        files = [folder / f"{index:02d}.png" for index in range(len(DEFAULT_PROMPTS))]
        for index, (file, prompt) in enumerate(zip(files, DEFAULT_PROMPTS, strict=True)):
            if not file.exists():
                request = GenerationRequest(
                    prompt=prompt,
                    adapters=tuple(
                        AdapterWeight(adapter_name=each.adapter.name, weight=each.weight) for each in chosen
                    ),
                    seed=index,
                )
                (picture,) = self._pipeline.draw(request, chosen)
                picture.image.save(file)
        sheet = contact_sheet([np.asarray(Image.open(file).convert("RGB")) for file in files], COLUMNS)
        sheet.save(self._folder / f"{name}.png")
        return files

    @torch.no_grad()
    def _held_out_loss(self, adapter: Path | None) -> float:
        """Mean over held-out drawings and noise levels, unweighted, asked with the trigger word."""
        family = load_family(self._base, torch.device("cpu"), torch.float32)
        conditioning = family.encode_prompts([self._style] * PICTURES)
        pixels = np.stack(
            [np.asarray(Image.open(file).convert("RGB").resize((SIDE_PX, SIDE_PX))) for file in self._held_out]
        )
        latents = family.encode_pictures(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1)
        if adapter:
            attach_lora(family.parts, read_lora(adapter), "measured", adapter.name, STARTER)
            family.pipeline.set_adapters(["measured"])
        return float(torch.stack(list(self._losses(family, latents, conditioning))).mean())

    @staticmethod
    def _losses(family: Family, latents: torch.Tensor, conditioning: Conditioning) -> Iterator[torch.Tensor]:
        for level in range(NOISE_LEVELS):
            noise = torch.from_numpy(standard_normal((level,), tuple(latents.shape)))
            timesteps = family.noise_levels(torch.full((len(latents),), (level + 0.5) / NOISE_LEVELS))
            yield family.training_loss(latents, conditioning, noise, timesteps, None).mean()


if __name__ == "__main__":
    main()
