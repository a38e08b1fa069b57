"""A metric is one entry: whoever registers one finds it everywhere."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport
from profile_studio.domain.errors import InvalidSettings
from profile_studio.metrics.advice import recommend, sentences
from profile_studio.metrics.encoders import ENCODERS
from profile_studio.metrics.measure import SeenByEncoder, SeenPictures, measure
from profile_studio.metrics.metric import CheckpointMetric, PictureMetric, Words
from profile_studio.metrics.registry import CLAIMS, METRICS, register
from profile_studio.metrics.report_files import write_report
from profile_studio.services.comparison import ComparisonService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.ui.components.comparison_view import sentences_html, table_html
from profile_studio.ui.korean import KOREAN
from profile_studio.ui.texts import ENGLISH

TOY = PictureMetric(
    name="redness",
    encoder="judge",
    higher_is_better=True,
    number_format=".2%",
    bounds=(0, 1),
    compute=lambda seen: seen.pictures[:, 0],
    words={
        "en": Words("Red", "Redness", "How red it is.", "is redder than the base", "is paler than the base"),
        "ko": Words("빨강", "빨간 정도", "얼마나 빨간지예요.", "기본 모델보다 더 빨갛다", "기본 모델보다 덜 빨갛다"),
    },
)


@pytest.fixture
def toy() -> Iterator[PictureMetric]:
    register(TOY)
    yield TOY
    METRICS.pop(TOY.name, None)
    for claims in CLAIMS.values():
        for words in (TOY.words["en"].better, TOY.words["en"].worse):
            del claims[words]


def report_of(folder: Path) -> ComparisonReport:
    models = {"base": np.full((20, 2), 0.25), "mine": np.full((20, 2), 0.75)}
    seen = SeenPictures({"judge": SeenByEncoder("judge-0", models, None, {})}, tuple(models), 10, 2, {})
    measured = measure(seen, (TOY.name,))
    report = ComparisonReport(
        measured.rows, *recommend(measured), sentences(measured), "print", (), dict.fromkeys(models, ())
    )
    config = ComparisonConfig.model_validate({"models": ("mine",), "prompts": ("a hat",), "metrics": (TOY.name,)})
    write_report(folder, config, report)
    return report


def test_a_metric_that_is_registered_is_in_every_file_and_both_languages(toy: PictureMetric, tmp_path: Path) -> None:
    report = report_of(tmp_path)

    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        assert [row["redness"] for row in csv.DictReader(file)] == ["0.25", "0.75"]
    assert (
        json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))["rows"][1]["metrics"]["redness"]["value"]
        == 0.75
    )
    for name in ("table.md", "report.html"):
        written = (tmp_path / name).read_text(encoding="utf-8")
        for words in ("Redness", "75.00%", "How red it is.", "mine is redder than the base (sure)."):
            assert words in written, (name, words)
    assert ">Red<small>" in table_html(report, ENGLISH)
    assert "빨강" in table_html(report, KOREAN)
    assert "기본 모델보다 더 빨갛다고 확실히 말할 수 있어요." in sentences_html(report, KOREAN)


def test_a_metric_that_is_registered_can_be_asked_for(toy: PictureMetric, settings: Settings) -> None:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    config = {"models": ("mine",), "prompts": ("a hat",), "metrics": (TOY.name, "beauty")}
    with pytest.raises(InvalidSettings, match="no metric 'beauty'") as caught:
        ComparisonService(settings, database).submit(ComparisonConfig.model_validate(config))
    assert "redness" in caught.value.fix


def test_a_table_of_a_metric_that_is_no_more_is_shown_all_the_same(toy: PictureMetric, tmp_path: Path) -> None:
    report = report_of(tmp_path)
    del METRICS[toy.name]
    assert "0.750" in table_html(report, ENGLISH)
    assert ">redness<small>" in table_html(report, KOREAN)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_entry_is_complete(name: str) -> None:
    metric = METRICS[name]
    assert metric.name == name
    assert metric.encoder in ENCODERS or isinstance(metric, CheckpointMetric)
    assert set(metric.words) == {"en", "ko"}
    assert all(all(vars(words).values()) for words in metric.words.values())


def test_the_page_reads_the_registry_without_torch() -> None:
    code = "import sys, profile_studio.metrics.registry; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
