"""Sentences that count: "1 picture is", "2 pictures are"."""

from string import Formatter


class Counted(str):
    """A sentence in which `{n:picture is|pictures are}` is the first where n is 1, and the second otherwise.

    >>> Counted("{n} {n:file|files} left").format(n=1)
    '1 file left'
    """

    __slots__ = ()

    def format(self, *args: object, **values: object) -> str:
        return _COUNTING.format(self, *args, **values)


class _Counting(Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if value == 1 else many


_COUNTING = _Counting()
