"""Each noise level counts in the loss what the published formula says."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.conformance.families import A_CASE_A_FAMILY, Case, Training, plain_pipeline

pytestmark = pytest.mark.slow
GAMMA = 5.0


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_each_noise_level_counts_what_the_formula_says(case: Case, tmp_path: Path) -> None:
    training = Training(case, batch_size=8)
    step = replace(training.step(), timesteps=torch.tensor([0, 20, 100, 300, 500, 700, 900, 998]))

    weights = training.losses(step, GAMMA) / training.losses(step, None)

    expected = case.family.weights(plain_pipeline(case.family), step.timesteps, GAMMA)
    torch.testing.assert_close(weights, expected, atol=1e-6, rtol=1e-4)
