"""Every number of the config reaches the steps, and what saves memory changes none."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from profile_studio.base_models import find_base_model
from profile_studio.domain.training import LoraTrainingConfig, Targets
from profile_studio.families.registry import load_family
from profile_studio.settings import Settings
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import encode_dataset
from profile_studio.training.loop import Trainer
from tests.training.helpers import create_dataset, small_config

pytestmark = pytest.mark.slow


def trainer(config: LoraTrainingConfig, settings: Settings) -> Trainer:
    """One of the data set `dots`, which is made where it is not there."""
    base = find_base_model(config.base, settings)
    family = load_family(base, torch.device("cpu"), torch.float32)
    dataset = create_dataset(settings)
    return Trainer(
        family, TrainedAdapter(family, config), encode_dataset(family, dataset, config, base.bucket_step), config
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("weight_decay", 0.5), ("adam_beta1", 0.5), ("adam_beta2", 0.9), ("adam_epsilon", 1e-3), ("max_grad_norm", 1e-3)],
)
def test_a_number_of_the_optimizer_changes_what_is_learned(
    tiny_base: Path, tmp_path: Path, field: str, value: float
) -> None:
    learned: list[dict[str, Tensor]] = []
    for name, changes in (("a", {}), ("b", {field: value})):
        settings = Settings(home=tmp_path / name)
        settings.create_folders()
        trained = trainer(small_config(tiny_base, num_train_steps=2, **changes), settings)
        for _loss in trained.steps(0):
            pass
        learned.append(trained.adapter.tensors())

    assert any(not torch.equal(value, learned[1][name]) for name, value in learned[0].items())


@pytest.mark.parametrize("targets", [Targets.ALL, Targets.ATTENTION_AND_TEXT_ENCODER])
def test_without_its_word_an_adapter_learns_what_the_base_does(
    tiny_base: Path, settings: Settings, targets: Targets
) -> None:
    config = small_config(tiny_base, num_train_steps=2, targets=targets, trigger_dropout=1.0, caption_dropout=0.5)
    trained = trainer(config, settings)

    untouched = next(trained.steps(0))
    trained.adapter.load({name: torch.full_like(value, 0.3) for name, value in trained.adapter.tensors().items()})
    strong = next(trained.steps(0))

    assert untouched == pytest.approx(0, abs=1e-10)
    assert strong > 1e-6
    assert all(parameter.requires_grad for parameter in trained.parameters)


def test_a_sample_is_drawn_with_all_ranks(tiny_base: Path, settings: Settings) -> None:
    trained = trainer(small_config(tiny_base, num_train_steps=1, min_rank=1), settings)
    mask = trained.adapter.rank_mask
    assert mask is not None
    seen: list[bool] = []
    trained.optimizer.optimizer.register_step_pre_hook(lambda *_arguments: seen.append(mask.kept is None))

    next(trained.steps(0))

    assert (seen, mask.kept) == ([False], None)


def test_gradient_checkpointing_keeps_less_and_gives_the_same_numbers(tiny_base: Path, tmp_path: Path) -> None:
    kept: list[int] = []
    learned: list[dict[str, Tensor]] = []
    for name, is_on in (("a", False), ("b", True)):
        settings = Settings(home=tmp_path / name)
        settings.create_folders()
        config = small_config(
            tiny_base, num_train_steps=1, targets=Targets.ATTENTION, gradient_checkpointing=is_on, learning_rate=1e-3
        )
        trained = trainer(config, settings)
        bytes_kept = 0

        def count(tensor: Tensor) -> Tensor:
            nonlocal bytes_kept
            bytes_kept += tensor.nbytes
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            loss = trained._loss(0)  # pyright: ignore[reportPrivateUsage]  # what it keeps is the fact
        kept.append(bytes_kept)
        loss.backward()
        next(trained.steps(0))
        learned.append(trained.adapter.tensors())

    assert kept[1] < 0.5 * kept[0]
    for name, value in learned[0].items():
        torch.testing.assert_close(value, learned[1][name], atol=1e-6, rtol=1e-5)
