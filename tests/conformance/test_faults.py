"""Every planted fault is found by the fact that is named with it, and by no other; every fact finds one."""

from pathlib import Path

import pytest

from profile_studio.domain.training import AdapterKind
from tests.conformance.facts import FACTS, holds, name_of
from tests.conformance.families import TINY, Case
from tests.conformance.faults import FAULTS, Fault

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_fact_alone(fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(TINY, AdapterKind.STYLE, fault.targets)
    fault.plant(monkeypatch)

    failing = {name_of(fact) for fact in FACTS if not holds(fact, case, tmp_path / name_of(fact))}

    assert failing == {name_of(fault.fact)}


def test_every_fact_finds_a_fault() -> None:
    assert {fault.fact for fault in FAULTS} == set(FACTS)
