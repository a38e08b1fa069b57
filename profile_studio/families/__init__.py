"""What differs between families of base models, and how one is loaded."""

import diffusers
import torch
import transformers

# Before the pipeline is imported: loading it makes transformers warn about packages that we leave out on purpose.
for _logging in (diffusers.utils.logging, transformers.utils.logging):
    _logging.set_verbosity_error()
    _logging.disable_progress_bar()

from diffusers import StableDiffusionPipeline  # noqa: E402

from profile_studio.base_models import BaseModel  # noqa: E402

# Importing the pipeline from here instead of from diffusers keeps a process quiet.
__all__ = ["StableDiffusionPipeline", "load_pipeline", "pick_device"]


def pick_device() -> torch.device:
    """The best device of this machine: CUDA, then Apple's, then the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def load_pipeline(base: BaseModel, device: torch.device, dtype: torch.dtype) -> StableDiffusionPipeline:
    """The base model, ready to draw, from local files only."""
    pipeline = StableDiffusionPipeline.from_pretrained(
        base.folder,
        dtype=dtype,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
        local_files_only=True,
        use_safetensors=True,
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    # Small convolutions run several times faster on a processor with channels last, and no slower on a GPU.
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.vae.to(memory_format=torch.channels_last)
    return pipeline
