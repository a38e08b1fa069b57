"""The whole training on a tiny base: resume, truth about the result, and what is left behind."""

import gc
import json
from operator import attrgetter
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTextModel

from profile_studio.base_models import find_base_model
from profile_studio.domain.datasets import CaptionSource
from profile_studio.domain.errors import InvalidDataset, InvalidPicture, NotFinite, TrainingFailed
from profile_studio.domain.jobs import Interrupted, JobKind, Wish
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.domain.training import LoraTrainingConfig, Targets
from profile_studio.families.base import Family
from profile_studio.families.registry import load_family
from profile_studio.files.checkpoints import MANIFEST, write_manifest
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference.denoise import initial_noise
from profile_studio.lora_files import read_adapter, read_header
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.training.cache import PromptEncoder
from profile_studio.training.run import CHECKING, FORMER_NOISE, LOADING, READING
from profile_studio.training.samples import GUIDANCE_SCALE, NEGATIVE_PROMPT, SAMPLE_SEED, draw, write_samples
from profile_studio.training.verification import verify_adapter
from profile_studio.ui.korean import KOREAN
from profile_studio.worker.composition import train
from tests.tiny_base import build_contradictory_base
from tests.training.helpers import RecordingContext, create_dataset, small_config

pytestmark = pytest.mark.slow


def prompts_of(family: Family) -> PromptEncoder:
    return PromptEncoder(family, family.device, text_encoder_is_trained=False)


def living_text_encoders() -> int:
    gc.collect()
    return sum(issubclass(type(each), CLIPTextModel) for each in gc.get_objects())


@pytest.mark.parametrize(("targets", "n_living"), [(Targets.ATTENTION, 0), (Targets.ATTENTION_AND_TEXT_ENCODER, 1)])
def test_a_text_encoder_that_is_not_trained_is_gone_before_the_first_step(
    tiny_base: Path, settings: Settings, targets: Targets, n_living: int
) -> None:
    create_dataset(settings, n_images=5, n_held_out=1)
    before = living_text_encoders()
    living: list[int] = []

    def look(step: int) -> None:
        if step == 1:
            living.append(living_text_encoders() - before)

    train(
        small_config(tiny_base, targets=targets, sample_every=3, trigger_dropout=0.5),
        RecordingContext(settings.jobs_dir / "a", look),
        settings,
    )

    assert living == [n_living]


def test_a_sample_is_what_plain_diffusers_draws_from_its_prompt(tiny_base: Path, settings: Settings) -> None:
    family = load_family(find_base_model(str(tiny_base), settings), torch.device("cpu"), torch.float32)
    noise = initial_noise(SAMPLE_SEED, (1, 4, 8, 8))
    plain = family.pipeline(
        "a dot", height=64, width=64, num_inference_steps=3, guidance_scale=GUIDANCE_SCALE, latents=noise
    ).images[0]
    prompts = prompts_of(family)
    prompts.take_over(["a dot", NEGATIVE_PROMPT])

    drawn = draw(family, prompts, "a dot", 64, lambda: None, 3)

    assert drawn.tobytes() == plain.tobytes()


@pytest.mark.parametrize(
    ("targets", "widths", "is_varied"),
    [
        (Targets.ALL, (80,), False),
        (Targets.ATTENTION_AND_TEXT_ENCODER, (80,), False),
        (Targets.ATTENTION, (80, 160, 30), True),
    ],
)
def test_a_run_that_was_paused_and_resumed_gives_the_same_numbers_as_an_unbroken_one(
    tiny_base: Path, settings: Settings, targets: Targets, widths: tuple[int, ...], is_varied: bool
) -> None:
    create_dataset(settings, widths=widths)
    chosen = {"targets": targets, "flip": is_varied, "color_jitter": is_varied, "crop_jitter": is_varied}
    unbroken = small_config(tiny_base, adapter_name="unbroken", **chosen)
    broken = small_config(tiny_base, adapter_name="broken", **chosen)

    train(unbroken, RecordingContext(settings.jobs_dir / "a"), settings)
    pause_at_3 = RecordingContext(settings.jobs_dir / "b", lambda step: Wish.PAUSE if step == 3 else None)
    with pytest.raises(Interrupted) as interruption:
        train(broken, pause_at_3, settings)
    result = train(broken, RecordingContext(settings.jobs_dir / "b"), settings)

    assert interruption.value.wish is Wish.PAUSE
    assert result["resumed_at_step"] == 3
    expected = load_file(settings.user_loras_dir / "unbroken.safetensors")
    actual = load_file(settings.user_loras_dir / "broken.safetensors")
    assert expected.keys() == actual.keys()
    assert all(torch.equal(expected[name], actual[name]) for name in expected)


