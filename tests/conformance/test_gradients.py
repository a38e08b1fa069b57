"""The gradients of a step are those that fp64 autograd gives, on a base whose weights are merged by hand."""

from pathlib import Path

import pytest

from tests.conformance.families import A_CASE_A_KIND_OF_LAYER, Case, Training, plain_pipeline
from tests.conformance.plain import components, merge

pytestmark = pytest.mark.slow
RELATIVE_ERROR = 1e-4  # fp32 against fp64; 1e-5 was seen


@pytest.mark.parametrize("case", A_CASE_A_KIND_OF_LAYER, ids=str)
def test_gradients_equal_fp64_autograd(case: Case, tmp_path: Path) -> None:
    training = Training(case)
    training.randomise()
    tensors = {name: value.double().requires_grad_() for name, value in training.weights().items()}

    step = training.step()

    plain = plain_pipeline(case.family)
    for part in components(plain).values():
        part.double()
    merge(plain, tensors, scaling=lambda _layer: training.config.network_alpha / training.config.rank)
    latents, prompts, noise, timesteps = step.shown
    loss = case.family.losses(plain, latents.double(), prompts, noise.double(), timesteps).mean()
    loss.backward()
    assert step.loss == pytest.approx(loss.item(), rel=RELATIVE_ERROR)
    for name, value in tensors.items():
        assert value.grad is not None
        error = (step.gradients[name].double() - value.grad).norm() / value.grad.norm()
        assert error < RELATIVE_ERROR, f"{name}: {error:.1e}"
