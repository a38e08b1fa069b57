"""Which starting values train the best style adapters on the starter, on styles that nobody tuned for.

    python -m benchmarks.style_preset --out DIR [--styles voxel-art,watercolor] [--candidates NAME,...] [--seeds 2]

Trains every candidate on every style's 32 example pictures through the product's own training, draws the eight default
prompts with each seed, and prints one JSON object with a row for each: the share of the way from the base's pictures to
the style's 64 reference pictures, by the judge; how often the judge finds the asked background and hair colour; and the
share of near copies of training pictures. The pictures lie in DIR to be looked at; a second run goes on from them.

Seen on voxel art with the first starter and its first judge, n = 16 pictures each (8 prompts, 2 seeds), 95 % intervals:

| candidate | share of the way | background | hair colour | near copies |
| --- | --- | --- | --- | --- |
| base | 0 | 16/16 | 11/14 | 1/16 |
| long-bold (2e-3, 300 steps) | 0.39 [-0.05, 0.83] | 6/16 | 11/14 | 2/16 |
| half-bold (2e-3, 150 steps) | 0.15 [-0.48, 0.86] | 8/16 | 7/14 | 1/16 |
| half (1e-3, 150 steps) | 0.23 [-0.33, 0.84] | 8/16 | 8/14 | 1/16 |

The judge cannot tell the candidates apart on so few pictures; the eye can: long-bold draws the
cleanest blocks, eyes and mouths, half the most smeared. It became the preset; all lose the background's colour. Not compared yet: long, attention only, other ranks, and watercolour.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.style_gain import UndisturbedContext, benchmark_job
from profile_studio.domain.comparison import BASE, ComparisonConfig, parse_model_spec
from profile_studio.domain.jobs import JobKind
from profile_studio.domain.presets import preset
from profile_studio.domain.starter_words import BACKGROUNDS, HAIR_COLOURS
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig
from profile_studio.metrics.features import Judge
from profile_studio.metrics.metric import Features
from profile_studio.metrics.scores import copies, style_similarities
from profile_studio.metrics.uncertainty import mean_with_interval, share_with_interval
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.references import style_reference
from profile_studio.worker.composition import compare, train

CANDIDATES: Mapping[str, Mapping[str, object]] = {
    "long": {"learning_rate": 1e-3, "num_train_steps": 300, "rank": 16, "targets": "all"},
    "long-bold": {"learning_rate": 2e-3, "num_train_steps": 300, "rank": 16, "targets": "all"},
    "half": {"learning_rate": 1e-3, "num_train_steps": 150, "rank": 16, "targets": "all"},
    "half-bold": {"learning_rate": 2e-3, "num_train_steps": 150, "rank": 16, "targets": "all"},
    "half-attention": {"learning_rate": 2e-3, "num_train_steps": 150, "rank": 16, "targets": "attention"},
    "half-conv": {"learning_rate": 2e-3, "num_train_steps": 150, "rank": 8, "targets": "attention+conv"},
    "long-gentle": {"learning_rate": 5e-4, "num_train_steps": 300, "rank": 16, "targets": "all"},
    "half-wide": {"learning_rate": 1e-3, "num_train_steps": 150, "rank": 32, "targets": "all"},
}
"""Name to what it changes of the style preset; scaling is 1 throughout (network_alpha = rank)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--styles", default="voxel-art,watercolor")
    parser.add_argument("--candidates", default=",".join(CANDIDATES))
    parser.add_argument("--seeds", type=int, default=2)
    arguments = parser.parse_args()
    settings = Settings(home=arguments.out.resolve() / "home")
    settings.create_folders()
    Database(settings.resolved_database_url).upgrade()
    rows = [
        {"style": style, **row}
        for style in arguments.styles.split(",")
        for row in measure_style(style, arguments.candidates.split(","), arguments.seeds, arguments.out, settings)
    ]
    print(json.dumps({"rows": rows}, indent=1))


