"""Whether a base model fits the pictures it is to learn from, said before anything is spent on it."""

import statistics

from profile_studio.base_models import STARTER
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.sentences import Sentence

PHOTOGRAPHS_BELOW = 0.28
"""Median flatness of a set. Measured on 16 pictures each, or 22 photographs and 88 parts of them: photographs 0.05, four drawn
styles of the examples 0.36 to 1.0, fifteen of other artists 0.82 to 1.0; only soft gradients without a line (0.21) pass for
photographs. The drawings' own measure, `DRAWING_FLATNESS`, takes watercolours (0.33 to 0.40) for photographs."""


def base_advice(base: str, dataset: Dataset) -> Sentence | None:
    """What to choose instead where a base cannot draw what a set shows; None where nothing is to be said."""
    flatness = [image.measures.flatness for image in dataset.training_images if image.measures is not None]
    drawn_by_pixel = any(image.measures.is_pixel_art for image in dataset.training_images if image.measures)
    if base != STARTER or not flatness or drawn_by_pixel or statistics.median(flatness) >= PHOTOGRAPHS_BELOW:
        return None
    return Sentence(
        "These look like photographs, and the starter draws illustrated portraits: a LoRA of it can only draw them. "
        "For photographs choose Stable Diffusion 1.5 as the base model (`--base sd15`)."
    )
