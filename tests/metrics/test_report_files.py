"""The files of a report hold the same facts and run nothing."""

import csv
import io
import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from profile_studio.domain.comparison import (
    ComparisonConfig,
    ComparisonReport,
    ComparisonRow,
    Interval,
    MetricValue,
    Verdict,
)
from profile_studio.domain.sentences import Sentence
from profile_studio.metrics.report_files import FILES, write_report

EVIL = '=HYPERLINK("http://x")|<script>alert(1)</script>'


STYLED = Sentence("The style is measured against {count} pictures that were never trained on.", count=12)


def value(number: float, verdict: Verdict | None) -> MetricValue:
    difference = Interval(number - 20, number - 22, number - 18) if verdict else None
    return MetricValue(number, number - 1, number + 1, 8, "judge-0", True, verdict, difference)


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    config = ComparisonConfig(models=("mine",), prompts=("<b>bold</b>",), seeds=2)
    report = ComparisonReport(
        rows=(
            ComparisonRow("base", {"clip_score": value(20, None)}),
            ComparisonRow(EVIL, {"clip_score": value(25, Verdict.BETTER)}),
        ),
        recommended=EVIL,
        reason=Sentence("Because."),
        sentences=(Sentence("A sentence."), STYLED),
        fingerprint="abc",
        files=FILES,
        pictures={"base": ("pictures/base/a.png", "pictures/base/b.png"), EVIL: ("pictures/e/a.png",)},
    )
    write_report(tmp_path, config, report)
    return report


def test_every_file_is_there_and_the_report_comes_back_whole(report: ComparisonReport, tmp_path: Path) -> None:
    assert {path.name for path in tmp_path.iterdir()} == {*FILES, "report.json"}
    again = TypeAdapter(ComparisonReport).validate_json((tmp_path / "report.json").read_bytes())
    assert again == report
    assert [each.template for each in (again.reason, *again.sentences)] == ["Because.", "A sentence.", STYLED.template]


def test_a_report_of_an_earlier_version_is_plain_text(report: ComparisonReport, tmp_path: Path) -> None:
    facts = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    facts |= {"reason": "Because.", "sentences": ["A sentence.", str(STYLED)]}
    for row in facts["rows"]:
        del row["metrics"]["clip_score"]["difference"]
    read = TypeAdapter(ComparisonReport).validate_json(json.dumps(facts))
    assert (read.reason, read.sentences) == (report.reason, report.sentences)
    assert read.rows[1].metrics["clip_score"].difference is None


def test_a_spreadsheet_runs_no_name_as_a_formula(report: ComparisonReport, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8"))))
    assert rows[1]["model"] == "'" + EVIL
    assert (rows[1]["clip_score"], rows[1]["clip_score_n"], rows[1]["clip_score_vs_base"]) == ("25", "8", "better")
    assert (rows[0]["clip_score_vs_base"], rows[0]["clip_score_difference"]) == ("", "")
    assert (rows[1]["clip_score_difference"], rows[1]["clip_score_difference_high"]) == ("5", "7")


def test_the_page_shows_names_as_text_and_pictures_beside_it(report: ComparisonReport, tmp_path: Path) -> None:
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<b>bold" not in page
    assert 'src="pictures/base/b.png"' in page
    assert "http" not in page.replace("http://x", "")


def test_a_pipe_in_a_name_does_not_break_the_markdown_table(report: ComparisonReport, tmp_path: Path) -> None:
    lines = (tmp_path / "table.md").read_text(encoding="utf-8").splitlines()
    table = [line.replace("\\|", "") for line in lines if line.startswith("|")]
    assert {line.count("|") for line in table} == {3}
    assert "25.0 (24.0 to 26.0), +5.0 (+3.0 to +7.0) ▲" in table[-1]


def test_the_json_table_has_the_contracts_fields(report: ComparisonReport, tmp_path: Path) -> None:
    table = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert {"rows", "recommended", "reason", "fingerprint", "files"} <= set(table)
    assert table["sentences"] == ["A sentence.", str(STYLED)]
    assert table["rows"][1]["metrics"]["clip_score"] == {
        "value": 25, "low": 24, "high": 26, "n": 8, "encoder": "judge-0",
        "higher_is_better": True, "different_from_base": "better",
        "difference": {"value": 5, "low": 3, "high": 7},
        "reference": None,
    }  # fmt: skip
