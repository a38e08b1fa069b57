"""Measures the shipped starter, judge and critic on held-out seeds; writes ``metrics.json`` and the contact sheet."""

import json
import logging
import math
import random
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from numpy.typing import NDArray
from PIL import Image

from profile_studio.captioning.starter import StarterCaptioner
from profile_studio.domain.starter_words import BACKGROUNDS, SEEN_ATTRIBUTES, STYLES
from profile_studio.metrics.critic import Critic
from profile_studio.metrics.distances import kernel_distance
from profile_studio.starter.bars import bars, table
from profile_studio.starter.captions import hair_phrase
from profile_studio.starter.critic_numbers import critic_numbers
from profile_studio.starter.decoder_numbers import decoder_numbers
from profile_studio.starter.judge import (
    QUESTIONS,
    picture_embeddings,
    restore_judge,
    short_token_ids,
    text_embeddings,
)
from profile_studio.starter.latents import halved, to_pixels
from profile_studio.starter.portraits import Attributes, contact_sheet
from profile_studio.starter.render import Split, load_split
from profile_studio.starter.workspace import Workspace

log = logging.getLogger(__name__)

PROMPTED = 256
UNPROMPTED = 32
STEPS = 20
GUIDANCE = 4.0
CORNER_PX = 16
REAL_PAIRS = 50
_BATCH = 16


@dataclass(frozen=True)
class Share:
    """How often something was right, with its 95 % interval."""

    right: int
    n: int
    share: float
    low: float
    high: float


def wilson(right: int, n: int) -> Share:
    """Source: Wilson 1927, the score interval at z = 1.96."""
    z2 = 1.96**2
    share = right / n
    centre, spread = share + z2 / (2 * n), 1.96 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Share(
        right,
        n,
        round(share, 4),
        round((centre - spread) / (1 + z2 / n), 4),
        round((centre + spread) / (1 + z2 / n), 4),
    )


def cielab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB in [0, 1] to CIELAB (D65), last axis of three.

    Source: IEC 61966-2-1 and CIE 15.
    """
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    matrix = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = linear @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def background_name(picture: NDArray[np.uint8]) -> str:
    """The named background nearest to the median colour of the two top corners."""
    corners = np.concatenate(
        [picture[:CORNER_PX, :CORNER_PX].reshape(-1, 3), picture[:CORNER_PX, -CORNER_PX:].reshape(-1, 3)]
    )
    named = np.array([[int(colour[start : start + 2], 16) for start in (1, 3, 5)] for colour in BACKGROUNDS.values()])
    distances = np.linalg.norm(cielab(named / 255) - cielab(np.median(corners, axis=0) / 255), axis=-1)
    return list(BACKGROUNDS)[int(distances.argmin())]


def plain_prompt(shown: Attributes) -> str:
    """One fixed wording that names every attribute: what a person who read the chips would type."""
    hair = hair_phrase(shown.hair, shown.hair_colour, random.Random(0)) if shown.hair else None
    shirt = f"{shown.shirt} shirt" if shown.shirt else None
    beard = shown.facial_hair if shown.facial_hair != "no beard" else None
    parts = (f"{STYLES[shown.style]} portrait of a person", hair, shown.glasses, beard, shown.mood, shown.skin, shirt)
    return ", ".join([*(part for part in parts if part), f"{shown.background} background"])


def generate(pipeline: StableDiffusionPipeline, prompts: Sequence[str], first_seed: int) -> list[NDArray[np.uint8]]:
    """One picture per prompt, seeded one by one so that a batch's size changes nothing."""
    pictures: list[NDArray[np.uint8]] = []
    for start in range(0, len(prompts), _BATCH):
        batch = list(prompts[start : start + _BATCH])
        generators = [torch.Generator().manual_seed(first_seed + start + index) for index in range(len(batch))]
        made = pipeline(
            batch,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE,
            generator=generators,
            output_type="np",
        )
        pictures.extend((made.images * 255).round().astype(np.uint8))
    return pictures


def _judge_answers(
    workspace: Workspace, pictures: Sequence[NDArray[np.uint8]], shown: Sequence[Attributes]
) -> dict[str, Share]:
    """Per attribute, how often the judge finds the true answer nearest, among the pictures that have one."""
    tokenizer, judge, _ = restore_judge(workspace)
    judge.eval()
    embedded = torch.cat(
        [picture_embeddings(judge, chunk) for chunk in to_pixels(np.stack(list(pictures)), workspace.device).split(100)]
    )
    shares: dict[str, Share] = {}
    for attribute, answers in QUESTIONS.items():
        phrases = [SEEN_ATTRIBUTES[attribute][answer] for answer in answers]
        texts = text_embeddings(judge, short_token_ids(tokenizer, phrases).to(workspace.device))
        chosen = (embedded @ texts.T).argmax(dim=1).tolist()
        truths = [(answers[answer], getattr(one, attribute)) for answer, one in zip(chosen, shown, strict=True)]
        known = [(answer, truth) for answer, truth in truths if truth is not None]
        shares[attribute] = wilson(sum(answer == truth for answer, truth in known), len(known))
        if attribute == "glasses":
            worn = [(answer != "no glasses") == (truth != "no glasses") for answer, truth in known]
            shares["glasses_or_none"] = wilson(sum(worn), len(worn))
    return shares


