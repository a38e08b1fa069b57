"""Every optimizer trains, goes on exactly, or says which package it needs."""

import importlib.util
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.jobs import Interrupted, Wish
from profile_studio.domain.optimizers import OPTIMIZER_PACKAGES, check_optimizer
from profile_studio.domain.training import Optimizer, Targets
from profile_studio.settings import Settings
from profile_studio.training.optimizers import build_optimizer
from profile_studio.worker.composition import train
from tests.training.helpers import RecordingContext, create_dataset, small_config

PACKAGED = sorted(OPTIMIZER_PACKAGES)


@pytest.mark.parametrize("optimizer", PACKAGED)
def test_a_package_that_is_not_there_is_named_with_its_pip_line(
    optimizer: Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [])  # nothing that is not loaded is found any more
    if importlib.util.find_spec(OPTIMIZER_PACKAGES[optimizer].module) is not None:
        pytest.skip("it is loaded already")

    with pytest.raises(InvalidSettings) as refusal:
        check_optimizer(small_config(Path("b"), optimizer=optimizer))

    assert f"the package {OPTIMIZER_PACKAGES[optimizer].module}, which is not installed" in refusal.value.message
    assert f'pip install "{OPTIMIZER_PACKAGES[optimizer].requirement}"' in refusal.value.fix


@pytest.mark.parametrize(
    ("optimizer", "words"), [("prodigy", "finds the learning rate"), ("schedule-free", "averages")]
)
def test_what_an_optimizer_finds_itself_is_not_prescribed(optimizer: Optimizer, words: str) -> None:
    pytest.importorskip(OPTIMIZER_PACKAGES[optimizer].module)
    with pytest.raises(InvalidSettings, match=words):
        check_optimizer(small_config(Path("b"), optimizer=optimizer))


def test_8_bit_adamw_is_refused_without_a_cuda_card() -> None:
    with pytest.raises(InvalidSettings, match="needs a CUDA graphics card"):
        build_optimizer(small_config(Path("b"), optimizer="adamw-8bit"), [torch.zeros(1)])


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["prodigy", "schedule-free"])
def test_a_training_with_it_goes_on_exactly_where_it_was(
    tiny_base: Path, settings: Settings, optimizer: Optimizer
) -> None:
    pytest.importorskip(OPTIMIZER_PACKAGES[optimizer].module)
    create_dataset(settings)
    chosen = {"optimizer": optimizer, "lr_scheduler": "constant", "learning_rate": 1.0, "targets": Targets.ATTENTION}
    if optimizer == "schedule-free":
        chosen["learning_rate"] = 1e-2
    for name, folder in (("unbroken", "a"), ("broken", "b")):
        context = RecordingContext(
            settings.jobs_dir / folder, lambda step, name=name: Wish.PAUSE if (name, step) == ("broken", 3) else None
        )
        config = small_config(tiny_base, adapter_name=name, **chosen)
        try:
            train(config, context, settings)
        except Interrupted:
            train(config, RecordingContext(settings.jobs_dir / folder), settings)

    one, other = (load_file(settings.user_loras_dir / f"{name}.safetensors") for name in ("unbroken", "broken"))
    assert all(torch.equal(one[key], other[key]) for key in one)
