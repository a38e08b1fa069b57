"""What is computed with is decided by what the machine has, and said where it is not what was asked for."""

from pathlib import Path

import pytest
import torch

from profile_studio.domain.training import Precision
from profile_studio.files.job_folder import JobFolder
from profile_studio.settings import Settings
from profile_studio.training.checkpoints import Progress, load_newest_checkpoint, save_checkpoint
from profile_studio.training.loop import Trainer
from profile_studio.training.precision import Computed, build_accelerator, decide_precision
from profile_studio.worker.composition import train
from tests.training.helpers import RecordingContext, create_dataset, small_config
from tests.training.test_loop import trainer

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA graphics card")


@pytest.mark.parametrize(
    ("asked", "device_type", "has_bf16", "computed", "said"),
    [
        ("auto", "cpu", False, "fp32", None),
        ("auto", "mps", False, "fp32", None),
        ("auto", "cuda", True, "bf16", None),
        ("auto", "cuda", False, "fp16", None),
        ("fp32", "cuda", True, "fp32", None),
        ("fp16", "cuda", True, "fp16", None),
        ("bf16", "cuda", True, "bf16", None),
        ("fp16", "cpu", False, "fp32", "fp32 instead of fp16"),
        ("bf16", "cpu", False, "fp32", "fp32 instead of bf16"),
        ("bf16", "mps", False, "fp32", "fp32 instead of bf16"),
        ("bf16", "cuda", False, "fp16", "fp16 instead of bf16"),
    ],
)
def test_a_precision_is_what_was_asked_for_or_what_the_machine_has(
    asked: Precision, device_type: str, has_bf16: bool, computed: Computed, said: str | None
) -> None:
    decided, remark = decide_precision(asked, device_type, has_bf16=has_bf16)

    assert decided == computed
    assert (remark is None) if said is None else (remark is not None and remark.startswith(said))


@pytest.mark.parametrize("precision", ["fp16", "bf16"])
def test_a_processor_is_never_given_less_than_fp32(precision: Computed) -> None:
    with pytest.raises(AssertionError, match="has no scaler"):
        build_accelerator(torch.device("cpu"), precision, 1)


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has them all")
def test_a_training_on_a_processor_goes_on_in_fp32_and_says_so(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    context = RecordingContext(settings.jobs_dir / "a")

    result = train(small_config(tiny_base, precision="bf16"), context, settings)

    (remark,) = result["remarks"]  # type: ignore[misc]
    assert result["precision"] == "fp32"
    assert remark.startswith("fp32 instead of bf16")
    assert all(report.note == remark for report in context.reports if report.losses)


@pytest.mark.slow
def test_a_step_of_two_parts_learns_from_their_mean_whatever_another_trainer_accumulates(
    tiny_base: Path, tmp_path: Path
) -> None:
    trainers: list[Trainer] = []
    for name, parts in (("a", 2), ("b", 1)):
        settings = Settings(home=tmp_path / name)
        settings.create_folders()
        trainers.append(trainer(small_config(tiny_base, gradient_accumulation=parts, max_grad_norm=1e9), settings))
    of_two, reference = trainers
    learned_from: list[torch.Tensor] = []

    def keep(_optimizer: object, _args: object, _kwargs: object) -> None:
        learned_from.extend(parameter.grad.clone() for parameter in of_two.parameters if parameter.grad is not None)

    of_two.optimizer.optimizer.register_step_pre_hook(keep)  # pyright: ignore[reportAttributeAccessIssue]
    next(of_two.steps(0))

    losses = [reference._loss(number) for number in range(2)]  # pyright: ignore[reportPrivateUsage]
    expected = torch.autograd.grad(torch.stack(losses).mean(), reference.parameters)
    assert len(learned_from) == len(expected)
    for gradient, mean in zip(learned_from, expected, strict=True):
        torch.testing.assert_close(gradient, mean, atol=1e-7, rtol=1e-5)


@pytest.mark.gpu
@needs_cuda
def test_a_scaler_goes_on_where_its_checkpoint_was_written(tiny_base: Path, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    folder = JobFolder(tmp_path / "job")
    trained = trainer(small_config(tiny_base, precision="fp16"), settings)
    for _loss in trained.steps(0):
        pass
    scaler = trained.accelerator.scaler
    assert scaler is not None
    save_checkpoint(folder, trained, Progress((0.0,) * 6, 1.0))
    scaler.update(2.0)

    load_newest_checkpoint(folder, trained)

    assert scaler.get_scale() != 2.0
