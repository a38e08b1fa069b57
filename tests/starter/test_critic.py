"""The critic that ships, and the stage that trains it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from profile_studio.metrics.critic import Critic
from profile_studio.settings import Settings
from profile_studio.starter import critic as critic_stage
from profile_studio.starter import faces
from profile_studio.starter.critic import restore_critic, train_critic
from profile_studio.starter.critic_numbers import auc, auc_with_interval
from profile_studio.starter.damage import DAMAGES, draw_pair
from profile_studio.starter.faces import FACE_STYLES
from profile_studio.starter.labelled import load_labelled
from profile_studio.starter.latents import fit_basis, save_basis
from profile_studio.starter.workspace import Workspace

BLINK_MINUTES = 0.01


@pytest.fixture(scope="module")
def critic() -> Critic:
    return Critic(Settings().critic_dir)


def saved(pictures: list[np.ndarray], folder: Path) -> list[Path]:
    paths = [folder / f"{index:03d}.png" for index in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture).save(path)
    return paths


@pytest.mark.parametrize("style", FACE_STYLES)
def test_intact_faces_score_above_broken_ones_within_a_style(critic: Critic, style: str, tmp_path: Path) -> None:
    pairs = [draw_pair(style, f"held-out-faces-test-{damage}", damage) for damage in DAMAGES]
    scores = critic.score(saved([picture for pair in pairs for picture in (pair.intact, pair.broken)], tmp_path))
    assert auc(scores[::2], scores[1::2]) >= 0.8


def test_the_critic_agrees_with_the_eye_on_real_failures(critic: Critic, tmp_path: Path) -> None:
    later = load_labelled("later")
    scores = critic.score(saved(list(later.pictures), tmp_path))
    assert auc(scores[~later.broken], scores[later.broken]) >= 0.7


def test_real_failures_are_sorted_without_leftovers() -> None:
    for name, count in (("early", 79), ("later", 102)):
        labelled = load_labelled(name)
        assert len(labelled.pictures) == len(labelled.broken) == count
        assert 0.4 < labelled.broken.mean() < 0.6


def test_auc_of_known_scores() -> None:
    low, high = np.array([0.1, 0.2]), np.array([0.8, 0.9])
    assert auc(high, low) == 1
    assert auc(low, high) == 0
    assert auc(low, low) == 0.5
    assert auc_with_interval([(high, low)]) == {"auc": 1, "low": 1, "high": 1, "n_intact": 2, "n_broken": 2}


@pytest.mark.slow
def test_a_second_slice_goes_on_with_the_first_ones_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(critic_stage, "SETTLING_BATCHES", 2)
    monkeypatch.setitem(faces.PAIRS_PER_STYLE, "faces", 4)
    monkeypatch.setitem(faces.PAIRS_PER_STYLE, "held-out-faces", 1)
    workspace = Workspace(tmp_path / "work", tmp_path / "assets", torch.device("cpu"))
    for name in faces.PAIRS_PER_STYLE:
        faces.draw_faces(workspace.renders, name)
    save_basis(fit_basis(faces.load_faces(workspace.renders, "faces").pictures), workspace.work / "basis.npz")
    train_critic(workspace, BLINK_MINUTES)
    _, first_step = restore_critic(workspace)
    train_critic(workspace, BLINK_MINUTES)
    critic, second_step = restore_critic(workspace)
    assert 0 < first_step < second_step
    assert critic.config.label2id == {"intact": 0, "broken": 1}
    assert (workspace.critic / "model.safetensors").stat().st_size <= 3 * 2**20
