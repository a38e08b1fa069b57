"""Writes what the judge and the critic see in pictures of the starter: the equal models of the A/A test.

    python -m benchmarks.starter_features [--seeds 12] [--pictures DIR]

Draws the page's prompts with each seed by the base alone and writes `tests/metrics/data/starter_features.npz`. Whatever
a study finds between models that are drawn from one prompt's pictures is chance.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.generation import GenerationRequest
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.features import Judge
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.settings import REPOSITORY_ROOT, Settings

EXAMPLE = "pixel-art"
TARGET = REPOSITORY_ROOT / "tests" / "metrics" / "data" / "starter_features.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--pictures", type=Path, help="kept there; a second run goes on from them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        write_features(arguments.seeds, arguments.pictures or Path(temporary))


def write_features(seeds: int, folder: Path) -> None:
    """Rows are in prompt-seed order."""
    settings = Settings()
    folder.mkdir(parents=True, exist_ok=True)
    pictures = draw(seeds, folder, settings)
    judge, critic = Judge(settings.judge_dir), Critic(settings.critic_dir)
    example = settings.examples_dir / EXAMPLE
    seen = {
        "pictures": judge.see(pictures),
        "texts": judge.read(DEFAULT_PROMPTS),
        "reference": judge.see(sorted((example / "reference").glob("*.png"))),
        "training": judge.see(sorted((example / "train").glob("*.png"))),
        "faces": critic.score(pictures),
    }
    np.savez_compressed(TARGET, **{name: values.astype(np.float16) for name, values in seen.items()})


def draw(seeds: int, folder: Path, settings: Settings) -> list[Path]:
    """The base's pictures, in prompt-seed order."""
    config = ComparisonConfig(models=("base",), prompts=DEFAULT_PROMPTS)
    pipeline = StudioPipeline.load(find_base_model(STARTER, settings))
    paths: list[Path] = []
    for index, prompt in enumerate(DEFAULT_PROMPTS):
        for seed in range(seeds):
            path = folder / f"prompt-{index:03d}-seed-{seed:02d}.png"
            paths.append(path)
            if path.is_file():
                continue
            request = GenerationRequest(
                prompt=prompt,
                num_inference_steps=config.num_inference_steps,
                guidance_scale=config.guidance_scale,
                seed=seed,
            )
            (drawn,) = pipeline.draw(request, [])
            drawn.image.save(path)
    return paths


if __name__ == "__main__":
    main()
