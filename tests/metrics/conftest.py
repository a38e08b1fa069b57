"""Fixtures of the metrics' tests."""

from pathlib import Path

import pytest

from profile_studio.metrics.features import Judge
from tests.metrics.tiny_judge import build_tiny_judge


@pytest.fixture(scope="session")
def tiny_judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny judge."""
    return build_tiny_judge(tmp_path_factory.mktemp("assets") / "judge")


@pytest.fixture(scope="session")
def judge(tiny_judge: Path) -> Judge:
    return Judge(tiny_judge)
