"""Sends some of a set's pictures through a base model's VAE, for whoever chooses the two."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from profile_studio.decoding.crops import training_pictures
from profile_studio.domain.augmentation import Variation
from profile_studio.domain.crops import CropMode, crop_of
from profile_studio.domain.datasets import Dataset

if TYPE_CHECKING:
    from profile_studio.families.base import Family

MOST_PICTURES = 16
LONGEST_S = 10.0  # of a large base on a processor, fewer pictures tell as much


def look_at_fit(family: "Family", dataset: Dataset, between: Callable[[], None]) -> dict[str, Any]:
    """What came back of pictures that lie evenly in the set, in the size that they are trained in.

    Args:
        between: called before each picture; what it raises ends the look.
    Returns: what the page is told: how many, their mean error of 255, and the worst picture beside its return.
    """
    from profile_studio.inference.round_trip import send_through_vae

    images = dataset.training_images
    chosen = images[:: -(-len(images) // MOST_PICTURES)]
    began_at, errors, worst = time.monotonic(), list[float](), None
    for image in chosen:
        between()
        crop = crop_of(image, CropMode.BUCKETS, family.base.native_size, family.base.bucket_step)
        (sent,) = training_pictures(image, crop, [Variation()])
        back = send_through_vae(family, sent)
        if not errors or back.error > max(errors):
            worst = image, sent, back
        errors.append(back.error)
        if time.monotonic() - began_at > LONGEST_S:
            break
    assert worst is not None, "a set has pictures"
    image, sent, back = worst
    mean = sum(errors) / len(errors)
    return {"n": len(errors), "mean": mean, "worst": image.image_id, "error": back.error, "images": (sent, back.image)}
