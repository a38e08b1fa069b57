"""The caption job with a random BLIP of the real classes: photographs get sentences, and torchvision is not needed."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from profile_studio.captioning.blip import BlipCaptioner
from profile_studio.domain.captioning import CaptionerName, CaptioningConfig
from profile_studio.domain.datasets import CaptionSource
from profile_studio.domain.errors import CaptionerMissing
from profile_studio.domain.jobs import Interrupted, Wish
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.worker.composition import caption
from tests.captioning.tiny_blip import WORDS, build_tiny_blip
from tests.training.helpers import RecordingContext, create_dataset

CONFIG = CaptioningConfig(dataset="dots", captioner=CaptionerName.BLIP)


@pytest.fixture(scope="module")
def tiny_blip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a random tiny BLIP."""
    return build_tiny_blip(tmp_path_factory.mktemp("blip"))


@pytest.fixture
def studio_settings(tmp_path: Path, tiny_blip: Path) -> Settings:
    settings = Settings(home=tmp_path / "home", blip=str(tiny_blip))
    settings.create_folders()
    create_dataset(settings, n_images=10, widths=(80, 48))
    return settings


def test_photographs_get_sentences_and_what_a_person_wrote_stays(
    studio_settings: Settings, repository: DatasetRepository
) -> None:
    result = caption(CONFIG, RecordingContext(studio_settings.jobs_dir / "job"), studio_settings)
    first, *others = repository.get("dots").images
    assert (first.caption, first.caption_source) == ("by hand", CaptionSource.HAND)
    assert result["captioned"] == 9
    assert {image.caption_source for image in others} == {CaptionSource.AUTO}
    assert all(image.caption and set(image.caption.split()) <= set(WORDS) for image in others)
    assert importlib.util.find_spec("torchvision") is None


def test_a_stopped_captioning_keeps_its_sentences(studio_settings: Settings, repository: DatasetRepository) -> None:
    folder = studio_settings.jobs_dir / "job"
    stopping = RecordingContext(folder, wish_at=lambda step: Wish.CANCEL if step >= 4 else None)
    with pytest.raises(Interrupted):
        caption(CONFIG, stopping, studio_settings)
    assert repository.get("dots").captioned == 5


def test_pictures_described_together_get_what_each_gets_alone(
    tiny_blip: Path, studio_settings: Settings, repository: DatasetRepository
) -> None:
    captioner = BlipCaptioner(str(tiny_blip), "cpu", may_download=False)
    paths = [image.path for image in repository.get("dots").images[:4]]
    assert captioner.caption(paths) == [captioner.caption([path])[0] for path in paths]


@pytest.mark.parametrize("left_out", ["model.safetensors", "preprocessor_config.json", "tokenizer.json"])
def test_a_folder_with_half_a_blip_is_one_sentence(tmp_path: Path, left_out: str) -> None:
    folder = build_tiny_blip(tmp_path / "blip")
    (folder / left_out).unlink()
    with pytest.raises(CaptionerMissing) as caught:
        BlipCaptioner(str(folder), "cpu", may_download=False)
    assert "PROFILE_STUDIO_BLIP" in caught.value.fix


FETCHES = """
from profile_studio.domain.errors import CaptionerMissing
from profile_studio.captioning.blip import BlipCaptioner
try:
    BlipCaptioner("nobody/blip", "cpu", may_download=True)
except CaptionerMissing as error:
    print(error)
"""


@pytest.mark.slow
def test_a_captioner_that_cannot_be_fetched_fails_at_once_and_advises_something_else(tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "0"}
    process = subprocess.run(
        [sys.executable, "-c", FETCHES], capture_output=True, text=True, cwd=REPOSITORY_ROOT, env=environment
    )
    assert process.stdout.startswith("The captioner for photographs is not on this computer (nobody/blip).")
    assert "connect to the network" in process.stdout and "--captioner blip" not in process.stdout
    assert "Retrying" not in process.stderr
