"""A training that goes on from a checkpoint gives, bit for bit, what an unbroken one gives."""

from pathlib import Path

import pytest
import torch

from tests.conformance.families import A_CASE_A_KIND_OF_LAYER, Case, Training

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_KIND_OF_LAYER, ids=str)
def test_a_resumed_training_equals_an_unbroken_one(case: Case, tmp_path: Path) -> None:
    unbroken = Training(case)
    for _ in range(2):
        unbroken.step()
        unbroken.save_checkpoint(tmp_path)
    unbroken_step = unbroken.step()

    resumed = Training(case)
    assert resumed.load_checkpoint(tmp_path) == 2
    resumed_step = resumed.step()

    assert resumed_step.loss == unbroken_step.loss
    expected = unbroken.weights()
    assert all(torch.equal(value, expected[name]) for name, value in resumed.weights().items())
