"""What Stability's own code calls the modules of a denoiser, which kohya and ComfyUI follow; diffusers renamed them.

Source: CompVis/latent-diffusion `openaimodel.py` for the U-Net, two layers a block in Stable Diffusion 1, 2 and XL;
Stability-AI/sd3.5 `mmditx.py` for the transformer of Stable Diffusion 3.
"""

import re

_RESNET = {
    "in_layers.2": "conv1",
    "out_layers.3": "conv2",
    "emb_layers.1": "time_emb_proj",
    "skip_connection": "conv_shortcut",
}
_OUTER_UNET = {
    "input_blocks.0.0": "conv_in",
    "out.2": "conv_out",
    "time_embed.0": "time_embedding.linear_1",
    "time_embed.2": "time_embedding.linear_2",
    "label_emb.0.0": "add_embedding.linear_1",
    "label_emb.0.2": "add_embedding.linear_2",
}
_OUTER_TRANSFORMER = {
    "x_embedder.proj": "pos_embed.proj",
    "context_embedder": "context_embedder",
    "t_embedder.mlp.0": "time_text_embed.timestep_embedder.linear_1",
    "t_embedder.mlp.2": "time_text_embed.timestep_embedder.linear_2",
    "y_embedder.mlp.0": "time_text_embed.text_embedder.linear_1",
    "y_embedder.mlp.2": "time_text_embed.text_embedder.linear_2",
    "final_layer.adaLN_modulation.1": "norm_out.linear",
    "final_layer.linear": "proj_out",
}
_JOINT_BLOCK = {
    "x_block.attn.qkv": "attn.to_qkv",
    "x_block.attn.proj": "attn.to_out.0",
    "x_block.attn2.qkv": "attn2.to_qkv",
    "x_block.attn2.proj": "attn2.to_out.0",
    "x_block.mlp.fc1": "ff.net.0.proj",
    "x_block.mlp.fc2": "ff.net.2",
    "x_block.adaLN_modulation.1": "norm1.linear",
    "context_block.attn.qkv": "attn.to_added_qkv",
    "context_block.attn.proj": "attn.to_add_out",
    "context_block.mlp.fc1": "ff_context.net.0.proj",
    "context_block.mlp.fc2": "ff_context.net.2",
    "context_block.adaLN_modulation.1": "norm1_context.linear",
}


def from_original_unet(layer: str) -> str:
    """The diffusers' name of a module of the original U-Net, which counts its blocks through; others stay."""
    if layer in _OUTER_UNET:
        return _OUTER_UNET[layer]
    if match := re.fullmatch(r"input_blocks\.(\d+)\.([01])\.(.+)", layer):
        block, index = divmod(int(match[1]) - 1, 3)
        if match[3] == "op":
            return f"down_blocks.{block}.downsamplers.0.conv"
        return f"down_blocks.{block}.{_unet_module(match[2], index, match[3])}"
    if match := re.fullmatch(r"output_blocks\.(\d+)\.([012])\.(.+)", layer):
        block, index = divmod(int(match[1]), 3)
        if match[3] == "conv":
            return f"up_blocks.{block}.upsamplers.0.conv"
        return f"up_blocks.{block}.{_unet_module(match[2], index, match[3])}"
    if match := re.fullmatch(r"middle_block\.([012])\.(.+)", layer):
        is_attention, index = ("1", 0) if match[1] == "1" else ("0", int(match[1]) // 2)
        return f"mid_block.{_unet_module(is_attention, index, match[2])}"
    return layer


def to_original_unet(layer: str) -> str:
    """Undoes `from_original_unet` for SDXL, whose up-sampling blocks all have attentions; other names stay."""
    for original, name in _OUTER_UNET.items():
        if layer == name:
            return original
    if match := re.fullmatch(r"down_blocks\.(\d+)\.downsamplers\.0\.conv", layer):
        return f"input_blocks.{3 * int(match[1]) + 3}.0.op"
    if match := re.fullmatch(r"up_blocks\.(\d+)\.upsamplers\.0\.conv", layer):
        return f"output_blocks.{3 * int(match[1]) + 2}.2.conv"
    if match := re.fullmatch(r"(down|up)_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.(.+)", layer):
        number = 3 * int(match[2]) + int(match[4])
        block = f"input_blocks.{number + 1}" if match[1] == "down" else f"output_blocks.{number}"
        return f"{block}.{_original_unet_module(match[3], match[5])}"
    if match := re.fullmatch(r"mid_block\.(resnets|attentions)\.([01])\.(.+)", layer):
        number = 1 if match[1] == "attentions" else 2 * int(match[2])
        return f"middle_block.{number}.{_original_unet_module(match[1], match[3]).partition('.')[2]}"
    return layer


def from_original_transformer(layer: str) -> str | None:
    """The diffusers' name of a module of the original transformer; None if it has none of that name.

    Three in one are called as diffusers calls them after it fused them: `attn.to_qkv`, `attn.to_added_qkv`.
    """
    if match := re.fullmatch(r"joint_blocks\.(\d+)\.(\w+\.attn2?\.qkv)\.([012])", layer):  # OneTrainer counts the three
        name = _JOINT_BLOCK.get(match[2])
        return name and f"transformer_blocks.{match[1]}.{one_of_three(name, 'qkv'[int(match[3])])}"
    if match := re.fullmatch(r"joint_blocks\.(\d+)\.(.+)", layer):
        name = _JOINT_BLOCK.get(match[2])
        return name and f"transformer_blocks.{match[1]}.{name}"
    return _OUTER_TRANSFORMER.get(layer)


def to_original_transformer(layer: str) -> str:
    """Undoes `from_original_transformer`; other names stay."""
    if match := re.fullmatch(r"transformer_blocks\.(\d+)\.(.+)", layer):
        original = next((original for original, name in _JOINT_BLOCK.items() if name == match[2]), None)
        return f"joint_blocks.{match[1]}.{original}" if original else layer
    return next((original for original, name in _OUTER_TRANSFORMER.items() if name == layer), layer)


def one_of_three(fused: str, letter: str) -> str:
    """From `attn.to_added_qkv` to `attn.add_k_proj`, from `attn.to_qkv` to `attn.to_k`, for one of q, k and v."""
    attention, _, name = fused.rpartition(".")
    return f"{attention}.add_{letter}_proj" if name == "to_added_qkv" else f"{attention}.to_{letter}"


def three_in_one(layer: str) -> tuple[str, str] | None:
    """Undoes `one_of_three`: the fused name and the letter; None if this is none of three."""
    match = re.fullmatch(r"(.+\.attn2?)\.(?:to_([qkv])|add_([qkv])_proj)", layer)
    if match is None:
        return None
    return (f"{match[1]}.to_qkv", match[2]) if match[2] else (f"{match[1]}.to_added_qkv", match[3])


def _unet_module(is_attention: str, index: int, name: str) -> str:
    return f"attentions.{index}.{name}" if is_attention == "1" else f"resnets.{index}.{_RESNET.get(name, name)}"


def _original_unet_module(kind: str, name: str) -> str:
    if kind == "attentions":
        return f"1.{name}"
    return f"0.{next((original for original, renamed in _RESNET.items() if renamed == name), name)}"
