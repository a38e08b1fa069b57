"""Whether a trained LoRA is fit to be published."""

from collections.abc import Callable
from pathlib import Path

from PIL import ImageChops

from profile_studio.domain.errors import InvalidAdapter, TrainingFailed
from profile_studio.families.base import Family
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.lora_files import changes_nothing, has_sound_numbers, read_lora
from profile_studio.training.cache import PromptEncoder
from profile_studio.training.samples import draw

VERIFICATION_STEPS = 4
CHECKED_PROMPT = ""


def verify_adapter(
    path: Path, family: Family, prompts: PromptEncoder, size_px: int, between_steps: Callable[[], None]
) -> None:
    """Makes sure that an adapter file works: the studio reads it, its numbers are sound, and it changes a picture.

    Any LoRA on the base model is removed first; it is left without one.

    Raises:
        TrainingFailed: it cannot be read, its numbers are not finite or all zero, or the picture stays the same.
        FloatingPointError: the picture is NaN.
    """
    try:
        lora = read_lora(path)
    except InvalidAdapter as error:
        raise TrainingFailed(
            "The file of the trained LoRA cannot be read back.", "Resume the training; its checkpoint is kept."
        ) from error
    if not has_sound_numbers(lora):
        raise TrainingFailed("The trained LoRA contains NaN or infinite values.", "Train with a lower learning rate.")
    if changes_nothing(lora):
        raise TrainingFailed(
            "The trained LoRA changes nothing: everything it adds is zero.",
            "Train with a higher learning rate or more steps.",
        )
    family.pipeline.unload_lora_weights()
    without = draw(family, prompts, CHECKED_PROMPT, size_px, between_steps, VERIFICATION_STEPS)
    attach_lora(family.parts, lora, "verified", path.name, "")
    family.pipeline.set_adapters(["verified"])
    picture = draw(family, prompts, CHECKED_PROMPT, size_px, between_steps, VERIFICATION_STEPS)
    family.pipeline.unload_lora_weights()
    if ImageChops.difference(without, picture).getbbox() is None:
        raise TrainingFailed(
            "The trained LoRA does not change the picture.", "Train with a higher learning rate or more steps."
        )