def measure_style(
    style: str, candidates: list[str], seeds: int, out: Path, settings: Settings
) -> list[dict[str, object]]:
    """The rows of one style, the base's first."""
    database = Database(settings.resolved_database_url)
    datasets = DatasetService(settings, database)
    if style not in {dataset.name for dataset in datasets.list()}:
        datasets.import_example(style)
    seconds = {name: _train(_config(style, name), out, settings) for name in candidates}
    models = tuple(f"{style}-{name}" for name in candidates)
    specs = (BASE, *(parse_model_spec(model) for model in models))
    config = ComparisonConfig(models=specs, dataset=style, prompts=DEFAULT_PROMPTS, seeds=seeds)
    job = benchmark_job(JobKind.COMPARE, config)
    compare(config, UndisturbedContext(out / style, job), settings)
    judge = Judge(settings.judge_dir)
    pictures = style_reference(style, settings, DatasetRepository(database, settings.datasets_dir))
    reference, training = judge.see(pictures.reference), judge.see(pictures.training)
    seen = {model: judge.see(sorted((out / style / "pictures" / model).glob("*.png"))) for model in ("base", *models)}
    floor = style_similarities(seen["base"], reference)
    way = float(style_similarities(reference, reference).mean() - floor.mean())
    rows: list[dict[str, object]] = []
    for model, features in seen.items():
        gain = mean_with_interval((style_similarities(features, reference) - floor) / way, len(DEFAULT_PROMPTS))
        rows.append(
            {
                "model": model,
                "n": len(features),
                "share_of_the_way": [gain.value, gain.low, gain.high],
                "background": _share_right(features, judge, "background", list(BACKGROUNDS), seeds),
                "hair_colour": _share_right(features, judge, "hair", list(HAIR_COLOURS), seeds),
                "near_copies": _share(copies(features, training) > 0),
                "seconds": seconds.get(model.removeprefix(f"{style}-")),
            }
        )
    return rows


def _config(style: str, candidate: str) -> LoraTrainingConfig:
    changes = CANDIDATES[candidate]
    start = preset(AdapterKind.STYLE, "starter", style, f"{style}-{candidate}", n_images=32)
    quiet = {"network_alpha": changes["rank"], "sample_every": 0, "checkpoint_every": 10_000}
    return LoraTrainingConfig.model_validate({**start.model_dump(), **quiet, **changes})


def _train(config: LoraTrainingConfig, out: Path, settings: Settings) -> float | None:
    """Seconds of its steps; None if it was trained before."""
    if (settings.user_loras_dir / f"{config.adapter_name}.safetensors").exists():
        return None
    folder = out / "jobs" / config.adapter_name
    folder.mkdir(parents=True, exist_ok=True)
    result = train(config, UndisturbedContext(folder, benchmark_job(JobKind.TRAIN, config)), settings)
    seconds = result["seconds_training"]
    assert isinstance(seconds, float)
    return seconds


def _share_right(features: Features, judge: Judge, noun: str, words: list[str], seeds: int) -> list[float | None]:
    """How often the judge finds the asked word nearest, among the prompts that ask for one."""
    texts = judge.read([f"{word} {noun}" for word in words])
    answers = np.repeat([_asked(prompt, noun, words) for prompt in DEFAULT_PROMPTS], seeds)
    asked = answers >= 0
    return _share((features @ texts.T).argmax(axis=1)[asked] == answers[asked])


def _asked(prompt: str, noun: str, words: list[str]) -> int:
    part = next(
        (part for part in prompt.split(", ") if noun in part or (noun == "hair" and _HAIR & set(part.split()))), ""
    )
    return next((index for index, word in enumerate(words) if word in part.split()), -1)


_HAIR = {"bob", "ponytail"}  # hair that a prompt names without the word


def _share(right: NDArray[np.bool_]) -> list[float | None]:
    share = share_with_interval(int(right.sum()), len(right))
    return [share.value, share.low, share.high]


if __name__ == "__main__":
    main()
