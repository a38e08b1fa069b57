"""Every targeted layer moves, and nothing else does."""

from pathlib import Path

import pytest
import torch

from tests.conformance.families import CASES, Case, Training

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_targeted_layer_moves_and_no_other(case: Case, tmp_path: Path) -> None:
    training = Training(case)
    base, untrained = training.base_weights(), training.weights()

    training.step()
    after_one = training.weights()
    training.step()
    after_two = training.weights()

    moved_first = {name for name, value in after_one.items() if not torch.equal(value, untrained[name])}
    still = {name for name, value in after_two.items() if torch.equal(value, after_one[name])}
    assert moved_first == {
        f"{layer}.lora_up.weight" for layer in training.layers()
    }  # up is 0: down has no gradient yet
    assert still == set()
    assert all(torch.equal(value, base[name]) for name, value in training.base_weights().items())
