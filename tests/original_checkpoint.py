"""Writes a base in diffusers layout as one file with the original names, as trainers and Civitai have them.

Source: CompVis/latent-diffusion for U-Net and VAE, mlfoundations/open_clip for SDXL's second text encoder.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1", "norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}  # fmt: skip
OUTER = {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2", "time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2", "add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2"}  # fmt: skip
OPEN_CLIP = {"self_attn.out_proj": "attn.out_proj", "layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj"}  # fmt: skip
VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def write_checkpoint(base: Path, path: Path) -> Path:
    """A base of Stable Diffusion 1.x or XL as one file."""
    from safetensors.torch import save_file

    tensors: dict[str, Any] = {}
    layers = json.loads((base / "unet/config.json").read_text())["layers_per_block"] + 1
    tensors |= _renamed(base / "unet", "model.diffusion_model.", lambda key: unet_name(key, layers))
    tensors |= _vae(base / "vae")
    if (base / "text_encoder_2").is_dir():
        tensors |= _clip(base / "text_encoder", "conditioner.embedders.0.transformer.text_model.")
        tensors |= _open_clip(base / "text_encoder_2", "conditioner.embedders.1.model.")
    else:
        tensors |= _clip(base / "text_encoder", "cond_stage_model.transformer.text_model.")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path


def unet_name(key: str, layers: int) -> str:
    """The original name of a U-Net's tensor, whose blocks have `layers` steps each."""
    module, _, kind = key.rpartition(".")
    if module in OUTER:
        return f"{OUTER[module]}.{kind}"
    if match := re.fullmatch(r"down_blocks\.(\d+)\.downsamplers\.0\.conv", module):
        return f"input_blocks.{layers * (int(match[1]) + 1)}.0.op.{kind}"
    if match := re.fullmatch(r"up_blocks\.(\d+)\.upsamplers\.0\.conv", module):
        return f"output_blocks.{layers * (int(match[1]) + 1) - 1}.UP.conv.{kind}"
    if match := re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", module):
        number = 1 if match[1] == "attentions" else 2 * int(match[2])
        return f"middle_block.{number}.{match[3] if number == 1 else RESNET[match[3]]}.{kind}"
    match = re.fullmatch(r"(down|up)_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.(.+)", module)
    assert match, key
    number = layers * int(match[2]) + int(match[4]) + (match[1] == "down")
    block = f"{'input' if match[1] == 'down' else 'output'}_blocks.{number}"
    return f"{block}.1.{match[5]}.{kind}" if match[3] == "attentions" else f"{block}.0.{RESNET[match[5]]}.{kind}"


def _renamed(folder: Path, prefix: str, rename: Callable[[str], str]) -> dict[str, Any]:
    from safetensors.torch import load_file

    (file,) = folder.glob("*.safetensors")
    renamed = {rename(key): tensor for key, tensor in load_file(file).items()}
    for name in [
        name for name in renamed if ".UP." in name
    ]:  # it follows the attentions of its block, if there are any
        block = name.partition(".UP.")[0]
        place = 2 if any(other.startswith(f"{block}.1.transformer_blocks") for other in renamed) else 1
        renamed[name.replace(".UP.", f".{place}.")] = renamed.pop(name)
    return {prefix + name: tensor for name, tensor in renamed.items()}


def _vae(folder: Path) -> dict[str, Any]:
    levels = len(json.loads((folder / "config.json").read_text())["block_out_channels"])

    def rename(key: str) -> str:
        key = re.sub(r"down_blocks\.(\d+)\.resnets\.", r"down.\1.block.", key)
        key = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0\.", r"down.\1.downsample.", key)
        key = re.sub(r"up_blocks\.(\d+)\.resnets\.", lambda m: f"up.{levels - 1 - int(m[1])}.block.", key)
        key = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0\.", lambda m: f"up.{levels - 1 - int(m[1])}.upsample.", key)
        key = re.sub(r"mid_block\.resnets\.(\d)\.", lambda m: f"mid.block_{int(m[1]) + 1}.", key)
        for name, original in VAE_ATTENTION.items():
            key = key.replace(f"mid_block.attentions.0.{name}.", f"mid.attn_1.{original}.")
        return key.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")

    tensors = _renamed(folder, "first_stage_model.", rename)
    one_by_one = {name for name in tensors if re.search(r"attn_1\.(q|k|v|proj_out)\.weight", name)}
    return {name: t[:, :, None, None] if name in one_by_one else t for name, t in tensors.items()}


def _clip(folder: Path, prefix: str) -> dict[str, Any]:
    return _renamed(folder, prefix, lambda key: key.removeprefix("text_model."))


def _open_clip(folder: Path, prefix: str) -> dict[str, Any]:
    import torch

    theirs = _clip(folder, "")
    tensors = {
        "token_embedding.weight": theirs.pop("embeddings.token_embedding.weight"),
        "positional_embedding": theirs.pop("embeddings.position_embedding.weight"),
        "ln_final.weight": theirs.pop("final_layer_norm.weight"),
        "ln_final.bias": theirs.pop("final_layer_norm.bias"),
        "text_projection": theirs.pop("text_projection.weight").T,
    }
    for key in list(theirs):
        layer, name, kind = re.fullmatch(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)", key).groups()  # type: ignore[union-attr]
        block = f"transformer.resblocks.{layer}"
        if name == "self_attn.q_proj":
            three = [theirs[key.replace("q_proj", f"{letter}_proj")] for letter in "qkv"]
            tensors[f"{block}.attn.in_proj_{kind}"] = torch.cat(three)
        elif name in OPEN_CLIP:
            tensors[f"{block}.{OPEN_CLIP[name]}.{kind}"] = theirs[key]
    return {prefix + name: tensor for name, tensor in tensors.items()}
