"""The table as CSV, JSON, Markdown, and a page that shows the pictures side by side."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path

from pydantic import TypeAdapter

from profile_studio.domain.comparison import (
    ComparisonConfig,
    ComparisonReport,
    ComparisonRow,
    Interval,
    MetricValue,
    Verdict,
)
from profile_studio.domain.counting import counted
from profile_studio.files.atomic import write_atomically
from profile_studio.metrics.metric import CheckpointMetric
from profile_studio.metrics.registry import METRICS, in_digits

FILES = ("table.csv", "table.json", "table.md", "report.html")

_MARKS = {Verdict.BETTER: "▲", Verdict.WORSE: "▼", Verdict.CANNOT_TELL: "?"}


def write_report(folder: Path, config: ComparisonConfig, report: ComparisonReport) -> None:
    """Writes the tables and the page, and `report.json` last, each of them whole."""
    contents = {
        "table.csv": _csv(report),
        "table.json": _json(report),
        "table.md": _markdown(report),
        "report.html": _html(config, report),
        "report.json": TypeAdapter(ComparisonReport).dump_json(report, indent=1).decode(),
    }
    for name, content in contents.items():
        with write_atomically(folder / name) as temporary:
            temporary.write_text(content, encoding="utf-8", newline="")


def _title(metric: str) -> str:
    return METRICS[metric].said("en").title


def _explanation(metric: str) -> str:
    return METRICS[metric].said("en").explanation


def _csv(report: ComparisonReport) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    metrics = report.metrics
    parts = ("", "_low", "_high", "_n", "_vs_base", "_difference", "_difference_low", "_difference_high", "_style")
    writer.writerow(["model", *(f"{metric}{part}" for metric in metrics for part in parts), "encoder", "fingerprint"])
    for row in report.rows:
        cells: list[object] = [_without_formula(row.model)]
        for metric in metrics:
            cells += _csv_cells(row.metrics.get(metric))
        encoders = sorted({value.encoder for value in row.metrics.values()})
        writer.writerow([*cells, _without_formula(" ".join(encoders)), report.fingerprint])
    return buffer.getvalue()


def _csv_cells(value: MetricValue | None) -> list[object]:
    if value is None:
        return [None] * 9
    difference = value.difference
    differences = [difference.value, difference.low, difference.high] if difference else [None] * 3
    return [value.value, value.low, value.high, value.n, value.different_from_base, *differences, value.reference]


def _without_formula(text: str) -> str:
    # A spreadsheet would run a cell that starts like a formula.
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _json(report: ComparisonReport) -> str:
    table = {
        "rows": [asdict(row) for row in report.rows],
        "recommended": report.recommended,
        "reason": report.reason,
        "verdict": report.verdict,
        "sentences": report.sentences,
        "fingerprint": report.fingerprint,
        "files": report.files,
    }
    return json.dumps(table, indent=1, ensure_ascii=False)


def _markdown(report: ComparisonReport) -> str:
    metrics = report.metrics
    head = ["model", *(_title(metric) for metric in metrics)]
    lines = [_markdown_row(head), _markdown_row(["---"] * len(head))]
    for row in report.rows:
        lines.append(_markdown_row([row.model, *(_in_words(metric, row, report) for metric in metrics)]))
    notes = [f"- {sentence}" for sentence in (report.reason, *report.sentences)]
    legend = [f"- {_title(metric)}: {_explanation(metric)}" for metric in metrics]
    return "\n".join([*notes, "", *lines, "", _LEGEND, "", *legend, "", _origin(report)]) + "\n"


_LEGEND = (
    "In brackets the 95 % interval; with a sign the difference from the base and the interval of its test. "
    "▲ surely better than the base, ▼ surely worse, ? cannot tell, nothing: not asked. Sure: an exact sign-flip test on "
    "the means of the prompts, after Holm's correction for everything that was asked."
)


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _in_words(metric: str, row: ComparisonRow, report: ComparisonReport) -> str:
    value = row.metrics.get(metric)
    if value is None:
        return "–"
    mark = f" {_MARKS[value.different_from_base]}" if value.different_from_base else ""
    difference = f", {_interval(metric, value.difference, '+')}" if value.difference else ""
    style = f" [{value.reference}]" if value.reference and len(report.styles) > 1 else ""
    return f"{_interval(metric, Interval(value.value, value.low, value.high))}{difference}{mark}{style}"


def _interval(metric: str, interval: Interval, sign: str = "") -> str:
    number = in_digits(metric, interval.value, sign=sign)
    if interval.low is None or interval.high is None:
        return number
    return f"{number} ({in_digits(metric, interval.low, sign=sign)} to {in_digits(metric, interval.high, sign=sign)})"


def _origin(report: ComparisonReport) -> str:
    counts = {
        (value.n, value.encoder)
        for row in report.rows
        for name, value in row.metrics.items()
        if not isinstance(METRICS[name], CheckpointMetric)
    }
    measured = "; ".join(f"{counted(n, 'picture')} of each model, seen by {encoder}" for n, encoder in sorted(counts))
    return f"{measured}. Fingerprint {report.fingerprint}."


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2937;background:#fff;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.4rem .8rem;border-bottom:1px solid #d1d5db;text-align:left;vertical-align:top}
.scroll{overflow-x:auto}.better{color:#166534}.worse{color:#991b1b}small{color:#4b5563}
.pictures img{width:96px;height:auto;display:inline-block;margin:2px;border-radius:4px}
"""


