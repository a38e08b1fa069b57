"""Text encoders are in the file when they were trained, and only then; plain diffusers reads words by them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from profile_studio.domain.training import Targets
from tests.conformance.families import A_CASE_A_KIND_OF_LAYER, Case, Training, load_in_diffusers, plain_pipeline
from tests.conformance.plain import components

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_KIND_OF_LAYER, ids=str)
def test_text_encoders_are_in_the_file_when_they_were_trained(case: Case, tmp_path: Path) -> None:
    training = Training(case)
    training.randomise()
    file = training.save(tmp_path / "dotted.safetensors")

    plain = plain_pipeline(case.family)
    encoders = {name: part for name, part in components(plain).items() if name.startswith("text_encoder")}
    before = _readings(encoders)
    load_in_diffusers(plain, case.family, file)

    is_trained = case.targets is Targets.ATTENTION_AND_TEXT_ENCODER
    assert any(name.startswith("lora_te") for name in load_file(file)) == is_trained
    for name, reading in _readings(encoders).items():
        assert torch.equal(reading, before[name]) != is_trained, name


def _readings(encoders: Mapping[str, nn.Module]) -> dict[str, torch.Tensor]:
    tokens = torch.arange(77)[None]
    with torch.no_grad():
        return {name: encoder(tokens)[0] for name, encoder in encoders.items()}
