"""The LoRA file: its names, its alphas and what its header says, without torch.

We write the kohya layout, `lora_unet_<layer>.lora_down.weight`, `.lora_up.weight` and `.alpha`, because it carries a
network_alpha per layer and every program reads it. A pickle is never opened.
"""

from profile_studio.lora_files.file import (
    LoraHeader,
    RawTensor,
    TensorInfo,
    numbers,
    read_header,
    read_tensors,
    tensors_hash,
    write_tensors,
)
from profile_studio.lora_files.metadata import (
    SD15,
    STARTER,
    TrainingFacts,
    adapter_metadata,
    base_label,
    check_base,
    layer_alphas,
    read_adapter,
)
from profile_studio.lora_files.names import kohya_name, layer_name

__all__ = [
    "SD15",
    "STARTER",
    "LoraHeader",
    "RawTensor",
    "TensorInfo",
    "TrainingFacts",
    "adapter_metadata",
    "base_label",
    "check_base",
    "kohya_name",
    "layer_alphas",
    "layer_name",
    "numbers",
    "read_adapter",
    "read_header",
    "read_tensors",
    "tensors_hash",
    "write_tensors",
]
