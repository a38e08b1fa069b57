"""The LoRA file: its names, its alphas and what its header says, without torch.

One reader makes layers of every spelling (`read_lora`). We write the kohya layout, `lora_unet_<layer>.lora_down.weight`, `.lora_up.weight` and `.alpha`, because it carries a
network_alpha per layer and every program reads it. A pickle is never opened.
"""

from profile_studio.lora_files.blended import blended
from profile_studio.lora_files.families import (
    FAMILY_KEY,
    NAMED_BASES,
    check_family,
    told_base,
    told_family,
)
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
from profile_studio.lora_files.layers import MAX_RANK, read_lora, read_lora_folder
from profile_studio.lora_files.layouts import write_diffusers, write_kohya, write_peft
from profile_studio.lora_files.lora import Lora, LoraLayer, changes_nothing, check_numbers, has_sound_numbers
from profile_studio.lora_files.metadata import (
    STARTER,
    TrainingFacts,
    adapter_metadata,
    base_label,
    check_base,
    described,
    read_adapter,
)
from profile_studio.lora_files.names import LayerName, kohya_name, layer_name

__all__ = [
    "FAMILY_KEY",
    "MAX_RANK",
    "NAMED_BASES",
    "STARTER",
    "LayerName",
    "Lora",
    "LoraHeader",
    "LoraLayer",
    "RawTensor",
    "TensorInfo",
    "TrainingFacts",
    "adapter_metadata",
    "base_label",
    "blended",
    "changes_nothing",
    "check_base",
    "check_family",
    "check_numbers",
    "described",
    "has_sound_numbers",
    "kohya_name",
    "layer_name",
    "numbers",
    "read_adapter",
    "read_header",
    "read_lora",
    "read_lora_folder",
    "read_tensors",
    "tensors_hash",
    "told_base",
    "told_family",
    "write_diffusers",
    "write_kohya",
    "write_peft",
    "write_tensors",
]
