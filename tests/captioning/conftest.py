"""Fixtures of the captioners' tests."""

from pathlib import Path

import pytest

from tests.metrics.tiny_judge import build_tiny_judge


@pytest.fixture(scope="session")
def tiny_judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny judge."""
    return build_tiny_judge(tmp_path_factory.mktemp("assets") / "judge")
