"""The caption job with a random judge: what it writes, what it leaves, how it goes on."""

from pathlib import Path

import pytest

from profile_studio.domain.captioning import CaptionerName, CaptioningConfig
from profile_studio.domain.datasets import CaptionSource
from profile_studio.domain.errors import CaptionerMissing
from profile_studio.domain.jobs import Interrupted, Wish
from profile_studio.settings import Settings
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.worker.composition import caption
from tests.captioning.tiny_blip import WORDS, build_tiny_blip
from tests.training.helpers import RecordingContext, create_dataset


class SettingsWithTinyJudge(Settings):
    """Settings whose judge was put into the home."""

    @property
    def judge_dir(self) -> Path:
        return self.resolved_home / "judge"


@pytest.fixture
def studio_settings(tmp_path: Path, tiny_judge: Path) -> SettingsWithTinyJudge:
    settings = SettingsWithTinyJudge(home=tmp_path / "home", blip=str(tmp_path / "no-blip"))
    settings.create_folders()
    settings.judge_dir.symlink_to(tiny_judge)
    create_dataset(settings, n_images=10, n_photographs=4)
    return settings


def config(**changes: object) -> CaptioningConfig:
    return CaptioningConfig.model_validate({"dataset": "dots", "captioner": CaptionerName.STARTER, **changes})


def test_only_pictures_without_a_caption_get_one(studio_settings: Settings, repository: DatasetRepository) -> None:
    before = repository.get("dots").version
    result = caption(config(), RecordingContext(studio_settings.jobs_dir / "job"), studio_settings)
    images = repository.get("dots").images
    assert images[0].caption == "by hand"
    assert all(image.caption.startswith("portrait") for image in images[1:])
    assert {image.caption_source for image in images[1:]} == {CaptionSource.AUTO}
    assert (result["captioned"], repository.changes("dots")[0].version != before) == (9, True)


def test_a_stopped_captioning_keeps_what_is_done_and_goes_on_there(
    studio_settings: Settings, repository: DatasetRepository
) -> None:
    folder = studio_settings.jobs_dir / "job"
    stopping = RecordingContext(folder, wish_at=lambda step: Wish.PAUSE if step >= 4 else None)
    with pytest.raises(Interrupted):
        caption(config(overwrite=True), stopping, studio_settings)
    assert repository.get("dots").captioned == 4
    repository.set_captions("dots", {"1": "mine now"}, CaptionSource.HAND)

    caption(config(overwrite=True), RecordingContext(folder), studio_settings)

    assert repository.get("dots").captioned == 10
    assert repository.get("dots").images[1].caption == "mine now"


def test_drawings_of_a_mixed_set_get_captions_and_photographs_that_nobody_can_describe_are_counted(
    studio_settings: Settings, repository: DatasetRepository
) -> None:
    context = RecordingContext(studio_settings.jobs_dir / "job")
    result = caption(CaptioningConfig(dataset="dots"), context, studio_settings)
    assert [bool(image.caption) for image in repository.get("dots").images] == [True] * 6 + [False] * 4
    assert (result["captioned"], result["left"]) == (5, 4)
    message, fix = result["left_because"]  # type: ignore[misc]
    assert "captioner for photographs" in message
    assert "PROFILE_STUDIO_BLIP" in fix

    with pytest.raises(CaptionerMissing):  # now nothing can be written
        caption(CaptioningConfig(dataset="dots"), RecordingContext(studio_settings.jobs_dir / "again"), studio_settings)


def test_each_picture_of_a_mixed_set_is_described_by_the_captioner_that_fits_it(
    studio_settings: Settings, repository: DatasetRepository, tmp_path: Path
) -> None:
    with_blip = studio_settings.model_copy(update={"blip": str(build_tiny_blip(tmp_path / "blip"))})
    result = caption(CaptioningConfig(dataset="dots"), RecordingContext(studio_settings.jobs_dir / "job"), with_blip)
    captions = [image.caption for image in repository.get("dots").images]
    assert all(caption.startswith("portrait") for caption in captions[1:6])
    assert all(caption and set(caption.split()) <= set(WORDS) for caption in captions[6:])
    assert (result["captioned"], result["left"]) == (9, 0)


def test_a_missing_captioner_for_photographs_is_one_sentence(
    studio_settings: Settings, repository: DatasetRepository
) -> None:
    with pytest.raises(CaptionerMissing) as caught:
        caption(
            config(captioner=CaptionerName.BLIP), RecordingContext(studio_settings.jobs_dir / "job"), studio_settings
        )
    assert "PROFILE_STUDIO_BLIP" in caught.value.fix
