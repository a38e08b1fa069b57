"""What a comparison accepts, and what it says no to."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from profile_studio.domain import starter_words
from profile_studio.domain.comparison import SECONDS_A_STEP_KEY, SPREADS_KEY, ComparisonConfig
from profile_studio.domain.errors import (
    BaseModelMissing,
    InputError,
    InvalidAdapter,
    InvalidModelSpec,
    InvalidPrompt,
    InvalidSettings,
    JobNotAllowed,
    UnknownAdapter,
    UnknownDataset,
    UnknownJob,
)
from profile_studio.domain.jobs import JobKind, JobStatus
from profile_studio.lora_files import RawTensor, read_header, read_tensors, write_tensors
from profile_studio.services.comparison import SECONDS_BESIDE_STEPS, ComparisonService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.random_adapter import write_random_adapter
from tests.training.helpers import create_dataset


@pytest.fixture
def database(settings: Settings) -> Database:
    create_dataset(settings, n_images=4)
    return Database(settings.resolved_database_url)


@pytest.fixture
def comparison(settings: Settings, database: Database, tiny_base: Path) -> ComparisonService:
    write_random_adapter(settings.user_loras_dir / "wavy.safetensors", tiny_base, settings, "wvy", dataset="dots")
    write_random_adapter(settings.user_loras_dir / "lost.safetensors", tiny_base, settings, dataset="gone")
    whole = settings.user_loras_dir / "lost.safetensors"
    whole.with_name("half.safetensors").write_bytes(whole.read_bytes()[:-100])
    tensors = read_tensors(whole)
    for name, each in tensors.items():
        if name.endswith("up.weight"):
            tensors[name] = RawTensor(each.dtype, each.shape, b"\xff" * len(each.data))
    write_tensors(whole.with_name("nan.safetensors"), tensors, read_header(whole).metadata)
    return ComparisonService(settings, database)


def config(tiny_base: Path, *models: str, **changes: object) -> ComparisonConfig:
    values = {"models": models, "base": str(tiny_base), "prompts": ("a hat", "a dog"), "seeds": 3, **changes}
    return ComparisonConfig.model_validate(values)


def test_an_accepted_comparison_is_a_job_that_counts_its_pictures(
    comparison: ComparisonService, tiny_base: Path
) -> None:
    job = comparison.submit(config(tiny_base, " wavy", "wavy", "wavy=0.5+lost=0.25"))
    assert (job.kind, job.status, job.steps) == (JobKind.COMPARE, JobStatus.QUEUED, 3 * 2 * 3)
    accepted = ComparisonConfig.model_validate(job.spec)
    assert job.spec["models"] == ["base", "wavy", "wavy=0.5+lost=0.25"]
    assert accepted.repeated == ("wavy",)
    assert accepted.dataset == "dots"


def test_an_adapter_whose_data_set_is_gone_is_compared_without_a_style(
    comparison: ComparisonService, tiny_base: Path
) -> None:
    job = comparison.submit(config(tiny_base, "lost"))
    assert ComparisonConfig.model_validate(job.spec).dataset is None


@pytest.mark.parametrize(
    ("models", "changes", "error", "sentence"),
    [
        (("base",), {}, InvalidModelSpec, "nothing to compare"),
        (("nobody",), {}, UnknownAdapter, "no LoRA 'nobody'"),
        (("wavy=9",), {}, InvalidModelSpec, "does not name a model"),
        (("wavy=0", "base"), {}, InvalidModelSpec, "nothing to compare"),
        (("wavy=0.5+wavy=0.25",), {}, InvalidModelSpec, "wavy is twice"),
        (("lost", "nan"), {}, InvalidAdapter, "NaN"),
        (("lost", "half"), {}, InvalidAdapter, "half.safetensors"),
        (("../wavy",), {}, InvalidModelSpec, "does not name a model"),
        (("wavy@50",), {}, InvalidModelSpec, "wavy has no checkpoint at step 50"),
        (("wavy",), {"base": "/nowhere"}, BaseModelMissing, "not on this disk"),
        (("wavy",), {"dataset": "nothing"}, UnknownDataset, "no data set 'nothing'"),
        (
            ("wavy",),
            {"metrics": ("fid",)},
            InvalidSettings,
            "fid needs the Inception network, which is not on this computer",
        ),
        (("wavy",), {"metrics": ("beauty",)}, InvalidSettings, "no metric 'beauty'"),
        (("wavy",), {"prompts": ("a hat", "  ")}, InvalidPrompt, "prompts is empty"),
        (("wavy",), {"prompts": tuple(map(str, range(60))), "seeds": 64}, InvalidSettings, "7680 pictures"),
        (("wavy",), {"prompts": ("a hat", "a (hat")}, InvalidPrompt, "never closed"),
        (("wavy",), {"prompts": ("a" * 2001,)}, InvalidPrompt, "one has 2001"),
        (("wavy",), {"prompts": ("a hat", "{red|blue} hat")}, InvalidPrompt, "other words in each picture"),
        (
            ("wavy",),
            {"seeds": 1, "prompts": ("a hat",), "metrics": ("fd_judge",)},
            InvalidSettings,
            "at least 2 pictures",
        ),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(
    comparison: ComparisonService,
    database: Database,
    tiny_base: Path,
    models: tuple[str, ...],
    changes: dict[str, object],
    error: type[InputError],
    sentence: str,
) -> None:
    with pytest.raises(error) as caught:
        comparison.submit(config(tiny_base, *models, **changes))
    assert sentence in caught.value.message
    assert caught.value.fix
    assert JobRepository(database).find() == []


def test_an_adapter_of_another_base_is_refused(
    comparison: ComparisonService, settings: Settings, tiny_base: Path
) -> None:
    path = settings.user_loras_dir / "other.safetensors"
    write_random_adapter(path, tiny_base, settings)
    other = shutil.copytree(tiny_base, settings.resolved_home / "other-base")
    with (other / "unet" / "diffusion_pytorch_model.safetensors").open("r+b") as unet:
        unet.seek(-1, os.SEEK_END)
        unet.write(b"!")
    with pytest.raises(InvalidAdapter, match="other was trained for the base model 'tiny-sd15'"):
        comparison.submit(config(other, "other"))


def test_a_checkpoint_of_a_training_can_be_compared(
    comparison: ComparisonService, database: Database, settings: Settings, tiny_base: Path
) -> None:
    training = JobRepository(database).create(JobKind.TRAIN, {"adapter_name": "wavy"}, 100, time.time())
    checkpoints = settings.jobs_dir / training.id / "checkpoints"
    write_random_adapter(checkpoints / "step-00050.safetensors", tiny_base, settings)
    assert comparison.submit(config(tiny_base, "wavy@50")).steps == 12
    with pytest.raises(InvalidModelSpec, match="It has: 50"):
        comparison.submit(config(tiny_base, "wavy@60"))


def test_a_report_is_only_there_when_the_comparison_is_completed(
    comparison: ComparisonService, database: Database, tiny_base: Path
) -> None:
    job = comparison.submit(config(tiny_base, "wavy"))
    training = JobRepository(database).create(JobKind.TRAIN, {}, 100, time.time())
    with pytest.raises(JobNotAllowed, match="is queued"):
        comparison.report(job.id)
    with pytest.raises(JobNotAllowed, match="is not a comparison"):
        comparison.report(training.id)
    with pytest.raises(UnknownJob):
        comparison.report("nope")


def test_the_default_prompts_use_words_the_starter_was_taught(comparison: ComparisonService) -> None:
    phrases = [*starter_words.HAIR_WORDS, *starter_words.GLASSES, *starter_words.FACIAL_HAIR, *starter_words.MOODS]
    words = {word for phrase in phrases for word in phrase.split()}
    words |= {*starter_words.HAIR_COLOURS, *starter_words.SHIRT_COLOURS, *starter_words.BACKGROUNDS}
    words |= {"portrait", "of", "a", "woman", "man", "person", "in", "shirt", "background"}
    prompts = comparison.default_prompts()
    assert len(set(prompts)) == 16
    assert {word for prompt in prompts for word in re.findall(r"[a-z]+", prompt)} <= words


def test_a_promise_is_measured_once_a_comparison_of_this_base_was_done_here(
    comparison: ComparisonService, database: Database, tiny_base: Path
) -> None:
    wanted = config(tiny_base, "wavy", num_inference_steps=10)
    assert comparison.promise(wanted).seconds is None

    repository = JobRepository(database)
    job = comparison.submit(wanted)
    attempt = repository.claim(job.id, now=0.0)
    assert attempt is not None
    repository.complete(job.id, attempt, {SECONDS_A_STEP_KEY: 0.5}, now=1.0)
    promise = comparison.promise(wanted)
    assert promise.seconds == pytest.approx(2 * 2 * 3 * 10 * 0.5 + SECONDS_BESIDE_STEPS)
    assert promise.sentence == "About 2 minutes, as measured in earlier comparisons here."


def test_prompts_and_models_that_are_equal_are_one(comparison: ComparisonService, tiny_base: Path) -> None:
    asked = config(tiny_base, "wavy", "wavy=1.0", "lost=0", prompts=("A  hat", " a hat ", "a dog"))
    job = comparison.submit(asked)
    accepted = ComparisonConfig.model_validate(job.spec)
    assert [spec.text for spec in accepted.models] == ["base", "wavy"]
    assert accepted.prompts == ("A  hat", "a dog")
    assert accepted.repeated == ("wavy=1.0", "lost=0", " a hat ")
    assert job.steps == 2 * 2 * 3


def test_adapters_of_several_styles_keep_their_own(
    comparison: ComparisonService, tiny_base: Path, settings: Settings
) -> None:
    write_random_adapter(settings.user_loras_dir / "pixels.safetensors", tiny_base, settings, dataset="pixel-art")
    assert comparison.submit(config(tiny_base, "wavy", "pixels")).spec["dataset"] is None
    assert comparison.submit(config(tiny_base, "wavy", "pixels", dataset="dots")).spec["dataset"] == "dots"


def test_what_can_be_shown_is_told_before_from_what_was_measured(
    comparison: ComparisonService, database: Database, tiny_base: Path
) -> None:
    few = config(tiny_base, "wavy", "lost")
    assert comparison.foresight(few) == (
        "With 2 prompts nothing can be called sure, however many pictures each has: give at least 8."
    )
    wanted = config(tiny_base, "wavy", prompts=tuple(f"hat {n}" for n in range(16)), metrics=("style_similarity",))
    assert comparison.foresight(wanted) is None

    repository = JobRepository(database)
    job = comparison.submit(wanted)
    attempt = repository.claim(job.id, now=0.0)
    assert attempt is not None
    repository.complete(job.id, attempt, {SECONDS_A_STEP_KEY: 0.5, SPREADS_KEY: {"style_similarity": 0.04}}, now=1.0)
    # (1.96 + 0.84) x 0.04 / sqrt(16)
    assert comparison.foresight(wanted) == (
        "It can show a change of 0.028 in “Like your pictures”; for half of that give 64 prompts. "
        "About 64 minutes, as measured in earlier comparisons here."
    )
    assert comparison.foresight(wanted.model_copy(update={"seeds": 2})) is None
