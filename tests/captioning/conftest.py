"""Fixtures of the captioners' tests."""

from pathlib import Path

import pytest

from profile_studio.domain.datasets import CaptionSource
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from tests.metrics.tiny_judge import build_tiny_judge


@pytest.fixture(scope="session")
def tiny_judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny judge."""
    return build_tiny_judge(tmp_path_factory.mktemp("assets") / "judge")


@pytest.fixture
def repository(studio_settings: Settings) -> DatasetRepository:
    """The set of a module's `studio_settings`: one of its ten pictures has a caption that a person wrote."""
    repository = DatasetRepository(Database(studio_settings.resolved_database_url), studio_settings.datasets_dir)
    repository.set_captions("dots", {str(n): "" for n in range(1, 10)}, CaptionSource.NONE)
    repository.set_captions("dots", {"0": "by hand"}, CaptionSource.HAND)
    return repository
