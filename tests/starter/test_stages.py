"""Every stage goes on from where it stopped."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from profile_studio.starter import workspace as workspace_module
from profile_studio.starter.render import Plan, load_split, render_split
from profile_studio.starter.text import restore_text, train_text
from profile_studio.starter.variants import BASE
from profile_studio.starter.workspace import Pace, Workspace, replace_folder

BLINK_MINUTES = 0.02


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "work", tmp_path / "assets", torch.device("cpu"))


def test_renders_are_drawn_once(workspace: Workspace) -> None:
    render_split(workspace.renders, "base", Plan(tuple(BASE), 2), processes=1)
    written = (workspace.renders / "base.npy").stat().st_mtime_ns
    render_split(workspace.renders, "base", Plan(tuple(BASE), 2), processes=1)
    split = load_split(workspace.renders, "base")
    assert (workspace.renders / "base.npy").stat().st_mtime_ns == written
    assert split.pictures.shape == (10, 128, 128, 3)
    assert [shown.style for shown in split.attributes] == list(BASE) * 2


@pytest.mark.slow
def test_a_second_slice_of_training_goes_on_with_the_first_ones_weights(workspace: Workspace) -> None:
    render_split(workspace.renders, "base", Plan(tuple(BASE), 40), processes=1)
    train_text(workspace, BLINK_MINUTES)
    _, first, first_step = restore_text(workspace)
    train_text(workspace, BLINK_MINUTES)
    _, second, second_step = restore_text(workspace)
    assert 0 < first_step < second_step
    assert any(not torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_without_a_checkpoint_training_goes_on_from_the_shipped_weights(workspace: Workspace) -> None:
    render_split(workspace.renders, "base", Plan(tuple(BASE), 4), processes=1)
    _, encoder, _ = restore_text(workspace)
    with torch.no_grad():
        encoder.final_layer_norm.weight.fill_(0.5)
    encoder.save_pretrained(workspace.starter / "text_encoder")
    _, restored, step = restore_text(workspace)
    assert step == 0
    assert float(restored.final_layer_norm.weight.mean().detach()) == 0.5


def test_a_pace_warms_up_and_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([100, 100, 110, 120, 130, 145, 160])
    monkeypatch.setattr(workspace_module, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    paced = list(Pace(minutes=1.0, peak_lr=1.0, warmup_steps=4).steps(first_step=7))
    assert [step for step, _ in paced] == [7, 8, 9, 10, 11]
    assert [lr for _, lr in paced] == pytest.approx([0.25, 0.5, 0.75, 1.0, 0.5])


def test_replacing_a_folder_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    for name in ("new", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text("x")
    replace_folder(tmp_path / "new", tmp_path / "target")
    assert [path.name for path in tmp_path.rglob("*")] == ["target", "new.txt"]
