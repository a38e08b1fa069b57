"""Rows of caption lists as they were written, each with its line: what cannot be read costs its own row only."""

import csv
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

NAME_COLUMNS = ("file_name", "filename", "file", "image", "image_path", "path", "name")
TEXT_COLUMNS = ("text", "caption", "prompt", "description", "tags")
MAXIMUM_UNREAD_ROWS = 200
"""After so many the rest of a list is left: it is no list, and looking for the next row is slow."""

_DECODER = json.JSONDecoder(strict=False)  # line ends and tabs inside of texts are odd, but clear
_GAP = re.compile(r"[\s,\ufeff]*")
_NEXT_ELEMENT = re.compile(r"[\n,]\s*(?=[{\[])")
_NEXT_PAIR = re.compile(r"\n\s*(?=\")")
_KEY = re.compile(r'("(?:[^"\\]|\\.)*+")\s*:\s*', re.DOTALL)
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_DELIMITERS = "\t;|,"
_BACKSLASH_QUOTE = re.compile(r"\\\"(?=[^,;\t|\n\"])")
_HELD_QUOTE = "\ue000"  # stands for a quote while quotes mean something

IsName = Callable[[str], bool]
"""Whether a cell names a picture."""


@dataclass(frozen=True)
class ListRow:
    """What one row says, by column. `is_short`: it has fewer cells than the list has columns."""

    line: int
    cells: Mapping[str, object]
    is_short: bool = False


@dataclass
class ReadRows:
    """The rows of a list, and the lines (from 1) of those that could not be read or were read by leave."""

    rows: list[ListRow] = field(default_factory=list[ListRow])
    unread_lines: list[int] = field(default_factory=list[int])
    open_quote_lines: list[int] = field(default_factory=list[int])


def read_json_rows(text: str) -> ReadRows:
    """Rows of JSON lines, of a JSON list or of a JSON object by names of pictures, whatever the file is called."""
    return _JsonReader(text).read()


class _JsonReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._found = ReadRows()

    def read(self) -> ReadRows:
        start = self._skip(0)
        value, end = self._value(start)
        is_whole = end is not None and self._skip(end) == len(self._text)
        opening = self._text[start : start + 1]
        if opening == "[" and (is_whole or end is None) and not _is_pair(value):
            self._elements(start + 1)
        elif is_whole and _holds_rows(value):
            self._pairs(start + 1, self._list_of_rows)
            self._name_by_id()
        elif opening == "{" and (is_whole or (end is None and not self._has_rows_below(start))) and not _is_row(value):
            self._pairs(start + 1, self._pair)
        else:
            self._elements(start)
        return self._found

    def _has_rows_below(self, start: int) -> bool:
        return re.search(r"\n\s*\{", self._text[start:]) is not None

    def _elements(self, position: int) -> None:
        while (position := self._skip(position)) < len(self._text) and self._text[position] != "]":
            value, end = self._value(position)
            cells = _cells(value)
            if cells is None and not self._leave(position):
                return
            if cells is not None:
                self._found.rows.append(ListRow(self._line(position), cells))
            if end is None:
                following = _NEXT_ELEMENT.search(self._text, position)
                end = following.end() if following else len(self._text)
            position = end

    def _pairs(self, position: int, take: Callable[[re.Match[str], object], None]) -> None:
        while (position := self._skip(position)) < len(self._text) and self._text[position] != "}":
            key = _KEY.match(self._text, position)
            value, end = self._value(key.end()) if key else (None, None)
            if key and end is not None:
                take(key, value)
            else:
                if not self._leave(position):
                    return
                following = _NEXT_PAIR.search(self._text, position)
                end = following.end() if following else len(self._text)
            position = end

    def _pair(self, key: re.Match[str], value: object) -> None:
        content = _cells(value) if isinstance(value, dict) else {"text": value}
        cells = {"file_name": _DECODER.decode(key[1]), **(content or {})}
        self._found.rows.append(ListRow(self._line(key.start()), cells))

    def _list_of_rows(self, key: re.Match[str], value: object) -> None:
        """One of `{"images": [{...}, ...], "annotations": [{...}, ...], "info": ...}`."""
        if any(isinstance(each, dict) for each in _elements_of(value)):
            self._elements(key.end() + 1)

    def _name_by_id(self) -> None:
        """COCO writes the names of pictures and their captions into two lists."""
        names = {
            str(row.cells["id"]): row.cells["file_name"]
            for row in self._found.rows
            if {"id", "file_name"} <= {*row.cells}
        }
        self._found.rows = [
            ListRow(row.line, {"file_name": names[str(row.cells["image_id"])], **row.cells})
            if str(row.cells.get("image_id")) in names
            else row
            for row in self._found.rows
        ]

    def _value(self, position: int) -> tuple[object, int | None]:
        """The value that begins here and where it ends, None where there is none."""
        try:
            return _DECODER.raw_decode(self._text, position)
        except (json.JSONDecodeError, RecursionError):
            return None, None

    def _leave(self, position: int) -> bool:
        """Notes a row that cannot be read; says whether it is worth to go on."""
        self._found.unread_lines.append(self._line(position))
        return len(self._found.unread_lines) < MAXIMUM_UNREAD_ROWS

    def _skip(self, position: int) -> int:
        gap = _GAP.match(self._text, position)
        return gap.end() if gap else position

    def _line(self, position: int) -> int:
        return bisect_right(self._line_ends, position - 1) + 1


