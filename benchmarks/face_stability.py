"""What the face-stability adapter gives back when style adapters bend faces, and what it costs in style.

    python -m benchmarks.face_stability [--styles pixel-art,cutouts,watercolor] [--count 64] [--out docs]

For each style at weight 1.2 and 1.5 and each position of the face slider it draws the same prompts from the same seeds,
and measures with the critic how intact the faces are and with the judge how much of the style's gain over the base is
kept. Skin tones are equally frequent among the prompts. Writes ``face-stability.json`` and the plot
``face-stability.webp`` and prints the table. Intervals are 95 %, from a bootstrap over pictures; differences are paired.
The pictures are drawn in bfloat16 where the processor has it, which a person cannot see.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from profile_studio.base_models import find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.starter_words import BACKGROUNDS, GLASSES, HAIR_COLOURS, MOODS, SHIRT_COLOURS, SKIN_TONES
from profile_studio.domain.trigger_words import prompt_with_trigger
from profile_studio.families import pick_device
from profile_studio.families.registry import load_family
from profile_studio.inference.adapters import AdapterRack
from profile_studio.lora_files import read_adapter
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.features import Judge
from profile_studio.metrics.scores import style_similarities
from profile_studio.settings import Settings

FACE = "face-stability"
STYLE_WEIGHTS = (1.2, 1.5)
FACE_WEIGHTS = (0.0, 0.25, 0.5, 0.75, 1.0)
NUM_INFERENCE_STEPS = 20
GUIDANCE_SCALE = 4.0
BATCH = 16
RESAMPLES = 2000

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Point:
    """One position of both sliders.

    Attributes:
        intact: the critic's score, mean over the pictures.
        intact_gain: paired difference to the face slider at 0.
        style_kept: share of the style's gain over the base that is left; 1 at the face slider's 0.
        intact_by_skin: the critic's score for each skin tone of the prompts.
    """

    style: str
    style_weight: float
    face_weight: float
    n: int
    intact: Interval
    intact_gain: Interval
    style_kept: Interval
    intact_by_skin: dict[str, float]


def bootstrap(values: Numbers, statistic: str = "mean") -> Interval:
    """Percentile bootstrap over the last axis' entries; for ``ratio``, ``values`` has shape (2, n): sums are divided."""
    rng = np.random.default_rng(0)
    drawn = rng.integers(values.shape[-1], size=(RESAMPLES, values.shape[-1]))
    if statistic == "ratio":
        value = values[0].sum() / values[1].sum()
        resampled = values[0][drawn].sum(axis=1) / values[1][drawn].sum(axis=1)
    else:
        value, resampled = values.mean(), values[drawn].mean(axis=1)
    low, high = np.percentile(resampled, (2.5, 97.5))
    return Interval(*(round(float(number), 4) for number in (value, low, high)))


def prompts(count: int) -> tuple[list[str], list[str]]:
    """Prompts without a style word, and the skin tone of each; tones are equally frequent."""
    rng = np.random.default_rng(1)
    tones = list(itertools.islice(itertools.cycle(SKIN_TONES), count))
    lengths = ("short", "long", "curly", "spiky")
    texts = [
        ", ".join(
            [
                "portrait of a person",
                f"{rng.choice(lengths)} {rng.choice(list(HAIR_COLOURS))} hair",
                str(rng.choice(GLASSES)),
                str(rng.choice(MOODS)),
                tone,
                f"{rng.choice(list(SHIRT_COLOURS))} shirt",
                f"{rng.choice(list(BACKGROUNDS))} background",
            ]
        )
        for tone in tones
    ]
    return texts, tones


class Studio:
    """The starter with the shipped adapters, drawing in batches."""

    def __init__(self, settings: Settings) -> None:
        base = find_base_model("starter", settings)
        self._settings = settings
        family = load_family(base, pick_device(), torch.float32)
        self._pipeline = family.pipeline
        self._rack = AdapterRack(family)

    def draw(self, texts: Sequence[str], weights: dict[str, float], folder: Path) -> list[Path]:
        """One picture per text, seeded by its number."""
        folder.mkdir(parents=True, exist_ok=True)
        self._rack.attach([WeightedAdapter(read_adapter(self._path(name)), weight) for name, weight in weights.items()])
        files: list[Path] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            generators = [torch.Generator().manual_seed(start + index) for index in range(len(batch))]
            with torch.inference_mode(), torch.autocast(self._pipeline.device.type, torch.bfloat16):
                made = self._pipeline(
                    batch,
                    num_inference_steps=NUM_INFERENCE_STEPS,
                    guidance_scale=GUIDANCE_SCALE,
                    generator=generators,
                    output_type="pil",
                )
            for image in made.images:
                files.append(folder / f"{len(files):03d}.png")
                image.save(files[-1])
        return files

    def trigger_word(self, style: str) -> str:
        return read_adapter(self._path(style)).trigger_word

    def _path(self, name: str) -> Path:
        return self._settings.shipped_loras_dir / f"{name}.safetensors"


