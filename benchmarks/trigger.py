"""What a trigger word does without its adapter, and what an adapter does without its trigger word.

    python -m benchmarks.trigger [--adapter pixel-art] [--example pixel-art] [--seeds 4] --out DIR

Draws the eight default prompts with each seed and prints one JSON object. Without the adapter: how far the trigger word
moves a picture from the one without it (judge's cosine distance, mean absolute pixel difference of 255), beside made-up
words, a filler word that the base knows, and another seed, which is a different picture altogether. With the adapter:
the gain in style similarity without the trigger word as a share of the gain with it. Intervals are 95 % bootstraps over
prompts, then seeds.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.trigger_words import prompt_with_trigger
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.lora_files import read_adapter
from profile_studio.metrics.features import Judge
from profile_studio.metrics.metric import Features
from profile_studio.metrics.scores import style_similarities
from profile_studio.metrics.uncertainty import mean_with_interval
from profile_studio.services.comparison import DEFAULT_PROMPTS
from profile_studio.settings import Settings

MADE_UP_WORDS = ("blorvik-style", "qanjet")
FILLER = "portrait"  # the base knows it, and it asks for nothing that the prompt does not say
_RESAMPLES = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adapter", default="pixel-art", help="name of a shipped LoRA, or a file")
    parser.add_argument("--example", default="pixel-art")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.adapter, arguments.example, arguments.seeds, arguments.out), indent=1))


def measure(adapter: str, example: str, seeds: int, out: Path) -> dict[str, object]:
    """Draws what is missing in `out`, and measures."""
    settings = Settings()
    file = Path(adapter) if adapter.endswith(".safetensors") else settings.shipped_loras_dir / f"{adapter}.safetensors"
    adapter_of_file = read_adapter(file)
    trigger = adapter_of_file.trigger_word
    chosen = WeightedAdapter(replace(adapter_of_file, trigger_word=""), 1.0)  # what is said is decided below
    words = {"trigger": trigger, **{f"made-up {word}": word for word in MADE_UP_WORDS}, "filler": FILLER}
    pipeline = StudioPipeline.load(find_base_model(STARTER, settings))
    plain = _draw(pipeline, "", None, seeds, out / "plain")
    worded = {name: _draw(pipeline, word, None, seeds, out / name.replace(" ", "-")) for name, word in words.items()}
    with_trigger = _draw(pipeline, trigger, chosen, seeds, out / f"{file.stem}-with-trigger")
    without = _draw(pipeline, "", chosen, seeds, out / f"{file.stem}-without-trigger")
    judge = Judge(settings.judge_dir)
    reference = judge.see(sorted((settings.examples_dir / example / "reference").glob("*.png")))
    seen = judge.see(plain)
    moved = {name: _moved(seen, judge.see(pictures), plain, pictures) for name, pictures in worded.items()}
    another_seed = [plain[index - index % seeds + (index + 1) % seeds] for index in range(len(plain))]
    moved["another seed"] = _moved(seen, judge.see(another_seed), plain, another_seed)
    floor = style_similarities(seen, reference)
    gains = [style_similarities(judge.see(pictures), reference) - floor for pictures in (with_trigger, without)]
    return {
        "n": len(plain),
        "trigger_word": trigger,
        "without_the_adapter_moved_by": moved,
        "gain_with_trigger": _estimate(gains[0]),
        "gain_without_trigger": _estimate(gains[1]),
        "share_of_the_gain_without_trigger": _ratio(gains[1], gains[0]),
        "judge": judge.encoder,
    }


def _draw(pipeline: StudioPipeline, word: str, adapter: WeightedAdapter | None, seeds: int, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{prompt}-{seed}.png" for prompt in range(len(DEFAULT_PROMPTS)) for seed in range(seeds)]
    for index, file in enumerate(files):
        if not file.exists():
            request = GenerationRequest(
                prompt=prompt_with_trigger(word, DEFAULT_PROMPTS[index // seeds]),
                adapters=(AdapterWeight(adapter_name=adapter.adapter.name, weight=adapter.weight),) if adapter else (),
                seed=index % seeds,
            )
            (drawn,) = pipeline.draw(request, [adapter] if adapter else [])
            drawn.image.save(file)
    return files


def _moved(seen: Features, other_seen: Features, pictures: list[Path], others: list[Path]) -> Mapping[str, list[float]]:
    pixels, other_pixels = _read(pictures), _read(others)
    return {
        "judge_distance": _estimate(1 - (seen * other_seen).sum(axis=1)),
        "pixel_difference": _estimate(np.abs(pixels - other_pixels).mean(axis=(1, 2, 3))),
    }


def _read(pictures: list[Path]) -> NDArray[np.float64]:
    return np.stack([np.asarray(Image.open(picture).convert("RGB"), dtype=np.float64) for picture in pictures])


def _estimate(values: NDArray[np.float64]) -> list[float]:
    """Value, low, high."""
    estimate = mean_with_interval(values, len(DEFAULT_PROMPTS))
    assert estimate.low is not None and estimate.high is not None
    return [round(number, 4) for number in (estimate.value, estimate.low, estimate.high)]


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> list[float]:
    """Mean of `part` over mean of `whole`, both of the same resampled pictures."""
    drawn = np.random.default_rng(0).integers(len(part), size=(_RESAMPLES, len(part)))
    low, high = np.percentile(part[drawn].mean(axis=1) / whole[drawn].mean(axis=1), [2.5, 97.5])
    return [round(float(number), 4) for number in (part.mean() / whole.mean(), low, high)]


if __name__ == "__main__":
    main()
