"""Every planted fault is found by the fact that is named with it, and every fact finds one.

That no other fact finds it is told by the table of `python -m tests.conformance`, which takes minutes.
"""

from pathlib import Path

import pytest

from profile_studio.domain.training import AdapterKind
from tests.conformance.facts import FACTS, holds, name_of
from tests.conformance.families import TINY, Case
from tests.conformance.faults import FAULTS, Fault

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_fact(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(TINY, AdapterKind.STYLE, fault.targets)
    fault.plant(monkeypatch)

    assert not holds(fault.fact, case, tmp_path / name_of(fault.fact))


def test_every_fact_finds_a_fault() -> None:
    assert {fault.fact for fault in FAULTS} == set(FACTS)