def measure(styles: Sequence[str], count: int, folder: Path) -> Iterator[Point]:
    """All points, style after style; pictures stay in ``folder``."""
    settings = Settings()
    studio, critic, judge = Studio(settings), Critic(settings.critic_dir), Judge(settings.judge_dir)
    texts, tones = prompts(count)
    base = judge.see(studio.draw(texts, {}, folder / "base"))
    for style in styles:
        reference = judge.see(sorted((settings.examples_dir / style / "reference").glob("*.png")))
        base_similarity = style_similarities(base, reference)
        called = [prompt_with_trigger(studio.trigger_word(style), text) for text in texts]
        for style_weight in STYLE_WEIGHTS:
            intact_alone = gain_alone = np.zeros(0)
            for face_weight in FACE_WEIGHTS:
                weights = {style: style_weight, FACE: face_weight}
                pictures = studio.draw(called, weights, folder / f"{style}-{style_weight}-{face_weight}")
                intact = critic.score(pictures)
                gain = style_similarities(judge.see(pictures), reference) - base_similarity
                if face_weight == 0:
                    intact_alone, gain_alone = intact, gain
                by_skin = {
                    tone: round(
                        float(np.mean([score for score, own in zip(intact, tones, strict=True) if own == tone])), 4
                    )
                    for tone in SKIN_TONES
                }
                yield Point(
                    style,
                    style_weight,
                    face_weight,
                    count,
                    bootstrap(intact),
                    bootstrap(intact - intact_alone),
                    bootstrap(np.stack([gain, gain_alone]), "ratio"),
                    by_skin,
                )


def verdicts(points: Sequence[Point]) -> dict[str, object]:
    """The bars: the score rises to the slider's end, at least half of the style stays, skin tones differ by at most 0.05."""
    ends = [point for point in points if point.face_weight == FACE_WEIGHTS[-1]]
    by_skin = {tone: float(np.mean([point.intact_by_skin[tone] for point in ends])) for tone in SKIN_TONES}
    steps = list(itertools.pairwise(points))
    return {
        "rises_at_every_step": all(
            after.intact.value >= before.intact.value
            for before, after in steps
            if after.face_weight > before.face_weight
        ),
        "gain_is_sure_at_the_end": all(point.intact_gain.low > 0 for point in ends),
        "style_kept_above_half": all(point.style_kept.value > 0.5 for point in ends),
        "intact_by_skin_at_the_end": {tone: round(score, 4) for tone, score in by_skin.items()},
        "skin_tones_within_0.05": max(by_skin.values()) - min(by_skin.values()) <= 0.05,
    }


def plot(points: Sequence[Point], file: Path) -> None:
    """Two rows of curves, one column a style."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    styles = list(dict.fromkeys(point.style for point in points))
    figure, axes = pyplot.subplots(
        2, len(styles), figsize=(3.4 * len(styles), 5.4), sharex=True, sharey="row", squeeze=False
    )
    for column, style in enumerate(styles):
        for colour, style_weight in zip(("#4f46e5", "#e0713c"), STYLE_WEIGHTS, strict=True):
            curve = [point for point in points if (point.style, point.style_weight) == (style, style_weight)]
            positions = [point.face_weight for point in curve]
            for row, values in enumerate(([point.intact for point in curve], [point.style_kept for point in curve])):
                panel = axes[row][column]
                panel.plot(
                    positions, [value.value for value in values], "o-", color=colour, label=f"style at {style_weight}"
                )
                panel.fill_between(
                    positions,
                    [value.low for value in values],
                    [value.high for value in values],
                    color=colour,
                    alpha=0.15,
                )
                panel.grid(alpha=0.25)
                panel.spines[["top", "right"]].set_visible(False)
        axes[0][column].set_title(style)
        axes[1][column].axhline(0.5, color="gray", linestyle="--", linewidth=1)
        axes[1][column].set_xlabel("steady face slider")
    axes[0][0].set_ylabel("intact faces (critic)")
    axes[1][0].set_ylabel("share of the style kept")
    axes[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=110)


def strip(folder: Path, style: str, file: Path, pictures: int = 8) -> None:
    """The first pictures of a style at its highest weight, one row a position of the face slider."""
    rows = [
        sorted((folder / f"{style}-{STYLE_WEIGHTS[-1]}-{weight}").glob("*.png"))[:pictures] for weight in FACE_WEIGHTS
    ]
    side = Image.open(rows[0][0]).width
    sheet = Image.new("RGB", (pictures * side, len(rows) * side))
    for row, files in enumerate(rows):
        for column, picture in enumerate(files):
            sheet.paste(Image.open(picture), (column * side, row * side))
    sheet.quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--styles", default="pixel-art,cutouts,watercolor")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    arguments = parser.parse_args()
    styles = arguments.styles.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        points: list[Point] = []
        for point in measure(styles, arguments.count, Path(temporary)):
            points.append(point)
            print(json.dumps(asdict(point)), flush=True)
        result = {"points": [asdict(point) for point in points], "verdicts": verdicts(points)}
        (arguments.out / "face-stability.json").write_text(json.dumps(result, indent=1) + "\n")
        plot(points, arguments.out / "face-stability.webp")
        for style in styles:
            strip(Path(temporary), style, arguments.out / f"face-stability-{style}.png")
        print(json.dumps(result["verdicts"], indent=1))


if __name__ == "__main__":
    main()
