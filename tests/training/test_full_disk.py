"""A training on a disk that fills: what it has stays whole, and after making room it ends as if nothing had been."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from profile_studio.domain.jobs import ProgressReport
from profile_studio.files.full_disk import ROOM_FOR_ROWS_BYTES, disk_full
from profile_studio.files.job_folder import JobFolder
from profile_studio.settings import Settings
from profile_studio.worker.composition import train
from tests.small_disk import fill, small_disk
from tests.training.helpers import RecordingContext, create_dataset, small_config

DISK_BYTES = 60 * 2**20


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A home on a disk of 60 MB."""
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        settings = Settings(home=disk)
        settings.create_folders()
        yield settings


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> dict[str, bytes]:
    """The weights of a training that nothing disturbed."""
    settings = Settings(home=tmp_path_factory.mktemp("unbroken"))
    settings.create_folders()
    create_dataset(settings)
    result = train(small_config(tiny_base), RecordingContext(settings.jobs_dir / "job"), settings)
    return tensors(settings.user_loras_dir / str(result["file"]))


def reads_pictures(progress: ProgressReport) -> bool:
    return progress.note == "Reading the pictures"


def takes_a_step(progress: ProgressReport) -> bool:
    return progress.step == 3


def checks_the_result(progress: ProgressReport) -> bool:
    return progress.note == "Checking the LoRA"


@dataclass
class Filling(RecordingContext):
    """Fills the disk but for `leave_bytes` the first time that `moment` is reported."""

    disk: Path = Path()
    moment: Callable[[ProgressReport], bool] = lambda _: False
    leave_bytes: int = 0
    filling: Path | None = None

    def report(self, progress: ProgressReport) -> None:
        super().report(progress)
        if self.filling is None and self.moment(progress):
            self.filling = fill(self.disk, self.leave_bytes)


def tensors(file: object) -> dict[str, bytes]:
    return {name: tensor.tobytes() for name, tensor in load_file(str(file)).items()}


@pytest.mark.parametrize(
    ("moment", "leave_bytes", "kept_step"),
    [
        (reads_pictures, 0, None),
        (takes_a_step, 0, 2),
        (takes_a_step, ROOM_FOR_ROWS_BYTES, 2),  # refused before a part is written
        (checks_the_result, ROOM_FOR_ROWS_BYTES, 6),
    ],
)
def test_a_training_goes_on_after_room_is_made(
    settings: Settings,
    tiny_base: Path,
    unbroken: dict[str, bytes],
    moment: Callable[[ProgressReport], bool],
    leave_bytes: int,
    kept_step: int | None,
) -> None:
    create_dataset(settings)
    config = small_config(tiny_base)
    folder = settings.jobs_dir / "squeezed"
    context = Filling(folder, disk=settings.resolved_home, moment=moment, leave_bytes=leave_bytes)

    with pytest.raises(Exception) as caught:  # whichever library met it first
        train(config, context, settings)

    assert disk_full(caught.value) is not None
    kept = JobFolder(folder).newest_whole_checkpoint()
    assert (kept and kept.name) == (f"checkpoint-{kept_step}" if kept_step else None)
    left_over = [path.name for path in folder.rglob("*.tmp")]
    assert left_over == []
    assert context.filling is not None
    context.filling.unlink()
    resumed = train(config, RecordingContext(folder), settings)
    assert resumed["resumed_at_step"] == (kept_step or 0)
    assert tensors(settings.user_loras_dir / str(resumed["file"])) == unbroken