def _cells(value: object) -> dict[str, object] | None:
    if isinstance(value, dict):
        return {str(column).strip().lower(): each for column, each in cast(dict[object, object], value).items()}
    if isinstance(value, list):
        return {_numbered(number): each for number, each in enumerate(cast(list[object], value))}
    return None


def _is_row(value: object) -> bool:
    cells = _cells(value) if isinstance(value, dict) else None
    return cells is not None and any(isinstance(cells.get(column), str) for column in NAME_COLUMNS)


def _holds_rows(value: object) -> bool:
    return isinstance(value, dict) and any(
        _is_row(element) for content in cast(dict[str, object], value).values() for element in _elements_of(content)
    )


def _elements_of(value: object) -> list[object]:
    return cast(list[object], value) if isinstance(value, list) else []


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in cast(list[object], value))


def _numbered(number: int) -> str:
    return f"column {number + 1}"


def read_table_rows(text: str, is_name: IsName) -> ReadRows:
    """Rows of a table with commas, semicolons, tabs or bars between its cells, with or without a header."""
    lines = text.split("\n")
    separator = _SEPARATOR_LINE.fullmatch(lines[0])
    first = 1 if separator else 0
    delimiter = separator[1] if separator else _delimiter(lines, is_name)
    found = ReadRows()
    records = list(_records(lines, first, delimiter, is_name, found))
    if not records:
        return found
    header = _header(records[0].cells, is_name)
    if header is None:
        records, header = _without_header(records, delimiter, is_name)
    else:
        records = records[1:]
    found.rows += (_row(record, header, delimiter) for record in records)
    return found


@dataclass(frozen=True)
class _Record:
    line: int
    raw: str
    cells: list[str]


def _records(lines: Sequence[str], first: int, delimiter: str, is_name: IsName, found: ReadRows) -> Iterator[_Record]:
    if any(_BACKSLASH_QUOTE.search(line) for line in lines):
        lines = [line.replace('\\"', _HELD_QUOTE) for line in lines]
    at = first
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        cells, count = _quoted_cells(lines, at, delimiter, is_name)
        if cells is None:
            found.open_quote_lines.append(at + 1)
            cells = [cell.strip().strip('"') for cell in lines[at].split(delimiter)]
        raw = lines[at].replace(_HELD_QUOTE, '"')
        yield _Record(at + 1, raw if count == 1 else "", [cell.replace(_HELD_QUOTE, '"').strip() for cell in cells])
        at += count


