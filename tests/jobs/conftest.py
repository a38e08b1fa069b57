"""A home with pictures, a tiny training, and a real supervisor."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.jobs import Job, JobKind
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.jobs.processes import KeptSupervisor
from profile_studio.services.datasets import DatasetService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


class Home:
    """A home folder with one data set, and what tests do with its jobs."""

    def __init__(self, settings: Settings, base: Path) -> None:
        self.settings = settings
        self._base = base
        self.database = Database(settings.resolved_database_url)
        self.database.upgrade()
        self.jobs = JobRepository(self.database)
        pictures = settings.resolved_home / "pictures-in"
        pictures.mkdir()
        random = np.random.default_rng(0)
        for index in range(4):
            pixels = random.integers(0, 256, (80, 80, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(pictures / f"{index}.png")
        DatasetService(settings, self.database).import_sources(ImportRequest([pictures], "noise", "noisy"))

    def submit(self, adapter_name: str, steps: int = 30) -> Job:
        config = LoraTrainingConfig(
            dataset="noise",
            adapter_name=adapter_name,
            base=str(self._base),
            num_train_steps=steps,
            rank=2,
            network_alpha=2,
            resolution=64,
            checkpoint_every=5,
            sample_every=0,
        )
        return self.jobs.create(JobKind.TRAIN, config.model_dump(mode="json"), steps, time.time())

    def tensors(self, adapter_name: str) -> dict[str, list[float]]:
        """What an adapter file holds, without its metadata."""
        file = self.settings.user_loras_dir / f"{adapter_name}.safetensors"
        return {name: tensor.ravel().tolist() for name, tensor in load_file(file).items()}


@pytest.fixture
def supervised(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Standard input is a pipe that stays open, as a supervisor holds it for an attempt."""
    reader, writer = os.pipe()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(fileno=lambda: reader))
    yield
    os.close(writer)


@pytest.fixture
def home(settings: Settings, tiny_base: Path) -> Iterator[Home]:
    home = Home(settings, tiny_base)
    yield home
    home.database.engine.dispose()  # psycopg warns about a connection that nobody closed


@pytest.fixture
def supervisor(settings: Settings) -> Iterator[KeptSupervisor]:
    """The home's supervisor, running, without an engine."""
    supervisor = KeptSupervisor(settings, with_engine=False)
    supervisor.look_after()
    yield supervisor
    supervisor.stop()
