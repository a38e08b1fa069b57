"""Sentences that remember what they were made of, so that a page can say them in another language.

Errors, advice and notes are made far from any page and kept in English: in rows, in logs, on the command line. A
translation looks their template up, as gettext does, and fills in the same values.
"""

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, Self, cast

from pydantic_core import core_schema

Value = str | int | float | list[str] | list["Sentence"]
"""What fills a hole: a `Sentence` is translated too, a list is shown with commas between, and a number that is to be
rounded comes as text."""

_KEYS = {"text", "template", "values"}


class Sentence(str):
    """An English sentence, made from a template with holes as of `str.format` and the values that fill them.

    Without values it is the template, letter by letter, braces too. Values without a hole are left out.

    >>> Sentence("There is no LoRA {name!r}.", name="ink")
    "There is no LoRA 'ink'."
    """

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, /, **values: Value) -> Self:
        shown = {name: listed(value) for name, value in values.items()}
        text = template.format(**shown) if values else template
        return cls.worded(text, template, {name: values[name] for name in holes(template) if values})

    @classmethod
    def worded(cls, text: str, template: str, values: Mapping[str, Value]) -> Self:
        """A sentence whose text was made elsewhere: by another library, or before it went through JSON."""
        self = super().__new__(cls, text)
        self.template = template
        self.values = values
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).worded, (str(self), self.template, self.values)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: object) -> core_schema.CoreSchema:
        """Fields of this type are written as `to_json` writes them, and read from that or from plain text."""
        as_json = core_schema.plain_serializer_function_ser_schema(to_json, when_used="json")
        return core_schema.no_info_plain_validator_function(_read_sentence, serialization=as_json)


def listed(value: Value) -> Value:
    """A value as it is shown: a list with commas between its parts."""
    return ", ".join(value) if isinstance(value, list) else value


def holes(template: str) -> list[str]:
    """The names of a template's holes."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def to_json(value: object) -> Any:
    """Lists and dicts as they are, with each sentence as `{"text", "template", "values"}`."""
    if isinstance(value, Sentence):
        return {"text": str(value), "template": value.template, "values": to_json(value.values)}
    if isinstance(value, Mapping):
        return {key: to_json(each) for key, each in cast(Mapping[str, object], value).items()}
    if isinstance(value, list | tuple):
        return [to_json(each) for each in cast(Sequence[object], value)]
    return str(value) if isinstance(value, str) else value


def from_json(value: object) -> Any:
    """The inverse of `to_json`."""
    if isinstance(value, list):
        return [from_json(each) for each in cast(list[object], value)]
    if not isinstance(value, dict):
        return value
    known = {key: from_json(each) for key, each in cast(dict[str, object], value).items()}
    return Sentence.worded(**known) if known.keys() == _KEYS else known


def _read_sentence(value: object) -> Sentence:
    read = from_json(value)
    if not isinstance(read, str):
        raise ValueError("a sentence is text, with or without its template")
    return read if isinstance(read, Sentence) else Sentence(read)
