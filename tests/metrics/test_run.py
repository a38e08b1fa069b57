"""The whole compare job on a tiny base and a tiny judge."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pydantic import TypeAdapter

from profile_studio.domain.comparison import SECONDS_A_STEP_KEY, SPREADS_KEY, ComparisonConfig, ComparisonReport
from profile_studio.domain.errors import InvalidAdapter, JudgeMissing
from profile_studio.domain.jobs import Interrupted, Wish
from profile_studio.files.pictures import read_recipe
from profile_studio.lora_files import RawTensor, read_header, read_tensors, write_tensors
from profile_studio.settings import Settings
from profile_studio.worker.composition import compare
from tests.random_adapter import write_random_adapter
from tests.training.helpers import RecordingContext, create_dataset

MEASURED = ("clip_score", "style_similarity", "copy_risk", "fd_judge", "face_score", "variety")


class SettingsWithTinyJudge(Settings):
    """Settings whose judge was put into the home; the critic is the shipped one, small as it is."""

    @property
    def judge_dir(self) -> Path:
        return self.resolved_home / "judge"


@pytest.fixture
def studio_settings(tmp_path: Path, tiny_base: Path, tiny_judge: Path) -> SettingsWithTinyJudge:
    settings = SettingsWithTinyJudge(home=tmp_path / "home")
    settings.create_folders()
    settings.judge_dir.symlink_to(tiny_judge)
    create_dataset(settings, n_images=12, n_held_out=2)
    write_random_adapter(settings.user_loras_dir / "wavy.safetensors", tiny_base, settings, "wvy", "dots")
    return settings


def config(tiny_base: Path, **changes: object) -> ComparisonConfig:
    values: dict[str, object] = {
        "models": ("wavy", "wavy=0.5"),
        "base": str(tiny_base),
        "dataset": "dots",
        "prompts": ("a (hat)1.3", "a dog"),
        "seeds": 2,
        "metrics": MEASURED,
        "num_inference_steps": 2,
        **changes,
    }
    return ComparisonConfig.model_validate(values).unified()


def report_of(context: RecordingContext) -> ComparisonReport:
    return TypeAdapter(ComparisonReport).validate_json((context.folder / "report.json").read_bytes())


def pictures_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.png"))}


def pixels(path: Path) -> bytes:
    with Image.open(path) as image:
        return image.tobytes()


def pause_after(pictures: int) -> Callable[[int], Wish | None]:
    return lambda step: Wish.PAUSE if step >= pictures else None


def test_a_comparison_draws_every_model_from_the_same_prompts_and_seeds(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    context = RecordingContext(studio_settings.jobs_dir / "a")
    result = compare(config(tiny_base), context, studio_settings)
    report = report_of(context)

    assert [row.model for row in report.rows] == ["base", "wavy", "wavy=0.5"]
    assert {metric for row in report.rows for metric in row.metrics} == set(MEASURED)
    assert all((context.folder / name).is_file() for name in report.files)
    recipes = {spec: [read_recipe(context.folder / name) for name in names] for spec, names in report.pictures.items()}
    assert [(recipe.request.prompt, recipe.seed) for recipe in recipes["base"]] == [
        ("a (hat)1.3", 0), ("a (hat)1.3", 1), ("a dog", 0), ("a dog", 1),
    ]  # fmt: skip
    assert recipes["wavy"][2].read_as == "wvy, a dog"
    assert [adapter.weight for adapter in recipes["wavy=0.5"][0].request.adapters] == [0.5]
    first = [pixels(context.folder / names[0]) for names in report.pictures.values()]
    assert len(set(first)) == 3
    assert {row.metrics["face_score"].encoder.split("-")[0] for row in report.rows} == {"critic"}
    assert (context.reports[-1].step, context.reports[-1].steps) == (12, 12)
    assert context.device_offers >= 12
    assert result["files"] == list(report.files)
    assert isinstance(seconds := result[SECONDS_A_STEP_KEY], float) and seconds > 0
    assert set(result[SPREADS_KEY]) == {"clip_score", "style_similarity", "copy_risk", "face_score", "variety"}
    assert any("because too few were held out" in sentence for sentence in report.sentences)


def test_a_trigger_free_comparison_draws_its_prompts_as_they_are(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    context = RecordingContext(studio_settings.jobs_dir / "a")
    compared = config(tiny_base, models=("wavy",), prompts=("a dog",), seeds=1, is_trigger_free=True)
    compare(compared.model_copy(update={"metrics": ("clip_score",)}), context, studio_settings)
    (name,) = report_of(context).pictures["wavy"]
    assert read_recipe(context.folder / name).request.prompt == "a dog"


def test_where_a_prompt_says_the_trigger_word_the_base_and_the_judge_read_the_class_word(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    wavy = studio_settings.user_loras_dir / "wavy.safetensors"
    write_random_adapter(wavy, tiny_base, studio_settings, "wvy", "dots", class_word="dog")
    write_random_adapter(wavy.with_name("other.safetensors"), tiny_base, studio_settings)
    context = RecordingContext(studio_settings.jobs_dir / "a")
    compared = config(tiny_base, models=("wavy", "other"), prompts=("photo of wvy", "a hat"), seeds=1)
    compare(compared, context, studio_settings)
    asked = {
        spec: [read_recipe(context.folder / name).read_as for name in names]
        for spec, names in report_of(context).pictures.items()
    }

    assert asked["base"] == asked["other"] == ["photo of dog", "a hat"]
    assert asked["wavy"] == ["photo of wvy", "wvy, a hat"]
    plain = RecordingContext(studio_settings.jobs_dir / "b")
    compare(compared.model_copy(update={"prompts": ("photo of dog", "a hat")}), plain, studio_settings)
    assert report_of(context).rows[0] == report_of(plain).rows[0]


def test_a_paused_comparison_goes_on_where_it_stopped_and_ends_with_the_same_pictures(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    unbroken = RecordingContext(studio_settings.jobs_dir / "a")
    compare(config(tiny_base), unbroken, studio_settings)
    paused = RecordingContext(studio_settings.jobs_dir / "b", pause_after(5))
    with pytest.raises(Interrupted) as interruption:
        compare(config(tiny_base), paused, studio_settings)
    kept = {path: path.stat().st_mtime_ns for path in paused.folder.rglob("*.png")}
    resumed = RecordingContext(paused.folder)
    compare(config(tiny_base), resumed, studio_settings)

    assert interruption.value.wish is Wish.PAUSE
    assert len(kept) == 5
    assert resumed.reports[0].step == 5
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())
    assert pictures_of(unbroken.folder) == pictures_of(resumed.folder)
    assert report_of(unbroken) == report_of(resumed)


def spoil(path: Path) -> None:
    """Turns a LoRA's numbers into NaN."""
    tensors = read_tensors(path)
    for name, each in tensors.items():
        if name.endswith("up.weight"):
            tensors[name] = RawTensor(each.dtype, each.shape, b"\xff" * len(each.data))
    write_tensors(path, tensors, read_header(path).metadata)


