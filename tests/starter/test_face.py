"""The face-stability adapter is trained on balanced pictures, beside frozen styles made for the same starter."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.domain.training import AdapterKind
from profile_studio.lora_files import read_adapter
from profile_studio.settings import REPOSITORY_ROOT
from profile_studio.starter.face import NAME, balanced_order, train_face
from profile_studio.starter.portraits import Attributes
from profile_studio.starter.render import Plan, render_split
from profile_studio.starter.variants import BASE
from profile_studio.starter.workspace import Workspace

BLINK_MINUTES = 0.02


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "work", REPOSITORY_ROOT / "assets", torch.device("cpu"), tmp_path / "loras")
    render_split(workspace.renders, "base", Plan(tuple(BASE), 8), processes=1)
    render_split(workspace.renders, "further", Plan(("pixel-art",), 8), processes=1)
    workspace.loras.mkdir()
    return workspace


def test_rare_skin_tones_glasses_and_beards_are_drawn_as_often_as_common_ones() -> None:
    common = [Attributes("micah", "blue", skin="light skin", glasses="no glasses", facial_hair="no beard")] * 97
    rare = [
        Attributes("micah", "blue", skin="dark skin", glasses="no glasses", facial_hair="no beard"),
        Attributes("micah", "blue", skin="light skin", glasses="sunglasses", facial_hair="no beard"),
        Attributes("micah", "blue", skin="light skin", glasses="no glasses", facial_hair="moustache"),
    ]
    order = balanced_order([*common, *rare], random.Random(0), count=400)
    drawn = Counter("common" if index < 97 else index for index in order)
    assert drawn == {"common": 100, 97: 100, 98: 100, 99: 100}


@pytest.mark.slow
def test_it_learns_beside_a_frozen_style_and_says_what_it_is(workspace: Workspace) -> None:
    style = shutil.copy(REPOSITORY_ROOT / "loras" / "pixel-art.safetensors", workspace.loras)
    before = load_file(style)
    train_face(workspace, BLINK_MINUTES)
    file = workspace.loras / f"{NAME}.safetensors"
    adapter = read_adapter(file)
    assert (adapter.kind, adapter.base, adapter.trigger_word) == (AdapterKind.FACE, "starter", "")
    assert adapter.base_hash == read_adapter(Path(style)).base_hash
    assert any(bool(value.any()) for name, value in load_file(file).items() if name.endswith("lora_up.weight"))
    assert all(torch.equal(before[name], value) for name, value in load_file(style).items())


def test_a_style_of_an_older_starter_is_refused(workspace: Workspace) -> None:
    older = Workspace(workspace.work, workspace.work / "older", workspace.device, workspace.loras)
    shutil.copytree(workspace.starter, older.starter)
    weights = older.starter / "unet" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    shutil.copy(REPOSITORY_ROOT / "loras" / "pixel-art.safetensors", workspace.loras)
    with pytest.raises(InvalidAdapter) as caught:
        train_face(older, BLINK_MINUTES)
    assert "Train it again" in caught.value.fix
