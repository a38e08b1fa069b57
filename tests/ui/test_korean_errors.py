"""What really goes wrong, as the Korean page says it."""

import re
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from profile_studio.domain.comparison import ComparisonConfig
from profile_studio.domain.datasets import ImportRequest
from profile_studio.domain.errors import ProfileStudioError, TrainingFailed
from profile_studio.domain.generation import AdapterWeight, GenerationRequest
from profile_studio.domain.jobs import JobError, JobKind
from profile_studio.domain.presets import preset
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import AdapterKind
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from profile_studio.ui.components.notices import error_notice, error_notice_of_job
from profile_studio.ui.korean import KOREAN

_ENGLISH_SENTENCE = re.compile(r"(?:\b[a-z']+ ){4}")
EXAMPLE = "pixel-art"


def says(sentence: str) -> str:
    """The sentence on the Korean page; fails where any of it is still English."""
    words = KOREAN.common.said(sentence)
    assert re.search("[가-힣]", words) and not _ENGLISH_SENTENCE.search(words), words
    return words


def what_it_says(go_wrong: Callable[[], object]) -> str:
    with pytest.raises(ProfileStudioError) as caught:
        go_wrong()
    assert says(caught.value.message) in unescape(error_notice(caught.value, KOREAN.common))
    return f"{says(caught.value.message)} {says(caught.value.fix)}"


@pytest.fixture
def studio(settings: Settings) -> Studio:
    studio = Studio.open(settings)
    studio.datasets.import_example(EXAMPLE, EXAMPLE)
    return studio


def make(prompt: str, *adapters: str) -> GenerationRequest:
    return GenerationRequest(prompt=prompt, adapters=tuple(AdapterWeight(adapter_name=name) for name in adapters))


def test_what_is_not_there_is_missed_in_korean(studio: Studio) -> None:
    assert what_it_says(lambda: studio.datasets.get("gone")).startswith("“gone” 세트가 없어요.")
    assert what_it_says(lambda: studio.jobs.get("gone")).startswith("작업 “gone”: 찾을 수 없어요.")
    assert what_it_says(lambda: studio.adapters.delete("gone")).startswith("“gone” LoRA가 없어요.")
    assert "watercolor" in what_it_says(lambda: studio.adapters.delete("watercolor"))
    what_it_says(lambda: list(studio.generation.generate(make("red hair", "gone"))))
    what_it_says(lambda: list(studio.generation.generate(make("red hair"))))  # no engine runs


@pytest.mark.parametrize(
    "prompt", ["안경", "(red hair", "red) hair", "(hair:9)", "<lora:ink:1>", '"hair', "()", "[hair"]
)
def test_a_prompt_is_refused_in_korean(studio: Studio, prompt: str) -> None:
    what_it_says(lambda: list(studio.generation.generate(make(prompt))))


def test_an_import_fails_in_korean(studio: Studio, tmp_path: Path) -> None:
    lie, empty = tmp_path / "holiday.png", tmp_path / "empty.zip"
    lie.write_text("not a picture")
    zipfile.ZipFile(empty, "w").close()
    said = what_it_says(lambda: studio.datasets.import_sources(ImportRequest([lie], "mine")))
    assert said.startswith("쓸 수 있는 사진이 없어요 (빠진 파일: 사진이 아님 1개).")
    what_it_says(lambda: studio.datasets.import_sources(ImportRequest([empty], "mine")))
    what_it_says(lambda: studio.datasets.import_sources(ImportRequest([tmp_path / "gone.zip"], "mine")))
    what_it_says(lambda: studio.datasets.import_sources(ImportRequest([lie], EXAMPLE)))
    what_it_says(lambda: studio.datasets.import_sources(ImportRequest([lie], "My Club")))
    what_it_says(lambda: studio.datasets.set_trigger_word(EXAMPLE, "two words"))
    what_it_says(lambda: studio.adapters.import_file(lie, None))


