"""Prints which fact holds for which family, and which fact finds which planted fault: `python -m tests.conformance`.

Leaves with 1 if a fact does not hold, or if a fault is not found by its fact alone.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from profile_studio.domain.training import AdapterKind
from tests.conformance.facts import FACTS, cases_of, holds, name_of
from tests.conformance.families import FAMILIES, TINY, Case
from tests.conformance.faults import FAULTS

_COLUMN = 14


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = (Path(folder) / str(number) for number in range(10_000))
        is_green = all([*_families(places), *_faults(places)])
    sys.exit(0 if is_green else 1)


def _families(places: Iterator[Path]) -> Iterator[bool]:
    """Writes the rows of the facts; yields whether each cell is as it should be."""
    names = [family.name for family in FAMILIES]
    _write("fact", names)
    for fact in FACTS:
        cells: list[str] = []
        for family in FAMILIES:
            cases = [case for case in cases_of(fact) if case.family is family]
            failing = [str(case) for case in cases if not holds(fact, case, next(places))]
            cells.append(f"{len(cases) - len(failing)} of {len(cases)}")
            yield not failing
        _write(name_of(fact), cells)


def _faults(places: Iterator[Path]) -> Iterator[bool]:
    """Writes the rows of the faults; yields whether each is found by its fact alone."""
    sys.stdout.write("\n")
    _write("fault", [name_of(fact) for fact in FACTS])
    for fault in FAULTS:
        case = Case(TINY, AdapterKind.STYLE, fault.targets)
        with pytest.MonkeyPatch.context() as patch:
            fault.plant(patch)
            finders = [fact for fact in FACTS if not holds(fact, case, next(places))]
        _write(fault.name, [_cell(fact is fault.fact, fact in finders) for fact in FACTS])
        yield finders == [fault.fact]


def _cell(is_named: bool, finds: bool) -> str:
    if is_named:
        return "found" if finds else "MISSED"
    return "FAILS TOO" if finds else "."


def _write(first: str, cells: list[str]) -> None:
    sys.stdout.write(f"{first:48}" + "".join(f"{cell:{_COLUMN}}" for cell in cells) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
