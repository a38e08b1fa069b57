"""Lists of captions: which of their columns names the picture, and which is the caption."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from profile_studio.services.caption_rows import (
    NAME_COLUMNS,
    TEXT_COLUMNS,
    IsName,
    ListRow,
    ReadRows,
    read_json_rows,
    read_table_rows,
)

TABLE_SUFFIXES = (".csv", ".tsv")
LIST_SUFFIXES = (*TABLE_SUFFIXES, ".jsonl", ".json")
_SAMPLE_ROWS = 300
_LIST_WORDS = frozenset({"metadata", "caption", "captions", "meta"})
_TEXT_WORDS = re.compile(r"caption|text|prompt|description|tags")


@dataclass(frozen=True)
class ListedCaption:
    """What a list says about one picture. `line` counts from 1."""

    line: int
    name: str
    text: str


@dataclass(frozen=True)
class CaptionList:
    """A list as it was understood.

    Lines of rows that could not be read, and of those with a quote that nobody closed, which were read without it.
    `guessed_column` is the column that was taken where none is called text or caption, and `columns` are all there are.
    """

    captions: tuple[ListedCaption, ...]
    unread_lines: tuple[int, ...]
    open_quote_lines: tuple[int, ...]
    guessed_column: str
    columns: tuple[str, ...]


def is_named_like_a_list(stem: str) -> bool:
    """Whether people call lists of captions so: `metadata`, `captions_example`, `meta_cap`."""
    return not _LIST_WORDS.isdisjoint(re.split(r"[^a-z]+", stem.lower()))


def read_list(suffix: str, text: str, is_name: IsName) -> CaptionList:
    """Reads what can be read of a list, and tells the rest by line.

    Args:
        is_name: whether a cell names a picture.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = read_table_rows(text, is_name) if suffix in TABLE_SUFFIXES else read_json_rows(text)
    columns = tuple(dict.fromkeys(column for row in found.rows for column in row.cells))
    names = _name_columns(found.rows[:_SAMPLE_ROWS], columns, is_name)
    texts, guessed = _text_columns(found.rows, columns, names)
    captions = tuple(_captions(found, names, texts))
    return CaptionList(captions, tuple(sorted(found.unread_lines)), tuple(found.open_quote_lines), guessed, columns)


def _captions(found: ReadRows, names: Sequence[str], texts: Sequence[str]) -> list[ListedCaption]:
    captions: list[ListedCaption] = []
    for row in found.rows:
        name = next((words for column in names if (words := _words(row.cells.get(column)))), "")
        text = next((words for column in texts if (words := _words(row.cells.get(column)))), "")
        # Without a caption a row is whole, unless something stands where the caption should.
        told = texts if name else row.cells
        is_odd = row.is_short or any(row.cells.get(column) not in (None, "", []) for column in told)
        if name and text:
            captions.append(ListedCaption(row.line, name, text))
        elif texts and names and is_odd:
            found.unread_lines.append(row.line)
    return captions


def _name_columns(rows: Sequence[ListRow], columns: Sequence[str], is_name: IsName) -> list[str]:
    """The column that most often names a picture, then those that are called so."""
    counts = {column: sum(is_name(_words(row.cells.get(column))) for row in rows) for column in columns}
    known = [column for column in NAME_COLUMNS if column in counts]
    most = max([*known, *columns], key=lambda column: counts[column], default="")
    return [most, *known] if most and counts[most] else known


def _text_columns(rows: Sequence[ListRow], columns: Sequence[str], names: Sequence[str]) -> tuple[list[str], str]:
    """The columns that may hold the caption, and the one of them that was guessed."""
    known = [column for column in TEXT_COLUMNS if column in columns and column not in names[:1]]
    if any(_words(row.cells.get(column)) for row in rows for column in known):
        return known, ""
    sample = rows[:_SAMPLE_ROWS]
    others = [column for column in columns if column not in names]
    values = {column: [words for row in sample if (words := _words(row.cells.get(column)))] for column in others}
    worded = [column for column in others if any(re.search(r"[^\W\d_]", value) for value in values[column])]
    prose = [column for column in worded if 2 * sum(map(_is_prose, values[column])) >= len(values[column])]
    likely = prose or worded
    if len(likely) > 1:
        likely = [column for column in likely if _TEXT_WORDS.search(column) and "negative" not in column]
    if len(likely) != 1:
        return [], ""
    is_plain_pair = columns == ("column 1", "column 2")
    return likely, "" if is_plain_pair else likely[0]


def _is_prose(value: str) -> bool:
    return len(value.split()) > 1 and "://" not in value


def _words(value: object) -> str:
    """The value as words; none for what was not written for people."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_words, cast(list[object], value))))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()