@pytest.mark.parametrize(
    ("paused_at", "version", "is_told"), [(3, None, True), (3, NOISE_VERSION, False), (0, None, False)]
)
def test_a_training_that_began_with_a_noise_that_is_gone_goes_on_and_says_so(
    tiny_base: Path, settings: Settings, paused_at: int, version: int | None, is_told: bool
) -> None:
    create_dataset(settings)
    config, folder = small_config(tiny_base), settings.job_folder("a")
    with pytest.raises(Interrupted):
        train(config, RecordingContext(folder.path, lambda step: Wish.PAUSE if step == paused_at else None), settings)
    checkpoint = folder.checkpoint(paused_at)
    progress = json.loads((checkpoint / "progress.json").read_text())
    assert progress.pop("noise_version") == NOISE_VERSION
    saved = {**progress, **({"noise_version": version} if version else {})}
    (checkpoint / "progress.json").write_text(json.dumps(saved))
    (checkpoint / MANIFEST).unlink()
    write_manifest(checkpoint, paused_at)
    context = RecordingContext(folder.path)

    result = train(config, context, settings)

    assert result["remarks"] == ([FORMER_NOISE] if is_told else [])
    assert (context.reports[-2].note == FORMER_NOISE) == is_told
    kept = json.loads((folder.result).read_text())
    assert kept["remarks"] == result["remarks"]


