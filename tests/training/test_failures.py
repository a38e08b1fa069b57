"""A training that fails goes on with less, from its last good checkpoint, and says so."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook

from profile_studio.domain.errors import TrainingFailed
from profile_studio.domain.jobs import StartAgain
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import LoraTrainingConfig, Targets
from profile_studio.domain.training_changes import TrainingChange, after_divergence, after_lack_of_memory, changed
from profile_studio.lora_files import read_header
from profile_studio.settings import Settings
from profile_studio.training.failures import Diverged, check_losses, check_weights
from profile_studio.worker.composition import train
from tests.training.helpers import RecordingContext, create_dataset, small_config


def config_of(base: Path, **values: object) -> LoraTrainingConfig:
    return small_config(base, targets=Targets.ATTENTION, **values)


@contextmanager
def last_layer(seen: Callable[[int, torch.Tensor], torch.Tensor | None]) -> Generator[None]:
    """Calls `seen` with the number and the output of each prediction of a training's U-Net, at its last layer.

    What it returns takes the output's place.
    """
    count = 0

    def hook(module: nn.Module, _inputs: Any, output: Any) -> Any:
        nonlocal count
        if not (isinstance(module, nn.Conv2d) and module.out_channels == 4 and torch.is_grad_enabled()):
            return None
        count += 1
        return seen(count, output)

    handle = register_module_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@pytest.mark.parametrize(
    ("losses", "good_steps"),
    [
        ([0.1] * 50, None),
        ([0.1, float("nan")], 1),
        ([float("inf")], 0),
        ([0.1] * 30 + [1.1] * 19, None),
        ([0.1] * 30 + [1.1] * 20, 30),
        ([0.1] * 30 + [1.1] * 10 + [0.9] + [1.1] * 9, None),
        ([0.1] * 5 + [1.1] * 20, None),
    ],
)
def test_a_loss_that_is_no_number_or_stays_high_is_noticed(losses: list[float], good_steps: int | None) -> None:
    if good_steps is None:
        check_losses(losses)
        return
    with pytest.raises(Diverged) as divergence:
        check_losses(losses)
    assert (divergence.value.step, divergence.value.good_steps) == (len(losses), good_steps)


def test_weights_that_are_no_numbers_are_not_kept() -> None:
    check_weights([torch.ones(2)], 4)
    with pytest.raises(Diverged) as divergence:
        check_weights([torch.ones(2), torch.tensor([1.0, float("inf")])], 4)
    assert divergence.value.good_steps == 3


@pytest.mark.parametrize(
    ("precision", "step", "earlier", "expected"),
    [
        ("fp32", 5, {}, {"learning_rate": 5e-3}),
        ("bf16", 5, {}, {"learning_rate": 5e-3}),
        ("fp16", 1, {}, {"precision": "fp32"}),
        ("fp32", 5, {"precision": "fp32"}, {"learning_rate": 5e-3}),
        ("fp32", 5, {"learning_rate": 5e-3}, None),
        ("fp32", 1, {}, None),
    ],
)
def test_a_divergence_is_cured_once_each_way(
    precision: Any, step: int, earlier: dict[str, object], expected: dict[str, object] | None
) -> None:
    before = [TrainingChange(cause="divergence", step=2, told=Sentence("before"), values=earlier)]
    change = after_divergence(small_config(Path("b")), precision, before, step, Sentence("why"), ["a.png"], 4)
    assert (change and change.values) == expected


def test_the_ladder_keeps_the_batch_of_a_step_and_ends() -> None:
    config = small_config(Path("b"), batch_size=6, resolution=128)
    rungs: list[dict[str, object]] = []
    while (change := after_lack_of_memory(config, 16, 3)) is not None:
        config = changed(config, [change])
        rungs.append(change.values)
    assert rungs == [
        {"batch_size": 3, "gradient_accumulation": 2},
        {"batch_size": 1, "gradient_accumulation": 6},
        {"gradient_checkpointing": True},
        {"resolution": 96},
        {"resolution": 64},
    ]
    LoraTrainingConfig.model_validate(config.model_dump())


@pytest.mark.slow
def test_after_nan_it_goes_on_at_half_the_rate_and_says_so_everywhere(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    context = RecordingContext(settings.jobs_dir / "a")

    with last_layer(lambda count, output: output * float("nan") if count == 5 else None):
        result = train(config_of(tiny_base, checkpoint_every=3), context, settings)

    assert result["changes"] == [{"step": 5, "learning_rate": 5e-3}]
    (told,) = result["remarks"]  # type: ignore[misc]
    assert told.startswith(
        "At step 5 its loss was NaN or infinite: it went back to step 3, and on at half the learning"
    )
    assert ".png" in told
    assert [report.losses[0].step for report in context.reports if report.losses] == [1, 2, 3, 4, 4, 5, 6]
    assert any(report.note == told for report in context.reports)
    metadata = read_header(settings.user_loras_dir / "dotted.safetensors").metadata
    assert json.loads(metadata["profile_studio.changes"]) == [{"step": 5, "learning_rate": 5e-3}]
    assert ".png" not in "".join(metadata.values())


@pytest.mark.slow
def test_a_training_that_diverges_at_half_the_rate_too_fails(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)

    with (
        last_layer(lambda count, output: output * float("nan") if count >= 5 else None),
        pytest.raises(TrainingFailed) as failure,
    ):
        train(config_of(tiny_base), RecordingContext(settings.jobs_dir / "a"), settings)

    assert failure.value.message.startswith(
        "The training diverged at step 5: its loss was NaN or infinite. It was shown"
    )
    assert list(settings.user_loras_dir.iterdir()) == []


@pytest.mark.slow
def test_too_little_memory_starts_it_again_with_smaller_batches(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = config_of(tiny_base, batch_size=4, checkpoint_every=3)
    context = RecordingContext(settings.jobs_dir / "a")

    def refuses_batches(count: int, output: torch.Tensor) -> None:
        if count > 4 and len(output) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    with last_layer(refuses_batches):
        with pytest.raises(StartAgain):
            train(config, context, settings)
        result = train(config, context, settings)

    assert result["changes"] == [{"step": 4, "batch_size": 2, "gradient_accumulation": 2}]
    assert (result["steps"], result["resumed_at_step"]) == (6, 3)


@pytest.mark.slow
def test_at_the_end_of_the_ladder_it_fails_in_words(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = config_of(tiny_base, batch_size=1, gradient_checkpointing=True)

    def refuses(count: int, _output: torch.Tensor) -> None:
        if count > 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with last_layer(refuses), pytest.raises(TrainingFailed, match="memory is too small for 64 px pictures"):
        train(config, RecordingContext(settings.jobs_dir / "a"), settings)
