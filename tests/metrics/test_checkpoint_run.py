"""The whole job that says which step to keep, on a tiny base and a tiny judge."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport
from profile_studio.domain.jobs import Interrupted, ProgressReport, Wish
from profile_studio.services.checkpoints import CheckpointService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.worker.composition import compare
from tests.kept_training import keep_training
from tests.training.helpers import RecordingContext, create_dataset


class SettingsWithTinyJudge(Settings):
    """Settings whose judge was put into the home; the critic is the shipped one, small as it is."""

    @property
    def judge_dir(self) -> Path:
        return self.resolved_home / "judge"


@pytest.fixture
def studio_settings(tmp_path: Path, tiny_judge: Path) -> SettingsWithTinyJudge:
    settings = SettingsWithTinyJudge(home=tmp_path / "home")
    settings.create_folders()
    settings.judge_dir.symlink_to(tiny_judge)
    return settings


def config_of(settings: Settings, tiny_base: Path) -> ComparisonConfig:
    job = keep_training(settings, tiny_base)
    service = CheckpointService(settings, Database(settings.resolved_database_url))
    return service.comparison(job.id, prompts=("a hat", "a dog"), seeds=2, num_inference_steps=2)


def report_of(context: RecordingContext) -> ComparisonReport:
    return TypeAdapter(ComparisonReport).validate_json((context.folder / "report.json").read_bytes())


def test_every_kept_step_has_a_row_and_one_of_those_that_were_drawn_is_recommended(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    create_dataset(studio_settings, n_images=12, n_held_out=5)
    config = config_of(studio_settings, tiny_base)
    stopped = RecordingContext(studio_settings.jobs_dir / "a", lambda step: Wish.PAUSE if step >= 4 else None)
    stopped.report(ProgressReport(0, 16))
    with pytest.raises(Interrupted):
        compare(config, stopped, studio_settings)
    losses = json.loads((stopped.folder / "losses.json").read_text(encoding="utf-8"))
    context = RecordingContext(stopped.folder)
    context.report(ProgressReport(4, 16))

    compare(config, context, studio_settings)

    report = report_of(context)
    steps = ["dotted@2", "dotted@4", "dotted@6"]
    assert [row.model for row in report.rows] == ["base", *steps]
    assert all({"held_out_loss", "membership_auc"} <= set(row.metrics) for row in report.rows[1:])
    assert not any("the loss of" in told.note for told in context.reports)
    of_base, of_first = (row.metrics["held_out_loss"] for row in report.rows[:2])
    assert of_base.value == pytest.approx(sum(losses["put_aside"]["base"]) / 5)
    assert (of_first.n, len(losses["learned"]["base"])) == (5, 7)
    drawn = [spec for spec in report.pictures if spec != "base"]
    assert set(drawn) <= set(steps) and "style_similarity" in report.rows[-1].metrics
    assert report.recommended in (None, *drawn)
    assert (report.recommended is None) == (report.verdict is None)
    assert "Loss on held-out" not in report.reason and (context.folder / "table.csv").is_file()


def test_a_training_that_put_nothing_aside_is_decided_by_pictures_alone(
    tiny_base: Path, studio_settings: SettingsWithTinyJudge
) -> None:
    create_dataset(studio_settings, n_images=8)
    context = RecordingContext(studio_settings.jobs_dir / "a")
    context.report(ProgressReport(0, 16))
    compare(config_of(studio_settings, tiny_base), context, studio_settings)
    report = report_of(context)
    assert list(report.pictures) == ["base", "dotted@2", "dotted@4", "dotted@6"]
    assert "held_out_loss" not in report.rows[1].metrics
    assert any(sentence.startswith("Too few pictures were put aside") for sentence in report.sentences)