def test_a_job_that_may_not_be_is_refused_in_korean(studio: Studio, settings: Settings) -> None:
    jobs = JobRepository(Database(settings.resolved_database_url))
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine", "dataset": EXAMPLE}, 10, now=0.0)
    config = preset(AdapterKind.STYLE, "starter", EXAMPLE, "mine", 32)
    assert what_it_says(lambda: studio.training.submit(config)).startswith("“mine” 학습이 이미 있어요 (대기 중).")
    said = what_it_says(lambda: studio.jobs.resume(job.id))
    assert said.startswith(f"“대기 중” 상태인 작업에는 ‘계속하기’ 기능을 쓸 수 없어요 ({job.id}).")
    what_it_says(lambda: studio.training.submit(config.model_copy(update={"adapter_name": "watercolor"})))
    large = ComparisonConfig(models=("watercolor",), prompts=tuple(f"red hair {n}" for n in range(60)), seeds=64)
    what_it_says(lambda: studio.comparison.submit(large))
    what_it_says(lambda: ComparisonConfig.model_validate({"models": ("water color",), "prompts": ("red hair",)}))
    what_it_says(lambda: studio.comparison.report(job.id))


def test_what_another_process_wrote_into_a_row_is_said_in_korean(settings: Settings) -> None:
    Studio.open(settings)
    jobs = JobRepository(Database(settings.resolved_database_url))
    failure = TrainingFailed(
        "The training diverged at step {step}: {why}. It was shown {names}.",
        "Train again with a lower learning rate, such as {rate}.",
        step=7,
        why=Sentence("its loss was NaN or infinite"),
        names=["a.png", "b.png"],
        rate="5e-05",
    )
    job = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, 10, now=0.0)
    attempt = jobs.claim(job.id, now=1.0)
    assert attempt is not None
    jobs.fail(job.id, attempt, JobError(failure.kind, failure.message, failure.fix), now=2.0)
    error = jobs.get(job.id).error
    assert error
    shown = error_notice_of_job(error, KOREAN.common)
    assert "7스텝에서" in shown and "무한대였어요. 그때 본 사진: a.png, b.png." in shown and "예: 5e-05" in shown
    former = error_notice_of_job(JobError("k", "The disk is full.", "Train again with a lower rate."), KOREAN.common)
    assert "디스크가 가득 찼어요." in former and "Train again with a lower rate." in former


def test_a_demo_refuses_in_korean(tmp_path: Path) -> None:
    demo = Studio.open(Settings(home=tmp_path / "home", space_id="someone/studio"))
    config = preset(AdapterKind.STYLE, "starter", EXAMPLE, "mine", 32)
    said = what_it_says(lambda: demo.training.submit(config))
    assert said.startswith("이 공개 데모에서는 쓸 수 없는 기능이에요: 학습.")
    what_it_says(lambda: demo.datasets.delete(EXAMPLE))
    what_it_says(
        lambda: list(demo.generation.generate(make("hair").model_copy(update={"count": 8, "num_inference_steps": 200})))
    )


def test_advice_promises_and_changes_are_korean(studio: Studio) -> None:
    studio.datasets.set_trigger_word(EXAMPLE, "me")
    image = studio.datasets.get(EXAMPLE).images[0]
    studio.datasets.set_caption(EXAMPLE, image.image_id, "a hat")
    studio.datasets.set_aside(EXAMPLE, image.image_id)
    advice = studio.datasets.advice(EXAMPLE, is_face=True)
    assert advice and all(says(sentence) for sentence in advice)
    assert all(says(change.what) for change in studio.datasets.changes(EXAMPLE))
    undone = studio.datasets.undo_captions(EXAMPLE)
    assert undone and says(undone).endswith("설명")
    config = preset(AdapterKind.STYLE, "starter", EXAMPLE, "mine", 32)
    assert says(studio.training.promise(config).sentence).startswith("노트북에서 약 ")
    compared = ComparisonConfig(models=("pixel-art",), prompts=("a hat",))
    assert says(studio.comparison.promise(compared).sentence).startswith("노트북에서 약 ")
    assert all(says(words) for words in studio.datasets.delete(EXAMPLE).removed)
