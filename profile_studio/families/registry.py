"""Which family a base model belongs to."""

import torch

from profile_studio.base_models import BaseModel
from profile_studio.families.base import Family
from profile_studio.families.stable_diffusion import StableDiffusion

_FAMILIES = {"sd1": StableDiffusion}
"""By the names of `domain.families`, which has the facts of each."""


def load_family(base: BaseModel, device: torch.device, dtype: torch.dtype) -> Family:
    """The base model, loaded from local files, ready to be trained on and drawn with.

    Raises:
        BaseModelMissing: the base predicts something that none of our losses is for.
    """
    return _FAMILIES[base.family.name](base, device, dtype)