def test_a_config_always_states_the_noise_that_is_drawn(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    of_an_earlier_version = {**small_config(tiny_base).model_dump(mode="json"), "noise_version": 1}

    train(LoraTrainingConfig.model_validate(of_an_earlier_version), RecordingContext(settings.jobs_dir / "a"), settings)

    metadata = read_header(settings.user_loras_dir / "dotted.safetensors").metadata
    assert json.loads(metadata["profile_studio.config"])["noise_version"] == NOISE_VERSION


def test_a_run_goes_on_from_an_older_checkpoint_when_the_newest_is_damaged(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base)
    folder = settings.jobs_dir / "a"
    pause_at_4 = RecordingContext(folder, lambda step: Wish.PAUSE if step == 4 else None)
    with pytest.raises(Interrupted):
        train(config, pause_at_4, settings)
    damaged = folder / "checkpoints" / "checkpoint-4" / "optimizer.pt"
    damaged.write_bytes(damaged.read_bytes()[:-1])

    result = train(config, RecordingContext(folder), settings)

    assert result["resumed_at_step"] == 2


class _NoMemoryToCheck(RecordingContext):
    """The steps fit into the memory; the pictures that check the result do not."""

    def yield_device(self) -> None:
        super().yield_device()
        if self.reports[-1].note == CHECKING:
            raise MemoryError


def test_a_training_whose_check_failed_is_resumed_at_its_end(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base, num_train_steps=5)
    with pytest.raises(TrainingFailed):
        train(config, _NoMemoryToCheck(settings.jobs_dir / "a"), settings)

    assert train(config, RecordingContext(settings.jobs_dir / "a"), settings)["resumed_at_step"] == 5


def test_a_finished_training_leaves_samples_step_files_and_an_adapter_that_knows_its_origin(
    tiny_base: Path, settings: Settings
) -> None:
    dataset = create_dataset(settings, n_images=5, n_held_out=1)
    config = small_config(tiny_base, sample_every=3, dataset_version=dataset.version)
    context = RecordingContext(settings.jobs_dir / "a")

    result = train(config, context, settings)

    adapter = read_adapter(settings.user_loras_dir / "dotted.safetensors")
    assert result["file"] == adapter.path.name
    assert result["cut_captions"] == {"n": 0, "n_korean": 0, "window": 75}
    assert (adapter.rank, adapter.network_alpha, adapter.num_train_steps) == (4, 2.0, 6)
    assert (adapter.trigger_word, adapter.class_word) == ("dotty", "dots")
    assert (adapter.dataset, adapter.dataset_version) == ("dots", dataset.version)
    assert sorted(path.name for path in (context.folder / "samples").iterdir()) == [
        "base-0.png", "base-1.png", "step-00003-0.png", "step-00003-1.png", "step-00006-0.png", "step-00006-1.png",
    ]  # fmt: skip
    with Image.open(adapter.cover_path) as cover, Image.open(context.folder / "samples" / "step-00006-0.png") as sample:
        assert (cover.format, cover.size) == ("WEBP", sample.size)
    assert sorted(path.name for path in (context.folder / "checkpoints").iterdir()) == [
        "step-00003.safetensors",
        "step-00006.safetensors",
    ]
    assert [report.losses[0].step for report in context.reports if report.losses] == [1, 2, 3, 4, 5, 6]
    notes = [report.note for report in context.reports if report.note]
    assert notes == [LOADING, READING, CHECKING]
    assert all(KOREAN.common.said(note) != note for note in notes)
    pictures, steps_a_picture, verified, steps_a_check = 6, 20, 2, 4
    assert context.device_offers == 6 + pictures * steps_a_picture + verified * steps_a_check


def test_a_canceled_training_leaves_no_adapter_and_no_new_checkpoint(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    context = RecordingContext(settings.jobs_dir / "a", lambda step: Wish.CANCEL if step == 3 else None)

    with pytest.raises(Interrupted):
        train(small_config(tiny_base), context, settings)

    assert [path.name for path in (context.folder / "checkpoints").iterdir()] == ["checkpoint-2"]
    assert list(settings.user_loras_dir.iterdir()) == []


def test_an_attempt_that_died_after_publishing_is_not_trained_again(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    first = train(small_config(tiny_base), RecordingContext(settings.jobs_dir / "a"), settings)
    second_context = RecordingContext(settings.jobs_dir / "a")

    assert train(small_config(tiny_base), second_context, settings) == first
    assert second_context.reports == []


def test_a_training_whose_name_was_taken_meanwhile_is_published_under_a_free_one(
    tiny_base: Path, settings: Settings
) -> None:
    create_dataset(settings)
    database = Database(settings.resolved_database_url)
    JobRepository(database).create(JobKind.TRAIN, {"adapter_name": "dotted-3"}, 1, now=1.0)
    for taken in ("dotted", "dotted-2"):
        (settings.user_loras_dir / f"{taken}.safetensors").write_bytes(b"of a friend")
    context = RecordingContext(settings.jobs_dir / "a")

    result = train(small_config(tiny_base, num_train_steps=2), context, settings)

    adapter = read_adapter(settings.user_loras_dir / "dotted-4.safetensors")
    assert (result["adapter"], result["file"]) == ("dotted-4", adapter.path.name)
    assert read_header(adapter.path).metadata["ss_output_name"] == "dotted-4"
    assert (settings.user_loras_dir / "dotted.safetensors").read_bytes() == b"of a friend"
    assert train(small_config(tiny_base, num_train_steps=2), context, settings) == result


def test_a_diverging_training_fails_with_a_sentence(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base, learning_rate=1.0, network_alpha=512.0, rank=1, num_train_steps=60)

    with pytest.raises(TrainingFailed) as failure:
        train(config, RecordingContext(settings.jobs_dir / "a"), settings)

    assert "learning rate" in str(failure.value)
    assert list(settings.user_loras_dir.iterdir()) == []


def test_a_base_that_draws_nan_is_named_before_anything_is_trained(
    tiny_base: Path, settings: Settings, tmp_path: Path
) -> None:
    create_dataset(settings)
    base = build_contradictory_base(tiny_base, tmp_path / "zero-snr")
    context = RecordingContext(settings.jobs_dir / "a")

    with pytest.raises(NotFinite, match="the base model 'zero-snr' predicts epsilon"):
        train(small_config(base, sample_every=2), context, settings)

    assert max(report.step for report in context.reports) == 0


@pytest.mark.parametrize("part", ["unet.conv_out", "vae.decoder.conv_out"])
def test_a_sample_of_nan_is_an_error_and_no_black_picture(
    tiny_base: Path, settings: Settings, tmp_path: Path, part: str
) -> None:
    base = find_base_model(str(tiny_base), settings)
    family = load_family(base, torch.device("cpu"), torch.float32)
    attrgetter(part)(family.pipeline).bias.data.fill_(torch.nan)

    with pytest.raises(FloatingPointError):
        write_samples(JobFolder(tmp_path), family, prompts_of(family), ["a dot"], 64, 2, lambda: None)

    assert list(tmp_path.rglob("*.png")) == []


def test_a_training_without_effect_fails_with_a_sentence(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base, learning_rate=1e-12, num_train_steps=1)

    with pytest.raises(TrainingFailed) as failure:
        train(config, RecordingContext(settings.jobs_dir / "a"), settings)

    assert "higher learning rate" in str(failure.value)


def test_a_result_that_cannot_be_read_back_fails_with_a_sentence(tmp_path: Path, tiny_base: Path) -> None:
    family = load_family(find_base_model(str(tiny_base), Settings()), torch.device("cpu"), torch.float32)
    path = tmp_path / "candidate.safetensors"
    path.write_bytes(b"cut")

    with pytest.raises(TrainingFailed) as failure:
        verify_adapter(path, family, prompts_of(family), 64, lambda: None)

    assert "cannot be read back" in failure.value.message


def test_a_data_set_that_changed_while_the_training_waited_is_refused(tiny_base: Path, settings: Settings) -> None:
    dataset = create_dataset(settings)
    database = Database(settings.resolved_database_url)
    DatasetRepository(database, settings.datasets_dir).set_captions("dots", {"0": "another"}, CaptionSource.HAND)

    with pytest.raises(InvalidDataset) as failure:
        train(
            small_config(tiny_base, dataset_version=dataset.version),
            RecordingContext(settings.jobs_dir / "a"),
            settings,
        )

    assert "changed" in failure.value.message


def test_a_resumed_training_does_not_need_its_data_set_any_more(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base)
    with pytest.raises(Interrupted):
        train(config, RecordingContext(settings.jobs_dir / "a", lambda s: Wish.PAUSE if s == 1 else None), settings)
    DatasetRepository(Database(settings.resolved_database_url), settings.datasets_dir).delete("dots")

    result = train(config, RecordingContext(settings.jobs_dir / "a"), settings)

    assert result["steps"] == 6


@pytest.mark.parametrize("content", [None, b"", b"half"])
def test_a_picture_that_is_missing_or_damaged_is_named(
    tiny_base: Path, settings: Settings, content: bytes | None
) -> None:
    dataset = create_dataset(settings)
    picture = dataset.training_images[2]
    if content is None:
        picture.path.unlink()
    else:
        picture.path.write_bytes(picture.path.read_bytes()[: len(content) * 20])
    with pytest.raises(InvalidPicture, match=f"'{picture.original_name}' is missing or damaged"):
        train(small_config(tiny_base), RecordingContext(settings.jobs_dir / "a"), settings)


def test_a_truncated_cache_is_encoded_again(tiny_base: Path, settings: Settings) -> None:
    create_dataset(settings)
    config = small_config(tiny_base)
    folder = settings.jobs_dir / "a"
    with pytest.raises(Interrupted):
        train(config, RecordingContext(folder, lambda step: Wish.PAUSE if step == 2 else None), settings)
    cache = folder / "cache.safetensors"
    whole = cache.read_bytes()
    cache.write_bytes(whole[:-100])

    result = train(config, RecordingContext(folder), settings)

    assert result["resumed_at_step"] == 2
    assert cache.read_bytes() == whole
