"""Which family a base model belongs to."""

import torch

from profile_studio.base_models import BaseModel
from profile_studio.families.base import Family
from profile_studio.families.stable_diffusion import StableDiffusion
from profile_studio.families.stable_diffusion_3 import StableDiffusion3
from profile_studio.families.stable_diffusion_xl import StableDiffusionXL
from profile_studio.families.threads import use_fitting_threads

_FAMILIES = {"sd1": StableDiffusion, "sd2": StableDiffusion, "sdxl": StableDiffusionXL, "sd3": StableDiffusion3}
"""By the names of `domain.families`, which has the facts of each."""


def load_family(base: BaseModel, device: torch.device, dtype: torch.dtype) -> Family:
    """The base model, loaded from local files, ready to be trained on and drawn with.

    Raises:
        BaseModelMissing: the base predicts something that none of our losses is for.
    """
    family = _FAMILIES[base.family.name](base, device, dtype)
    use_fitting_threads(family)
    return family
