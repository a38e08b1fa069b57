"""Half precision loses no gradient, however small: it is scaled while it is computed."""

from pathlib import Path

import pytest

from tests.conformance.families import A_CASE_A_FAMILY, Case, Training

pytestmark = pytest.mark.slow
TINY_ALPHA = 1e-3  # gradients of about 1e-6: fp16 alone rounds most of their parts to 0


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_small_gradients_survive_half_precision(case: Case, tmp_path: Path) -> None:
    whole, half = (Training(case, precision=precision, network_alpha=TINY_ALPHA) for precision in ("fp32", "fp16"))
    for training in (whole, half):
        training.randomise()

    expected, gradients = whole.step().gradients, half.step().gradients

    errors = {name: ((gradients[name] - value).norm() / value.norm()).item() for name, value in expected.items()}
    assert max(errors.values()) < 0.05, max(errors, key=errors.__getitem__)