def _html(config: ComparisonConfig, report: ComparisonReport) -> str:
    metrics = report.metrics
    heads = "".join(f'<th title="{escape(_explanation(m))}">{escape(_title(m))}</th>' for m in metrics)
    rows = "".join(
        f"<tr><th>{escape(row.model)}</th>{''.join(_html_cell(m, row, report) for m in metrics)}</tr>"
        for row in report.rows
    )
    notes = "".join(f"<li>{escape(sentence)}</li>" for sentence in report.sentences)
    legend = "".join(f"<dt>{escape(_title(m))}</dt><dd>{escape(_explanation(m))}</dd>" for m in metrics)
    title = f"{report.recommended} is recommended" if report.recommended else "No model is recommended"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p>{escape(report.reason)}</p><ul>{notes}</ul>"
        f'<div class="scroll"><table><tr><th>Model</th>{heads}</tr>{rows}</table></div><p><small>{escape(_LEGEND)}</small></p>'
        f"<h2>Pictures</h2>{_html_pictures(config, report)}"
        f"<h2>What the numbers say</h2><dl>{legend}</dl><p><small>{escape(_origin(report))}</small></p></body></html>\n"
    )


def _html_cell(metric: str, row: ComparisonRow, report: ComparisonReport) -> str:
    value = row.metrics.get(metric)
    verdict = value.different_from_base if value else None
    css = "" if verdict is None else f' class="{escape(verdict.value)}"'
    return f"<td{css}>{escape(_in_words(metric, row, report))}</td>"


def _html_pictures(config: ComparisonConfig, report: ComparisonReport) -> str:
    heads = "".join(f"<th>{escape(model)}</th>" for model in report.pictures)
    rows: list[str] = []
    for index, prompt in enumerate(config.prompts):
        mine = slice(index * config.seeds, (index + 1) * config.seeds)
        cells = "".join(
            "<td>" + "".join(_html_picture(name, model, prompt) for name in names[mine]) + "</td>"
            for model, names in report.pictures.items()
        )
        rows.append(f"<tr><td>{escape(prompt)}</td>{cells}</tr>")
    return f'<div class="scroll"><table class="pictures"><tr><th>Prompt</th>{heads}</tr>{"".join(rows)}</table></div>'


def _html_picture(name: str, model: str, prompt: str) -> str:
    return f'<img loading="lazy" src="{escape(name)}" alt="{escape(f"{model}: {prompt}")}">'