def test_a_model_that_draws_nan_is_not_measured_and_the_others_are(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    wavy = studio_settings.user_loras_dir / "wavy.safetensors"
    shutil.copy(wavy, wavy.with_name("broken.safetensors"))
    spoil(wavy.with_name("broken.safetensors"))
    context = RecordingContext(studio_settings.jobs_dir / "a")

    compare(config(tiny_base, models=("broken=0.5", "wavy")), context, studio_settings)

    report = report_of(context)
    reason = "broken.safetensors contains NaN, infinite or overflowed values, which give black pictures."
    assert [row.model for row in report.rows] == list(report.pictures) == ["base", "wavy"]
    assert report.sentences[0] == f"broken=0.5 was not measured. {reason}"
    assert list(report.failed) == ["broken=0.5"]
    assert reason in (context.folder / "report.html").read_text(encoding="utf-8")
    assert context.reports[-1].step == context.reports[-1].steps
    assert not list((context.folder / "pictures").glob("broken*/*"))


def test_a_comparison_of_nothing_but_nan_fails_and_names_the_lora(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    spoil(studio_settings.user_loras_dir / "wavy.safetensors")
    with pytest.raises(InvalidAdapter, match=r"wavy\.safetensors contains NaN"):
        compare(config(tiny_base), RecordingContext(studio_settings.jobs_dir / "a"), studio_settings)


def test_pictures_that_were_seen_before_are_not_encoded_again(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    contexts = [RecordingContext(studio_settings.jobs_dir / name) for name in ("a", "b")]
    first, again = (compare(config(tiny_base), context, studio_settings) for context in contexts)
    assert first["encoded"] == 2 * 12 + 10 + 2  # by judge and critic, and what was trained on and held out by the judge
    assert again["encoded"] == 0
    assert report_of(contexts[0]) == report_of(contexts[1])


def test_a_clip_from_a_folder_scores_beside_the_judge(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge, tiny_judge: Path
) -> None:
    (studio_settings.evaluators_dir).mkdir()
    (studio_settings.evaluators_dir / "clip").symlink_to(tiny_judge)
    context = RecordingContext(studio_settings.jobs_dir / "a")
    compare(config(tiny_base, metrics=("clip_score_vit_b32", "clip_score")), context, studio_settings)
    clip, judge = report_of(context).rows[1].metrics.values()
    assert (clip.value, clip.low) == (judge.value, judge.low)
    assert (clip.encoder.split("-")[0], judge.encoder.split("-")[0]) == ("clip", "judge")


def test_each_model_is_held_against_the_pictures_that_it_learned_from(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    wavy = studio_settings.user_loras_dir / "wavy.safetensors"
    write_random_adapter(wavy.with_name("pixels.safetensors"), tiny_base, studio_settings, dataset="pixel-art")
    write_random_adapter(wavy.with_name("lost.safetensors"), tiny_base, studio_settings, dataset="gone")
    context = RecordingContext(studio_settings.jobs_dir / "a")
    models = ("wavy", "pixels", "lost", "wavy=0.4+pixels=0.6")
    asked = ("style_similarity", "style_accuracy", "clip_score")
    compare(config(tiny_base, models=models, dataset=None, metrics=asked), context, studio_settings)

    report = report_of(context)
    measured = {row.model: row.metrics.get("style_similarity") for row in report.rows}
    assert {model: value and value.reference for model, value in measured.items()} == {
        "base": None, "wavy": "dots", "pixels": "pixel-art", "lost": None, "wavy=0.4+pixels=0.6": "pixel-art",
    }  # fmt: skip
    assert "style_accuracy" in report.rows[1].metrics
    assert all("clip_score" in row.metrics for row in report.rows)
    assert "lost is held against no style: the pictures it learned from are gone." in report.sentences
    assert any(each.startswith("pixels, wavy=0.4+pixels=0.6, held against pixel-art: ") for each in report.sentences)
    table = (context.folder / "table.md").read_text(encoding="utf-8")
    assert "[pixel-art] |" in table
    assert "| base | – |" in table


def test_what_was_asked_twice_is_measured_once_and_said(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    context = RecordingContext(studio_settings.jobs_dir / "a")
    asked = config(tiny_base, models=("wavy", "wavy=1.0", "wavy=0"), prompts=("a hat", "A  hat ", "a dog"))
    compare(asked, context, studio_settings)
    report = report_of(context)
    assert {spec: len(names) for spec, names in report.pictures.items()} == {"base": 4, "wavy": 4}
    assert "Asked for twice and measured once: wavy=1.0, wavy=0, A  hat ." in report.sentences


def test_weights_and_long_ends_are_no_part_of_what_is_scored(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    contexts = [RecordingContext(studio_settings.jobs_dir / name) for name in ("a", "b")]
    long = "hat " * 90
    for context, prompt in zip(contexts, ("a (hat)1.3", long), strict=True):
        compare(config(tiny_base, models=("wavy",), prompts=(prompt,)), context, studio_settings)
    cut = f"The end of this prompt is too long to be scored: {long.strip()}"
    assert [cut in report_of(context).sentences for context in contexts] == [False, True]


def test_without_a_judge_nothing_is_drawn(tiny_base: Path, studio_settings: SettingsWithTinyJudge) -> None:
    studio_settings.judge_dir.unlink()
    context = RecordingContext(studio_settings.jobs_dir / "a")
    with pytest.raises(JudgeMissing):
        compare(config(tiny_base), context, studio_settings)
    assert list(context.folder.iterdir()) == []


def test_an_examples_reference_pictures_stand_for_its_style(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    context = RecordingContext(studio_settings.jobs_dir / "a")
    compare(config(tiny_base, dataset="pixel-art", models=("wavy",)), context, studio_settings)
    assert "The style is measured against 64 pictures that were never trained on." in report_of(context).sentences
