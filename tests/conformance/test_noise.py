"""Every sample of every step gets noise of its own, standard normal, at levels that cover the range."""

from pathlib import Path

import pytest
import torch

from tests.conformance.families import A_CASE_A_FAMILY, Case, Training

pytestmark = pytest.mark.slow
STEPS = 4


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_every_sample_gets_noise_of_its_own(case: Case, tmp_path: Path) -> None:
    steps = Training(case, batch_size=4).steps(STEPS)

    noise = torch.cat([step.noise for step in steps]).flatten(1)
    alike = torch.corrcoef(noise) - torch.eye(len(noise))
    assert alike.abs().max() < 0.5
    assert noise.mean().abs() < 0.1
    assert noise.std().item() == pytest.approx(1, abs=0.1)
    timesteps = torch.cat([step.timesteps for step in steps])
    assert len(set(timesteps.tolist())) == len(timesteps)
    assert timesteps.max() - timesteps.min() > 0.5 * case.family.noise_levels
