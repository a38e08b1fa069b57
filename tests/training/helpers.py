"""A data set of drawn pictures and a job context that a test steers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from profile_studio.domain.datasets import Dataset, ImageMeasures
from profile_studio.domain.jobs import Job, JobKind, JobStatus, ProgressReport, Wish
from profile_studio.domain.training import LoraTrainingConfig, Targets
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository, NewImage

A_PHOTOGRAPH = ImageMeasures(200.0, 120.0, 50.0, 0.0, 255.0, 0.1, 0.0, False, "0" * 16)


@dataclass
class RecordingContext:
    """A `JobContext` that remembers what it was told; `wish_at` answers what to do after so many steps."""

    folder: Path
    wish_at: Callable[[int], Wish | None] = lambda _step: None
    reports: list[ProgressReport] = field(default_factory=list)
    device_offers: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.job = Job(
            id=self.folder.name, kind=JobKind.TRAIN, status=JobStatus.RUNNING, wish=None, attempt=1, step=0, steps=0,
            seconds_left=None, note="", spec={}, result=None, error=None, created_at=0.0, started_at=0.0,
            finished_at=None, heartbeat_at=None,
        )  # fmt: skip

    def report(self, progress: ProgressReport) -> None:
        self.reports.append(progress)

    def wish(self) -> Wish | None:
        return self.wish_at(self.reports[-1].step)

    def yield_device(self) -> None:
        self.device_offers += 1


def create_dataset(
    settings: Settings,
    n_images: int = 4,
    n_held_out: int = 0,
    widths: tuple[int, ...] = (80,),
    n_photographs: int = 0,
) -> Dataset:
    """A data set `dots` of random coloured squares, 64 px high and as wide in turn, with the trigger word `dotty`.

    The last `n_photographs` have the measures of photographs; the others count as drawings.
    """
    database = Database(settings.resolved_database_url)
    database.upgrade()
    folder = settings.datasets_dir / "dots" / "images"
    folder.mkdir(parents=True)
    images: list[NewImage] = []
    for index in range(n_images):
        width = widths[index % len(widths)]
        pixels = np.random.default_rng(index).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((width, 64), Image.Resampling.NEAREST).save(folder / f"{index}.png")
        held_out = index >= n_images - n_held_out
        measures = A_PHOTOGRAPH if index >= n_images - n_photographs else None
        caption = f"square number {index}"
        images.append(NewImage(f"{index}", f"{index}.png", caption, held_out, f"{index}", 64, width, measures=measures))
    repository = DatasetRepository(database, settings.datasets_dir)
    return repository.create("dots", images, now=0.0, trigger_word="dotty", class_word="dots")


def small_config(base: Path, **changes: object) -> LoraTrainingConfig:
    """Six steps of everything at once: conv targets, alpha other than rank, caption dropout."""
    values: dict[str, object] = {
        "dataset": "dots",
        "adapter_name": "dotted",
        "base": str(base),
        "num_train_steps": 6,
        "rank": 4,
        "network_alpha": 2.0,
        "targets": Targets.ALL,
        "learning_rate": 1e-2,
        "lr_warmup_steps": 2,
        "batch_size": 2,
        "resolution": 64,
        "caption_dropout": 0.3,
        "checkpoint_every": 2,
        "sample_every": 0,
    }
    return LoraTrainingConfig.model_validate({**values, **changes})
