"""Sample pictures of a training, beside what the base model draws from the same prompt and seed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from PIL import Image

from profile_studio.domain.crops import Resolution
from profile_studio.domain.generation import NUM_INFERENCE_STEPS, GenerationRequest, Quality
from profile_studio.families.base import Family
from profile_studio.files.atomic import write_atomically
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference.denoise import decode, denoise
from profile_studio.inference.previews import as_picture
from profile_studio.training.cache import PromptEncoder

SAMPLE_SEED = 0
NEGATIVE_PROMPT = ""
COVER_SIDE_PX = 256
GUIDANCE_SCALE = float(GenerationRequest.model_fields["guidance_scale"].default)


@torch.inference_mode()
def draw(
    family: Family,
    prompts: PromptEncoder,
    prompt: str,
    size_px: int,
    between_steps: Callable[[], None],
    num_inference_steps: int = NUM_INFERENCE_STEPS[Quality.QUALITY],
) -> Image.Image:
    """One square picture, always from the same noise.

    Args:
        between_steps: called after each step, so that a sample keeps nobody's own picture waiting.
    Raises:
        FloatingPointError: the numbers became NaN or infinite.
    """
    latents = denoise(
        family,
        prompts.encode([prompt]),
        prompts.encode([NEGATIVE_PROMPT]),
        seed=SAMPLE_SEED,
        size=Resolution(size_px, size_px),
        num_inference_steps=num_inference_steps,
        guidance_scale=GUIDANCE_SCALE,
        on_step=lambda _step: between_steps(),
    )
    return as_picture(decode(family, latents))


def write_samples(
    folder: JobFolder,
    family: Family,
    prompts: PromptEncoder,
    drawn_prompts: Sequence[str],
    size_px: int,
    step: int,
    between_steps: Callable[[], None],
) -> None:
    """Writes the samples of a step, one per prompt, those that are not there yet; at step 0 they are the base's."""
    for index, prompt in enumerate(drawn_prompts):
        path = folder.sample(step, index)
        if not path.exists():
            picture = draw(family, prompts, prompt, size_px, between_steps)
            with write_atomically(path) as temporary:
                picture.save(temporary, format="PNG")


def keep_cover(folder: JobFolder, cover: Path) -> None:
    """Makes the newest sample, if there is one, the small picture by which people choose the LoRA."""
    first_prompt = [sample for sample in folder.samples() if not sample.is_base and sample.index == 0]
    if first_prompt:
        with Image.open(first_prompt[-1].path) as sample, write_atomically(cover) as temporary:
            sample.thumbnail((COVER_SIDE_PX, COVER_SIDE_PX))
            sample.save(temporary, format="WEBP", quality=88)
