"""The saved file changes a picture in plain diffusers as it does in the studio."""

from functools import cache
from pathlib import Path

import pytest
import torch

from tests.conformance.families import (
    A_CASE_A_KIND_OF_LAYER,
    Case,
    FamilyUnderTest,
    Training,
    draw_in_diffusers,
    draw_in_studio,
)

# diffusers' Euler makes numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]


@pytest.mark.parametrize("case", A_CASE_A_KIND_OF_LAYER, ids=str)
def test_the_saved_file_changes_a_picture_in_diffusers_as_in_the_studio(case: Case, tmp_path: Path) -> None:
    training = Training(case)
    training.randomise()
    file = training.save(tmp_path / "dotted.safetensors")

    in_diffusers, in_studio = draw_in_diffusers(case.family, file), draw_in_studio(case.family, file)

    assert (in_diffusers - _without_lora(case.family)).abs().max() > 1e-3
    torch.testing.assert_close(in_studio, in_diffusers, atol=1e-4, rtol=0)


@cache
def _without_lora(family: FamilyUnderTest) -> torch.Tensor:
    return draw_in_diffusers(family)
