"""What is accepted for training, and what is promised."""

from pathlib import Path

import pytest
from PIL import ImageOps

from profile_studio.domain.datasets import CaptionSource
from profile_studio.domain.errors import BaseModelMissing, InvalidDataset, InvalidName, InvalidSettings, UnknownDataset
from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.domain.presets import preset, with_steps
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets, resolutions_near
from profile_studio.prompt_tokens import CutCaptions
from profile_studio.services.training import SECONDS_A_VERSION, SECONDS_BESIDE_STEPS, TrainingService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.caption_words import cut_sentences
from profile_studio.ui.texts import ENGLISH
from tests.training.helpers import create_dataset, small_config


@pytest.fixture
def database(settings: Settings) -> Database:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return database


def test_an_accepted_training_is_queued_for_the_data_set_as_it_is_now(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    dataset = create_dataset(settings)

    job = TrainingService(settings, database).submit(small_config(tiny_base))

    assert job.status is JobStatus.QUEUED
    assert LoraTrainingConfig.model_validate(job.spec).dataset_version == dataset.version


def test_a_training_that_cannot_work_is_refused_before_it_is_queued(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    service = TrainingService(settings, database)
    with pytest.raises(UnknownDataset):
        service.submit(small_config(tiny_base))
    create_dataset(settings, n_images=2, n_held_out=1)
    with pytest.raises(InvalidDataset):
        service.submit(small_config(tiny_base))
    assert JobRepository(database).find() == []


def test_a_missing_base_is_refused(settings: Settings, database: Database, tmp_path: Path) -> None:
    create_dataset(settings)
    with pytest.raises(BaseModelMissing):
        TrainingService(settings, database).submit(small_config(tmp_path / "nowhere"))


def test_a_name_that_is_being_trained_or_exists_is_refused(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)
    (settings.user_loras_dir / "taken.safetensors").touch()
    service.submit(small_config(tiny_base))

    for name in ("dotted", "taken"):
        with pytest.raises(InvalidName):
            service.submit(small_config(tiny_base, adapter_name=name))


@pytest.mark.parametrize(
    ("resolution", "nearest"), [(100, "96, 112"), (72, "64, 80"), (65, "64, 80"), (2047, "2032, 2048")]
)
def test_a_resolution_that_the_base_cannot_take_is_refused_with_the_nearest(
    settings: Settings, database: Database, tiny_base: Path, resolution: int, nearest: str
) -> None:
    create_dataset(settings)
    with pytest.raises(InvalidSettings) as refusal:
        TrainingService(settings, database).submit(small_config(tiny_base, resolution=resolution))
    assert f"{resolution} pixels: it takes multiples of 16" in refusal.value.message
    assert refusal.value.fix == f"Choose one of: {nearest}."


def test_nothing_below_the_smallest_or_above_the_largest_resolution_is_offered() -> None:
    assert resolutions_near(70, 48) == [96]
    assert resolutions_near(2040, 300) == [1800]


def test_a_warm_up_longer_than_the_training_is_refused(settings: Settings, database: Database, tiny_base: Path) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)
    with pytest.raises(InvalidSettings, match="A warm-up of 7 steps is longer than the training with its 6"):
        service.submit(small_config(tiny_base, lr_warmup_steps=7))
    assert service.submit(small_config(tiny_base, lr_warmup_steps=6)).status is JobStatus.QUEUED


def test_captions_beyond_the_window_are_counted_with_their_trigger_word(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    create_dataset(settings)
    repository = DatasetRepository(database, settings.datasets_dir)
    most = 75 - len("dotty,")  # this base has a token for each letter
    captions = {"0": "a" * most, "1": "a" * (most + 1), "2": "안경을 쓴 여자가 웃고 있어요" * 2}
    repository.set_captions("dots", captions, CaptionSource.HAND)
    service = TrainingService(settings, database)

    cut = service.cut_captions(small_config(tiny_base))

    assert cut == CutCaptions(n=2, n_korean=1, window=75)
    assert cut_sentences(cut, ENGLISH.train) == (
        "2 captions are longer than the 75 tokens that this base model reads; the rest of them is not learned. "
        "1 of them is in Korean, where one letter takes several tokens: shorten it, or write it in English."
    )
    assert service.cut_captions(small_config(Path("nowhere"))) is None


def test_a_presets_warm_up_keeps_its_share_of_a_shorter_training() -> None:
    config = preset(AdapterKind.STYLE, "starter", "dots", "dotted", n_images=4)
    assert (config.num_train_steps, config.lr_warmup_steps) == (1200, 10)
    assert with_steps(config, 240).lr_warmup_steps == 2
    assert with_steps(config, 5).lr_warmup_steps == 0


def test_a_promise_is_measured_once_a_training_like_it_was_done_here(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)
    config = small_config(tiny_base)
    assert service.promise(config).seconds is None

    job = service.submit(config)
    repository = JobRepository(database)
    attempt = repository.claim(job.id, now=0.0)
    assert attempt is not None
    repository.complete(job.id, attempt, {"steps_per_second": 0.1}, now=1.0)

    assert service.promise(config).seconds == pytest.approx(6 / 0.1 + SECONDS_BESIDE_STEPS)
    assert service.promise(config).sentence == "About 2 minutes, as measured in earlier trainings here."
    for other in ({"batch_size": 8}, {"gradient_checkpointing": True}):
        assert service.promise(small_config(tiny_base, **other)).seconds is None


def test_a_training_of_an_earlier_version_is_measured_by_what_it_did_not_say(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    create_dataset(settings)
    config = small_config(tiny_base)
    spec = config.model_dump(mode="json", exclude={"gradient_checkpointing"})
    repository = JobRepository(database)
    job = repository.create(JobKind.TRAIN, spec, 6, now=0.0)
    attempt = repository.claim(job.id, now=0.0)
    assert attempt is not None
    repository.complete(job.id, attempt, {"steps_per_second": 0.1}, now=1.0)

    assert TrainingService(settings, database).promise(config).seconds == pytest.approx(6 / 0.1 + SECONDS_BESIDE_STEPS)


def test_versions_of_the_starters_pictures_are_promised_with_their_time(settings: Settings, database: Database) -> None:
    create_dataset(settings, n_images=4)
    service = TrainingService(settings, database)
    config = small_config(Path("starter"))
    plain, varied = service.promise(config).seconds, service.promise(config.model_copy(update={"flip": True})).seconds
    assert plain is not None and varied is not None
    assert varied - plain == pytest.approx(4 * SECONDS_A_VERSION)


def test_the_page_shows_the_pixels_that_the_trainer_encodes(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    dataset = create_dataset(settings, widths=(160,))
    view = TrainingService(settings, database).view(small_config(tiny_base, flip=True), dataset.every_image[0])
    assert [version.size for version in view.versions] == [(80, 48), (80, 48)]
    assert view.versions[1].tobytes() == ImageOps.mirror(view.versions[0]).tobytes()


@pytest.mark.parametrize(
    ("fixture", "kind", "expected"),
    [
        ("tiny_base", AdapterKind.STYLE, {"targets": Targets.ATTENTION_AND_CONV, "resolution": 64, "rank": 16}),
        ("tiny_sdxl", AdapterKind.FACE, {"resolution": 64, "rank": 32, "lr_scheduler": "constant"}),
        ("tiny_sd3", AdapterKind.STYLE, {"resolution": 64, "min_snr_gamma": None, "max_grad_norm": 0.1}),
    ],
)
def test_a_preset_follows_the_family_and_size_of_its_base(
    settings: Settings,
    database: Database,
    request: pytest.FixtureRequest,
    fixture: str,
    kind: AdapterKind,
    expected: dict[str, object],
) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)

    config = service.preset(kind, str(request.getfixturevalue(fixture)), "dots", "dotted")

    assert {name: getattr(config, name) for name in expected} == expected
    service.submit(config)


def test_a_preset_of_a_named_base_needs_no_file_of_it(settings: Settings, database: Database) -> None:
    create_dataset(settings)

    assert TrainingService(settings, database).preset(AdapterKind.STYLE, "sdxl", "dots", "dotted").resolution == 1024


@pytest.mark.parametrize(
    ("change", "sentence", "fix"),
    [
        (
            {"targets": Targets.CROSS_ATTENTION},
            "Stable Diffusion 3 has no layers that 'cross-attention' would train.",
            "Choose one of: attention, attention-qv, attention+text-encoder, all.",
        ),
        (
            {"min_snr_gamma": 5.0},
            "Stable Diffusion 3 is trained by flow matching, where min_snr_gamma has no meaning.",
            "Train with min_snr_gamma none.",
        ),
    ],
)
def test_what_a_family_lacks_is_refused(
    settings: Settings, database: Database, tiny_sd3: Path, change: dict[str, object], sentence: str, fix: str
) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)
    config = service.preset(AdapterKind.STYLE, str(tiny_sd3), "dots", "dotted").model_copy(update=change)

    with pytest.raises(InvalidSettings) as refusal:
        service.submit(config)

    assert (refusal.value.message, refusal.value.fix) == (sentence, fix)


@pytest.mark.parametrize(
    ("fixture", "study", "expected"),
    [
        (
            "tiny_base",
            "seed-multi-concept",
            {
                "rank": 32, "network_alpha": 16, "learning_rate": 1e-4, "batch_size": 2, "lr_scheduler": "cosine",
                "precision": "bf16", "targets": Targets.ATTENTION_AND_TEXT_ENCODER, "num_train_steps": 40,
            },
        ),
        (
            "tiny_base",
            "seed-face",
            {
                "rank": 4, "network_alpha": 8, "learning_rate": 5e-5, "batch_size": 1, "gradient_accumulation": 2,
                "lr_scheduler": "constant", "precision": "fp16", "targets": Targets.CROSS_ATTENTION_QV,
                "checkpoint_every": 100, "num_train_steps": 20,
            },
        ),
        ("tiny_sd3", "seed-sd35", {"num_train_steps": 1000, "seed": 42, "min_snr_gamma": None}),
        ("tiny_sd3", "seed-face", {"targets": Targets.ATTENTION_QV, "num_train_steps": 20}),
    ],
)  # fmt: skip
def test_a_study_is_trained_as_it_was_described(
    settings: Settings,
    database: Database,
    request: pytest.FixtureRequest,
    fixture: str,
    study: str,
    expected: dict[str, object],
) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)

    config = service.study(study, str(request.getfixturevalue(fixture)), "dots", "dotted")

    assert {name: getattr(config, name) for name in expected} == expected
    service.submit(config)


def test_a_study_asks_a_large_base_for_its_own_size(settings: Settings, database: Database) -> None:
    create_dataset(settings)
    service = TrainingService(settings, database)
    sizes = [service.study(name, "sd15", "dots", "dotted").resolution for name in ("seed-multi-concept", "seed-face")]
    assert sizes == [512, 384]


def test_epochs_become_steps_rounded_up_and_within_bounds(
    settings: Settings, database: Database, tiny_base: Path
) -> None:
    create_dataset(settings, n_images=4, n_held_out=1)
    service = TrainingService(settings, database)
    config = small_config(tiny_base, batch_size=2, gradient_accumulation=2, lr_warmup_steps=3)
    assert service.with_epochs(config, 5).num_train_steps == 4
    for epochs in (0, 100_000):
        with pytest.raises(InvalidSettings, match="epochs of 'dots' are"):
            service.with_epochs(config, epochs)
