"""How well the shipped critic tells intact faces from broken ones: on held-out drawings, and on real failures."""

import random
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from profile_studio.starter.critic import INTACT, restore_critic
from profile_studio.starter.damage import DAMAGES
from profile_studio.starter.faces import FACE_STYLES, Faces, draw_faces, load_faces
from profile_studio.starter.harmless import redraw
from profile_studio.starter.labelled import load_labelled
from profile_studio.starter.latents import to_pixels
from profile_studio.starter.workspace import Workspace

Scores = NDArray[np.float64]

_RESAMPLES = 1000
_BATCH = 64


def auc(intact: Scores, broken: Scores) -> float:
    """How often an intact face scores above a broken one; ties count half.

    Source: Hanley and McNeil 1982.
    """
    return float(_wins(intact, broken).mean())


def auc_with_interval(groups: Sequence[tuple[Scores, Scores]]) -> dict[str, float | int]:
    """The mean AUC over groups, each of intact and broken scores, with its 95 % bootstrap interval."""
    generator = np.random.default_rng(0)
    resampled = np.zeros(_RESAMPLES)
    for intact, broken in groups:
        wins = _wins(intact, broken)
        for index in range(_RESAMPLES):
            rows, columns = (generator.integers(side, size=side) for side in wins.shape)
            resampled[index] += wins[rows][:, columns].mean() / len(groups)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return {
        "auc": round(float(np.mean([auc(*group) for group in groups])), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "n_intact": sum(len(intact) for intact, _ in groups),
        "n_broken": sum(len(broken) for _, broken in groups),
    }


def mean_score(scores: Scores) -> dict[str, float | int]:
    """The mean with its 95 % normal interval."""
    error = 1.96 * scores.std(ddof=1) / np.sqrt(len(scores))
    mean = float(scores.mean())
    return {"mean": round(mean, 4), "low": round(mean - error, 4), "high": round(mean + error, 4), "n": len(scores)}


def critic_numbers(workspace: Workspace) -> dict[str, object]:
    """AUC within each style, of each damage and on real failures, and what intact faces score by style and skin."""
    draw_faces(workspace.renders, "held-out-faces")
    held_out = load_faces(workspace.renders, "held-out-faces")
    later = load_labelled("later")
    rng = random.Random(0)
    redrawn = Faces(np.stack([redraw(picture, rng) for picture in held_out.pictures]), held_out.facts)
    scores, redrawn_scores, later_scores = (_score(workspace, faces) for faces in (held_out, redrawn, later))
    skins = sorted({one.skin for one in held_out.facts if one.skin})
    return {
        "auc_within_style": {style: auc_with_interval([_split(held_out, scores, style)]) for style in FACE_STYLES},
        "auc_within_style_redrawn": {
            style: auc_with_interval([_split(held_out, redrawn_scores, style)]) for style in FACE_STYLES
        },
        "auc_of_damage": {
            damage: auc_with_interval([_split(held_out, scores, style, damage) for style in FACE_STYLES])
            for damage in DAMAGES
        },
        "auc_on_real_failures": auc_with_interval([(later_scores[~later.broken], later_scores[later.broken])]),
        "intact_score_by_style": {style: mean_score(_split(held_out, scores, style)[0]) for style in FACE_STYLES},
        "intact_score_by_skin": {
            skin: mean_score(
                np.array(
                    [
                        score
                        for score, one in zip(scores, held_out.facts, strict=True)
                        if one.skin == skin and one.damage is None
                    ]
                )
            )
            for skin in skins
        },
    }


def _wins(intact: Scores, broken: Scores) -> NDArray[np.float64]:
    return (intact[:, None] > broken[None]) + 0.5 * (intact[:, None] == broken[None])


def _split(faces: Faces, scores: Scores, style: str, damage: str | None = None) -> tuple[Scores, Scores]:
    """Scores of a style's intact faces, and of its broken ones, all or those of one damage."""
    of_style = [(one, score) for one, score in zip(faces.facts, scores, strict=True) if one.style == style]
    intact = [score for one, score in of_style if one.damage is None]
    broken = [score for one, score in of_style if one.damage and damage in (None, one.damage)]
    return np.array(intact), np.array(broken)


@torch.inference_mode()
def _score(workspace: Workspace, faces: Faces) -> Scores:
    """Probability of an intact face, shape (count,)."""
    critic, _ = restore_critic(workspace)
    critic.eval()
    shares = [
        critic(pixel_values=to_pixels(faces.pictures[start : start + _BATCH], workspace.device)).logits.softmax(dim=1)
        for start in range(0, len(faces.facts), _BATCH)
    ]
    return torch.cat(shares)[:, INTACT].double().cpu().numpy()