@contextmanager
def _on_disk(pictures: Sequence[NDArray[np.uint8]]) -> Generator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{index:04d}.png" for index in range(len(pictures))]
        for file, picture in zip(files, pictures, strict=True):
            Image.fromarray(picture).save(file)
        yield files


def _intact_faces(workspace: Workspace, pictures: Sequence[NDArray[np.uint8]]) -> tuple[Share, float]:
    """How many pictures the critic calls intact rather than broken, and its mean score."""
    with _on_disk(pictures) as files:
        scores = Critic(workspace.critic, str(workspace.device)).score(files)
    return wilson(int((scores > 0.5).sum()), len(scores)), round(float(scores.mean()), 4)


def _captioner_answers(workspace: Workspace, split: Split) -> dict[str, dict[str, Any]]:
    """Per attribute: in how many of the pictures that show it the captioner names it, and how often it is right then."""
    with _on_disk(list(split.pictures)) as files:
        answers = StarterCaptioner(workspace.judge, str(workspace.device)).answers(files)
    numbers: dict[str, dict[str, Any]] = {}
    for attribute in SEEN_ATTRIBUTES:
        truths = [
            (told.get(attribute), getattr(one, attribute)) for told, one in zip(answers, split.attributes, strict=True)
        ]
        shown = [(answer, truth) for answer, truth in truths if truth is not None]
        named = [(answer, truth) for answer, truth in shown if answer is not None]
        right = wilson(sum(answer == truth for answer, truth in named), len(named))
        numbers[attribute] = {"shown": len(shown), **asdict(right)}
    return numbers


def _judge_distance(
    workspace: Workspace, pictures: Sequence[NDArray[np.uint8]], real: NDArray[np.uint8]
) -> dict[str, float | int]:
    """Unbiased kernel distance of generated to held-out renders, and what it is between two sets of renders.

    Between two real sets it scatters around 0, so the yardstick is its root mean square over random disjoint pairs. The
    generated pictures are held against renders of other prompts than theirs, or they would be nearer than chance.
    """
    _, judge, _ = restore_judge(workspace)
    judge.eval()

    def see(shown: NDArray[np.uint8]) -> NDArray[np.float64]:
        chunks = to_pixels(shown, workspace.device).split(100)
        return torch.cat([picture_embeddings(judge, chunk) for chunk in chunks]).double().cpu().numpy()

    n = len(pictures)
    generated, renders = see(np.stack(list(pictures))), see(real)
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(renders)) for _ in range(REAL_PAIRS)]
    among_real = [kernel_distance(renders[order[:n]], renders[order[n : 2 * n]]) for order in orders]
    yardstick = float(np.sqrt(np.mean(np.square(among_real))))
    distance = kernel_distance(generated, renders[n : 2 * n])
    return {
        "n": n,
        "generated_to_real": round(distance, 6),
        "real_to_real_rms": round(yardstick, 6),
        "multiple": round(distance / yardstick, 2),
    }


def run(workspace: Workspace) -> None:
    """Writes ``metrics.json`` of starter and critic and the starter's contact sheet; logs the table of bars."""
    pipeline = StableDiffusionPipeline.from_pretrained(workspace.starter, torch_dtype=torch.float32).to(
        workspace.device
    )
    pipeline.set_progress_bar_config(disable=True)
    for part in (pipeline.unet, pipeline.vae):
        part.to(memory_format=torch.channels_last)
    split = load_split(workspace.renders, "held-out-base")
    shown = split.attributes[:PROMPTED]
    with torch.inference_mode():
        prompted = generate(pipeline, [plain_prompt(one) for one in shown], first_seed=0)
        unprompted = generate(pipeline, [""] * UNPROMPTED, first_seed=10_000)
        decoder = decoder_numbers(pipeline.vae, workspace, prompted)
        small = list(halved(np.stack(prompted)))
        judged = _judge_answers(workspace, small, shown)
        judge_itself = _judge_answers(workspace, list(split.pictures), split.attributes)
        intact, mean_score = _intact_faces(workspace, prompted)
        distance = _judge_distance(workspace, small, split.pictures)
    backgrounds = wilson(
        sum(background_name(picture) == one.background for picture, one in zip(prompted, shown, strict=True)),
        len(shown),
    )
    metrics: dict[str, Any] = {
        "decoder": decoder,
        "sampling": {"steps": STEPS, "guidance": GUIDANCE, "scheduler": "DDIM"},
        "background_nearest_of_ten": asdict(backgrounds),
        "generated_as_prompted_by_judge": {name: asdict(share) for name, share in judged.items()},
        "judge_on_held_out_renders": {name: asdict(share) for name, share in judge_itself.items()},
        "intact_faces_by_critic": {**asdict(intact), "mean_score": mean_score},
        "judge_distance": distance,
        "captioner_on_held_out_renders": _captioner_answers(workspace, split),
    }
    lines = bars(metrics)
    metrics["bars"] = [{**asdict(line), "verdict": line.verdict} for line in lines]
    (workspace.starter / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    sheet = contact_sheet([*unprompted, *prompted[:32]], columns=8)
    sheet.save(workspace.starter / "contact_sheet.webp", quality=70, method=6)
    log.info("the starter against its bars:\n%s", table(lines))
    (workspace.critic / "metrics.json").write_text(json.dumps(critic_numbers(workspace), indent=2) + "\n")