def _quoted_cells(lines: Sequence[str], at: int, delimiter: str, is_name: IsName) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at a line, and how many lines it takes; None where a quote is left open."""
    # One line more than there is: only an open quote takes it.
    reader = csv.reader(
        (f"{lines[n]}\n" if n < len(lines) else '"' for n in range(at, len(lines) + 1)),
        delimiter=delimiter,
        skipinitialspace=True,
    )
    try:
        cells = next(reader)
    except (csv.Error, StopIteration):
        return None, 1
    count = reader.line_num
    below = [[cell.strip(' "') for cell in line.split(delimiter)] for line in lines[at + 1 : at + count]]
    holds_rows = any(is_name(row[0]) for row in below) or any(is_name(row[-1]) for row in below[:-1])
    return (None, 1) if at + count > len(lines) or holds_rows else (cells, count)


def _delimiter(lines: Sequence[str], is_name: IsName) -> str:
    for delimiter in _DELIMITERS:
        cells = [cell.strip(' "').lower() for cell in lines[0].split(delimiter)]
        if len(cells) > 1 and set(cells) & set(NAME_COLUMNS):
            return delimiter
    behind_names = Counter(
        delimiter
        for line in lines[:50]
        for delimiter in _DELIMITERS
        if delimiter in line and any(is_name(line.split(delimiter)[end].strip(' "')) for end in (0, -1))
    )
    return behind_names.most_common(1)[0][0] if behind_names else max(",;\t|", key=lines[0].count)


def _header(cells: Sequence[str], is_name: IsName) -> list[str] | None:
    """The names of the columns, None where the first row is about a picture already."""
    columns = [cell.lower() for cell in cells]
    is_known = bool(set(columns) & set(NAME_COLUMNS)) and bool(set(columns) & set(TEXT_COLUMNS))
    if not is_known and any(map(is_name, cells)):
        return None
    return [column or _numbered(number) for number, column in enumerate(columns)]


def _without_header(records: Sequence[_Record], delimiter: str, is_name: IsName) -> tuple[list[_Record], list[str]]:
    """Rows of equal length keep their cells; where lengths differ, all beside the name is the caption."""
    lengths = {len(record.cells) for record in records}
    columns = [_numbered(number) for number in range(max(lengths))]
    numbers = sum(cell.replace(".", "").isdigit() for record in records for cell in record.cells[1:])
    if lengths == {2} or (len(lengths) == 1 and numbers >= len(records)):
        return list(records), columns
    is_last = sum(is_name(record.cells[-1]) - is_name(record.cells[0]) for record in records[:50]) > 0
    return [_in_two(record, delimiter, is_last) for record in records], columns[:2]


def _in_two(record: _Record, delimiter: str, name_is_last: bool) -> _Record:
    text_at = 0 if name_is_last else 1
    cells = _joined(record, delimiter, text_at, 2)
    return _Record(record.line, "", cells)


def _joined(record: _Record, delimiter: str, text_at: int, width: int) -> list[str]:
    """The cells with those that are too many joined again: their commas belong to the text at `text_at`."""
    cells, many = record.cells, len(record.cells) - width + 1
    if many <= 1:
        return cells
    raw = record.raw.split(delimiter)
    was_quoted = '"' in record.raw or len(raw) != len(cells)
    text = (
        f"{delimiter} ".join(cells[text_at : text_at + many])
        if was_quoted
        else delimiter.join(raw[text_at : text_at + many])
    )
    return [*cells[:text_at], text.strip(), *cells[text_at + many :]]


def _row(record: _Record, header: Sequence[str], delimiter: str) -> ListRow:
    known = next((header.index(column) for column in TEXT_COLUMNS if column in header), len(header) - 1)
    cells = _joined(record, delimiter, known, len(header))
    return ListRow(record.line, dict(zip(header, cells, strict=False)), len(cells) < len(header))
