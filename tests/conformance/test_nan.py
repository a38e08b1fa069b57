"""NaN fails the job, and nothing is published."""

from pathlib import Path

import pytest

from profile_studio.domain.errors import TrainingFailed
from tests.conformance.families import A_CASE_A_FAMILY, Case, base_with_nan, published, run_job

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_nan_fails_the_job_and_nothing_is_published(case: Case, tmp_path: Path) -> None:
    base = base_with_nan(case.family, tmp_path / "base")

    with pytest.raises(TrainingFailed) as failure:
        run_job(case, tmp_path / "home", base)

    assert "NaN" in failure.value.message
    assert published(tmp_path / "home") == []
