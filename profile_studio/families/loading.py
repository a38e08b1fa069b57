"""A family's parts from local files, by the class of its pipeline."""

from typing import Any

import torch
from diffusers import DiffusionPipeline

from profile_studio.base_models import BaseModel


def load_pipeline(
    pipeline_class: type[DiffusionPipeline], base: BaseModel, device: torch.device, dtype: torch.dtype, **changes: Any
) -> Any:
    """The base model's pipeline, on its device, in evaluation mode.

    Args:
        changes: what `from_pretrained` is told besides, such as parts that are left out.
    """
    pipeline = pipeline_class.from_pretrained(
        base.folder, dtype=dtype, local_files_only=True, use_safetensors=True, **changes
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    return pipeline
