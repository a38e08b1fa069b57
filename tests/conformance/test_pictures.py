"""Pictures are those of the plain pipeline, with and without guidance."""

from pathlib import Path

import pytest
import torch

from tests.conformance.families import A_CASE_A_FAMILY, Case, draw_in_diffusers, draw_in_studio

# diffusers' Euler makes numpy arrays of tensors in the way that numpy 2 will stop to accept.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_pictures_equal_the_plain_pipelines_at_guidance_1_and_5(case: Case, tmp_path: Path) -> None:
    drawn = {
        guidance_scale: draw_in_studio(case.family, guidance_scale=guidance_scale) for guidance_scale in (1.0, 5.0)
    }

    for guidance_scale, picture in drawn.items():
        plain = draw_in_diffusers(case.family, guidance_scale=guidance_scale)
        torch.testing.assert_close(picture, plain, atol=1e-4, rtol=0)
    assert (drawn[1.0] - drawn[5.0]).abs().max() > 1e-3
