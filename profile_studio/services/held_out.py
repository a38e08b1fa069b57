"""Which pictures of a set are kept from training, to compare with."""

import math
from collections.abc import Sequence

from profile_studio.domain.datasets import (
    DEFAULT_HELD_OUT_FRACTION,
    HELD_OUT_FROM_IMAGES,
    MINIMUM_IMAGES,
    Dataset,
)

OFFERED_FRACTIONS = (0.0, DEFAULT_HELD_OUT_FRACTION, 0.25)


def choose_held_out(pictures: Sequence[tuple[str, str]], fraction: float | None) -> set[str]:
    """Ids of the pictures to hold out: whole groups of likenesses, so that nothing like them is trained on.

    Args:
        pictures: id and group of each kept picture. The id is of the pixels and decides, so that the same pictures
            are always divided in the same way.
        fraction: None for the usual part, which is nothing below a dozen pictures.
    """
    if fraction is None:
        fraction = DEFAULT_HELD_OUT_FRACTION if len(pictures) >= HELD_OUT_FROM_IMAGES else 0.0
    count = min(math.floor(len(pictures) * fraction + 0.5), len(pictures) - MINIMUM_IMAGES)
    groups: dict[str, list[str]] = {}
    for image_id, group_id in sorted(pictures):
        groups.setdefault(group_id, []).append(image_id)
    chosen: set[str] = set()
    for group in groups.values():
        if len(chosen) + len(group) <= count:
            chosen.update(group)
    return chosen


def held_out_by(dataset: Dataset, fraction: float) -> set[str]:
    """Ids of the pictures that this fraction holds out; references are neither counted nor among them."""
    return choose_held_out(
        [(image.image_id, image.group_id) for image in dataset.images if not image.is_reference], fraction
    )


def held_out_fraction(dataset: Dataset) -> float | None:
    """The offered fraction that the set is divided by; None where it is divided in another way."""
    now = {image.image_id for image in dataset.held_out_images if not image.is_reference}
    return next((fraction for fraction in OFFERED_FRACTIONS if held_out_by(dataset, fraction) == now), None)
