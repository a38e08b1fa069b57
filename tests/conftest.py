"""Fixtures that several packages' tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_studio.settings import Settings
from tests.hub import Hub, running_hub
from tests.tiny_base import build_tiny_base, build_tiny_sd3, build_tiny_sdxl


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny Stable Diffusion 1.5 in diffusers layout; its pictures are 64 x 64."""
    return build_tiny_base(tmp_path_factory.mktemp("bases") / "tiny-sd15")


@pytest.fixture(scope="session")
def tiny_sdxl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny SDXL in diffusers layout; its pictures are 64 x 64."""
    return build_tiny_sdxl(tmp_path_factory.mktemp("bases") / "tiny-sdxl")


@pytest.fixture(scope="session")
def tiny_sd3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny Stable Diffusion 3.5 medium without T5; its pictures are 64 x 64."""
    return build_tiny_sd3(tmp_path_factory.mktemp("bases") / "tiny-sd3")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty home whose folders exist."""
    settings = Settings(home=tmp_path / "home")
    settings.create_folders()
    return settings


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty local cache of the hub."""
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    return cache


@pytest.fixture
def hub(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this computer; its client in this process and in those that it starts knows no other."""
    from huggingface_hub import constants

    with running_hub() as running:
        monkeypatch.setattr(constants, "ENDPOINT", running.address)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", running.address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        monkeypatch.setenv("HF_HUB_CACHE", str(hub_cache))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield running
