"""Plain diffusers loads the tiny bases of the tests as the real classes, and draws with them."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from diffusers import DiffusionPipeline

from tests.tiny_base import build_tiny_base, build_tiny_sd3, build_tiny_sdxl


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    ("build", "pipeline_class", "latent_channels"),
    [
        (build_tiny_base, "StableDiffusionPipeline", 4),
        (build_tiny_sdxl, "StableDiffusionXLPipeline", 4),
        (build_tiny_sd3, "StableDiffusion3Pipeline", 16),
        (partial(build_tiny_sd3, with_t5=True), "StableDiffusion3Pipeline", 16),
    ],
)
def test_plain_diffusers_draws_with_a_tiny_base(
    tmp_path: Path, build: Callable[[Path], Path], pipeline_class: str, latent_channels: int
) -> None:
    folder = build(tmp_path / "base")
    absent = {part: None for part, (_, name) in parts_of(folder).items() if name is None}

    pipeline = DiffusionPipeline.from_pretrained(folder, local_files_only=True, **absent)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.safety_checker = None

    pictures = [pipeline(prompt, num_inference_steps=2, output_type="np").images[0] for prompt in ("a", "caf\u00e9!")]

    assert type(pipeline).__name__ == pipeline_class
    assert pipeline.vae.config.latent_channels == latent_channels
    assert [picture.shape for picture in pictures] == [(64, 64, 3)] * 2
    assert np.isfinite(pictures).all()
    assert not np.array_equal(*pictures)


def parts_of(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    """Component to its library and class; None for those that a base leaves out, which diffusers wants to be told."""
    index = json.loads((folder / "model_index.json").read_text())
    return {part: (value[0], value[1]) for part, value in index.items() if isinstance(value, list)}
