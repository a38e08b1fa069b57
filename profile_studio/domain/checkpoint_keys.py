"""What a single file of weights holds, told from the names and shapes of its tensors.

Source: CompVis/latent-diffusion `ddpm.py` and Stability-AI/generative-models for the prefixes, which every trainer keeps.
"""

import re
from collections.abc import Mapping
from typing import Any

from profile_studio.domain.errors import BaseModelMissing
from profile_studio.domain.sentences import Sentence

Shapes = Mapping[str, tuple[int, ...]]

_UNET = "model.diffusion_model."
_VAE = "first_stage_model."
_CONV_IN = f"{_UNET}input_blocks.0.0.weight"
_EMBEDDED = "transformer.text_model.embeddings.token_embedding.weight"
_SD1_WORDS, _SDXL_WORDS = f"cond_stage_model.{_EMBEDDED}", f"conditioner.embedders.0.{_EMBEDDED}"
_SDXL_WORDS_2 = "conditioner.embedders.1.model.token_embedding.weight"
_OF_A_LORA = re.compile(r"lora_(?:up|down|A|B)\b|\.lora\.(?:up|down)|lora_linear_layer|hada_w|lokr_w|dora_scale|oft_")
_OF_A_FOLDER = re.compile(r"(?:unet\.)?(?:down_blocks|up_blocks|mid_block|conv_in|transformer_blocks)\.")
_OF_A_VAE = re.compile(r"(?:first_stage_model\.|vae\.)?(?:encoder|decoder)\.(?:conv_in|conv_out|down|up|mid)")
_ATTENDED = re.compile(rf"{re.escape(_UNET)}.+\.transformer_blocks\.\d+\.attn2\.to_k\.weight")


def family_of_checkpoint(shapes: Shapes, file: str) -> str:
    """The family of `domain.families` that a whole checkpoint is of.

    Args:
        file: its name, for the sentence.
    Raises:
        BaseModelMissing: it is something else, or lacks a part.
    """
    if any(_OF_A_LORA.search(name) for name in shapes):
        raise BaseModelMissing(
            "{file} is a LoRA, not a base model.",
            "Import it under Blend, or by `adapters import {file}`.",
            file=file,
        )
    if f"{_UNET}joint_blocks.0.x_block.attn.qkv.weight" in shapes or "joint_blocks.0.x_block.attn.qkv.weight" in shapes:
        raise BaseModelMissing(
            "{file} is a Stable Diffusion 3, whose single files come without the text encoders.",
            "Choose 'sd35-medium', or a folder in diffusers layout.",
            file=file,
        )
    if _CONV_IN not in shapes:
        raise _something_else(shapes, file)
    if shapes[_CONV_IN][1] != shapes.get(f"{_UNET}out.2.weight", (0,))[0]:
        raise _unusable(file, Sentence("a base for inpainting or for editing"))
    if _SDXL_WORDS_2 in shapes and _SDXL_WORDS in shapes:
        family = "sdxl"
    elif _SD1_WORDS in shapes:
        family = "sd1"
    elif any(name.startswith("cond_stage_model.model.") for name in shapes):
        raise _unusable(file, Sentence("a Stable Diffusion 2.x, which does not tell what it predicts"))
    elif any(name.startswith("conditioner.embedders.0.model.") for name in shapes):
        raise _unusable(file, Sentence("a refiner, which only finishes another's pictures"))
    else:
        raise _without(file, Sentence("text encoder"))
    if not any(name.startswith(f"{_VAE}decoder.") for name in shapes):
        raise _without(file, Sentence("VAE"))
    if "v_pred" in shapes:
        raise _unusable(file, Sentence("a base that predicts velocity"))
    return family


def fits_configs(shapes: Shapes, family: str, configs: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a checkpoint's tensors are of the sizes that these configurations describe.

    Args:
        configs: of the folders `unet` and `vae` and of the text encoders, in diffusers layout.
    """
    unet, words = configs["unet"], configs["text_encoder"]
    attended = [shape for name, shape in shapes.items() if _ATTENDED.fullmatch(name)]
    return (
        shapes[_CONV_IN][:2] == (unet["block_out_channels"][0], unet["in_channels"])
        and len(attended) == _attentions(unet)
        and {shape[1] for shape in attended} == {unet["cross_attention_dim"]}
        and shapes[_SDXL_WORDS if family == "sdxl" else _SD1_WORDS] == (words["vocab_size"], words["hidden_size"])
        and shapes.get(f"{_VAE}encoder.conv_in.weight", (0,))[0] == configs["vae"]["block_out_channels"][0]
    )


def _attentions(unet: Mapping[str, Any]) -> int:
    """How many transformer blocks a U-Net has, down, in the middle and up."""
    levels = len(unet["block_out_channels"])
    deep = unet.get("transformer_layers_per_block", 1)
    depths = deep if isinstance(deep, list) else [deep] * levels
    layers = unet["layers_per_block"]
    down = sum(layers * depths[i] for i, name in enumerate(unet["down_block_types"]) if name.startswith("CrossAttn"))
    up = sum(
        (layers + 1) * depths[-1 - i] for i, name in enumerate(unet["up_block_types"]) if name.startswith("CrossAttn")
    )
    return down + depths[-1] + up


def _something_else(shapes: Shapes, file: str) -> BaseModelMissing:
    if any(_OF_A_FOLDER.match(name) for name in shapes):
        return BaseModelMissing(
            "{file} is one part of a base model in diffusers layout.",
            "Choose the folder that it belongs to.",
            file=file,
        )
    if any(_OF_A_VAE.match(name) for name in shapes):
        return BaseModelMissing(
            "{file} is a VAE alone, not a base model.",
            "Choose the checkpoint it belongs to: it has a VAE of its own.",
            file=file,
        )
    return BaseModelMissing(
        "{file} holds no Stable Diffusion that the studio knows as a single file.",
        "Choose a whole checkpoint of Stable Diffusion 1.x or XL, or a folder in diffusers layout.",
        file=file,
    )


def _unusable(file: str, what: Sentence) -> BaseModelMissing:
    return BaseModelMissing(
        "{file} is {what}: as a single file it cannot be used.",
        "Choose a whole checkpoint of Stable Diffusion 1.x or XL, or a folder in diffusers layout.",
        file=file,
        what=what,
    )


def _without(file: str, part: Sentence) -> BaseModelMissing:
    return BaseModelMissing(
        "{file} has no {part} in it.",
        "Choose a whole checkpoint: it has the U-Net, the text encoders and the VAE in one file.",
        file=file,
        part=part,
    )
