"""A file adds `network_alpha / rank` times its product to each layer: by hand, in diffusers, and while it is trained."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.conformance.families import A_CASE_A_KIND_OF_LAYER, Case, Training, load_in_diffusers, plain_pipeline
from tests.conformance.plain import merge, modules_by_layer

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_KIND_OF_LAYER, ids=str)
def test_alpha_other_than_rank_scales_each_layer(case: Case, tmp_path: Path) -> None:
    rank, network_alpha = 2, 6.0
    training = Training(case, rank=rank, network_alpha=network_alpha)
    training.randomise()
    file = training.save(tmp_path / "dotted.safetensors")

    tensors = {name: value.float() for name, value in load_file(file).items()}
    merged, loaded = plain_pipeline(case.family), plain_pipeline(case.family)
    merge(merged, tensors, scaling=lambda layer: tensors[f"{layer}.alpha"].item() / rank)
    load_in_diffusers(loaded, case.family, file)

    by_hand, in_diffusers, trained = map(modules_by_layer, (merged, loaded, training.pipeline))
    for layer in {name.removesuffix(".alpha") for name in tensors if name.endswith(".alpha")}:
        assert tensors[f"{layer}.alpha"].item() == network_alpha, layer
        features = _features(by_hand[layer])
        with torch.no_grad():
            expected = by_hand[layer](features)
            torch.testing.assert_close(in_diffusers[layer](features), expected, atol=1e-4, rtol=1e-4)
            torch.testing.assert_close(trained[layer](features), expected, atol=1e-4, rtol=1e-4)


def _features(module: nn.Linear | nn.Conv2d) -> torch.Tensor:
    shape = (3, module.in_features) if isinstance(module, nn.Linear) else (1, module.in_channels, 5, 5)
    return torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
