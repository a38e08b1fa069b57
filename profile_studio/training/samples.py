"""Sample pictures of a training, beside what the base model draws from the same prompt and seed."""

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from profile_studio.domain.generation import NUM_INFERENCE_STEPS, GenerationRequest, Quality
from profile_studio.families import StableDiffusionPipeline
from profile_studio.storage.files import write_atomically

SAMPLE_SEED = 0
GUIDANCE_SCALE = float(GenerationRequest.model_fields["guidance_scale"].default)


def draw(
    pipeline: StableDiffusionPipeline,
    prompt: str,
    size_px: int,
    num_inference_steps: int = NUM_INFERENCE_STEPS[Quality.QUALITY],
) -> Image.Image:
    """One square picture, always from the same noise."""
    with torch.no_grad():
        pictures = pipeline(
            prompt,
            height=size_px,
            width=size_px,
            num_inference_steps=num_inference_steps,
            guidance_scale=GUIDANCE_SCALE,
            generator=torch.Generator().manual_seed(SAMPLE_SEED),
            return_dict=False,
        )[0]
    return pictures[0]


def write_samples(
    folder: Path, pipeline: StableDiffusionPipeline, prompts: Sequence[str], size_px: int, step: int
) -> None:
    """Writes `base-I.png` at step 0 and `step-SSSSS-I.png` later, one per prompt, those that are not there yet."""
    for index, prompt in enumerate(prompts):
        path = folder / (f"step-{step:05d}-{index}.png" if step else f"base-{index}.png")
        if not path.exists():
            with write_atomically(path) as temporary:
                draw(pipeline, prompt, size_px).save(temporary, format="PNG")
