"""Equal configs give equal files, whatever else drew random numbers meanwhile."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from profile_studio.lora_files import read_header
from tests.conformance.families import A_CASE_A_FAMILY, Case, Training

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", A_CASE_A_FAMILY, ids=str)
def test_equal_configs_give_equal_files(case: Case, tmp_path: Path) -> None:
    first = _contents(case, tmp_path / "first.safetensors")
    torch.rand(1)
    np.random.rand(1)

    assert _contents(case, tmp_path / "again.safetensors") == first


def _contents(case: Case, path: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """Header and tensors; safetensors itself writes a header's entries in any order."""
    training = Training(case, caption_dropout=0.5)
    training.step()
    file = training.save(path)
    return read_header(file).metadata, {name: tensor.numpy().tobytes() for name, tensor in load_file(file).items()}
