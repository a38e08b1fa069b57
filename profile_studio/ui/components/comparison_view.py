"""A comparison's report: sentences, then the table, then pictures."""

import base64
from collections.abc import Sequence
from pathlib import Path

from profile_studio.domain.comparison import ComparisonConfig, ComparisonReport, ComparisonRow, MetricValue
from profile_studio.domain.names import BASE_NAME
from profile_studio.metrics.registry import METRICS, in_digits
from profile_studio.ui.components.markup import details, escape, figure, figures, picture_source
from profile_studio.ui.texts import CompareTexts, Texts

_SIDE_PX = 256
_MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json", ".md": "text/markdown", ".html": "text/html"}


def sentences_html(report: ComparisonReport, texts: Texts) -> str:
    """What the numbers say, in words, with the recommendation first."""
    said = texts.common.said
    recommended = texts.compare.recommended.format(model=report.recommended) if report.recommended else ""
    head = f'<p class="recommended"><b>{escape(recommended)}</b></p>' if recommended else ""
    reason = f"<p>{escape(said(report.reason))}</p>" if report.reason else ""
    items = "".join(f"<li>{escape(said(sentence))}</li>" for sentence in report.sentences)
    return f'<div class="sentences">{head}{reason}<ul>{items}</ul></div>'


def table_html(report: ComparisonReport, texts: Texts) -> str:
    """One row a model, one column a metric; the verdict is a word and a sign, never only a colour."""
    words = texts.compare
    heads = "".join(_head(name, report.rows, texts) for name in report.metrics)
    rows = "".join(_row(row, report, words) for row in report.rows)
    return (
        f'<h3>{escape(words.table)}</h3><p class="quiet">{escape(words.table_info)}</p>'
        f'<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">{escape(words.model)}</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _head(name: str, rows: Sequence[ComparisonRow], texts: Texts) -> str:
    value = next(row.metrics[name] for row in rows if name in row.metrics)
    direction = texts.compare.higher if value.higher_is_better else texts.compare.lower
    label, explanation = name, ""
    if metric := METRICS.get(name):  # a report may be of a metric that is no more
        label, explanation = metric.said(texts.language).label, metric.said(texts.language).explanation
    title = f"{name}, {value.encoder}. {explanation}".strip()
    return f'<th scope="col" title="{escape(title)}">{escape(label)}<small>{escape(direction)}</small></th>'


def _row(row: ComparisonRow, report: ComparisonReport, texts: CompareTexts) -> str:
    several_styles = len(report.styles) > 1
    cells = "".join(_cell(name, row.metrics.get(name), several_styles, texts) for name in report.metrics)
    return f'<tr><th scope="row">{escape(row.model)}</th>{cells}</tr>'


def _cell(metric: str, value: MetricValue | None, several_styles: bool, texts: CompareTexts) -> str:
    if value is None:
        return "<td>\u2013</td>"
    small = [_bounds(metric, value.low, value.high, texts)]
    if value.difference is not None:
        change = in_digits(metric, value.difference.value, sign="+")
        bounds = _bounds(metric, value.difference.low, value.difference.high, texts, "+")
        small.append(texts.difference.format(change=change, bounds=bounds).strip())
    if value.reference and several_styles:
        small.append(texts.against.format(dataset=value.reference))
    verdict = ""
    if value.different_from_base is not None:
        words = texts.verdicts[value.different_from_base]
        verdict = f'<span class="verdict {value.different_from_base.name.lower()}">{escape(words)}</span>'
    smalls = "".join(f"<small>{escape(each)}</small>" for each in small)
    return f"<td><b>{in_digits(metric, value.value)}</b>{smalls}{verdict}</td>"


def _bounds(metric: str, low: float | None, high: float | None, texts: CompareTexts, sign: str = "") -> str:
    if low is None or high is None:
        return ""
    return texts.interval.format(low=in_digits(metric, low, sign=sign), high=in_digits(metric, high, sign=sign))


def downloads_html(files: Sequence[Path], texts: CompareTexts) -> str:
    """A link a file; the bytes are in the page, so no copy stays anywhere."""
    links = "".join(_download(file) for file in files if file.suffix in _MEDIA_TYPES and file.is_file())
    return f'<p class="downloads">{escape(texts.download)}: {links}</p>'


def _download(file: Path) -> str:
    content = base64.b64encode(file.read_bytes()).decode()
    name = escape(file.name)
    return f'<a download="{name}" href="data:{_MEDIA_TYPES[file.suffix]};base64,{content}">{name}</a> '


def pictures_html(config: ComparisonConfig, report: ComparisonReport, folder: Path, texts: CompareTexts) -> str:
    """For each prompt the models side by side, first for one seed, the other seeds in a fold."""
    blocks: list[str] = []
    for number, prompt in enumerate(config.prompts):
        by_seed = [_seed_row(report, folder, number * config.seeds + seed, texts) for seed in range(config.seeds)]
        more = details(texts.more_seeds, "".join(by_seed[1:])) if by_seed[1:] else ""
        blocks.append(f"<section><h4>{escape(prompt)}</h4>{by_seed[0]}{more}</section>")
    return f"<h3>{escape(texts.pictures)}</h3>{''.join(blocks)}"


def _seed_row(report: ComparisonReport, folder: Path, index: int, texts: CompareTexts) -> str:
    items: list[str] = []
    for model, names in report.pictures.items():
        caption = texts.base if model == BASE_NAME else model
        if index < len(names) and (folder / names[index]).is_file():
            items.append(figure(picture_source(folder / names[index], _SIDE_PX), caption))
    return figures(items, "strip")
