"""How the layers of a LoRA are called: every program's spelling becomes the name of a module in diffusers."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Part = Literal["down", "up", "alpha"]


class LayerName(NamedTuple):
    """A module that a LoRA changes: a part of the pipeline, such as `unet`, and the module's dotted name in it.

    Modules of text encoders are named without the `text_model.` that only some versions of transformers have.
    """

    component: str
    layer: str


_LONGEST_KEY = 300  # a layer's name is told in sentences
_WORDS_WITH_UNDERSCORE = (
    "down_blocks", "up_blocks", "mid_block", "transformer_blocks", "to_q", "to_k", "to_v", "to_out", "proj_in",
    "proj_out", "conv_in", "conv_out", "conv_shortcut", "time_emb_proj", "time_embedding", "linear_1", "linear_2",
    "text_model", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj",
    "input_blocks", "middle_block", "output_blocks", "in_layers", "out_layers", "emb_layers", "skip_connection",
    "time_embed",
)  # fmt: skip
_NAME_PART = re.compile(rf"({'|'.join(_WORDS_WITH_UNDERSCORE)}|[a-z0-9]+)(?:_|$)")
_PART_OF_A_LAYER = re.compile(
    r"(?P<stem>.+?)[._]"
    r"(?:(?:(?P<down>lora_A|lora_down|lora\.down|lora_linear_layer\.down)"
    r"|(?P<up>lora_B|lora_up|lora\.up|lora_linear_layer\.up))(?:\.\w+)?\.weight"
    r"|(?:lora\.|lora_linear_layer\.)?alpha)"
)
_KOHYA = re.compile(r"lora_(?P<component>unet|te[1-3]?|transformer)_(?P<layer>[a-z0-9_]+)")
_KOHYA_COMPONENTS = {"te": "text_encoder", "te1": "text_encoder", "te2": "text_encoder_2", "te3": "text_encoder_3"}
_WRAPPERS = re.compile(r"(?:(?<=\.)|^)(?:base_model\.model|_orig_mod|module|processor)\.")
_COMPONENTS = re.compile(r"(?P<component>unet|text_encoder(?:_[23])?|transformer)\.(?P<layer>.+)")
_ROOTS = (
    ("unet", re.compile(r"(?:down|up|input|output)_blocks\.|mid(?:dle)?_block\.|conv_(?:in|out)$|time_embed|out\.")),
    ("transformer", re.compile(r"(?:single_)?transformer_blocks\.")),
    ("text_encoder", re.compile(r"text_model\.|encoder\.layers\.")),
)
_OLD_TEXT_LAYERS = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


def kohya_name(component: str, layer: str) -> str:
    """The file's name of a layer: `unet`, `mid_block.resnets.0.conv1` becomes `lora_unet_mid_block_resnets_0_conv1`."""
    if component == "text_encoder":
        return "lora_te_text_model_" + layer.removeprefix("text_model.").replace(".", "_")
    return f"lora_{component}_{layer.replace('.', '_')}"


@lru_cache(maxsize=8192)  # the same few hundred names stand in every file of a list
def layer_name(name: str) -> LayerName | None:
    """The module of a name in any spelling, such as `lora_unet_mid_block_attentions_0_proj_in`; None if there is none.

    Undoes `kohya_name`. Without a prefix the first words decide which part of the pipeline is meant.
    """
    if kohya := _KOHYA.fullmatch(name):
        component = _KOHYA_COMPONENTS.get(kohya["component"], kohya["component"])
        return _in_diffusers(component, ".".join(_NAME_PART.findall(kohya["layer"])))
    name = _WRAPPERS.sub("", name)
    if re.match(r"(?:model\.)?diffusion_model\.", name):
        name = "unet." + name.partition("diffusion_model.")[2]
    if told := _COMPONENTS.fullmatch(name):
        return _in_diffusers(told["component"], told["layer"])
    component = next((component for component, root in _ROOTS if root.match(name)), None)
    return _in_diffusers(component, name) if component else None


def layer_part(key: str) -> tuple[str, Part] | None:
    """The layer's name in the file, and which of its three tensors this key is; None if it is none of a LoRA's.

    Source: the layouts of kohya-ss/sd-scripts (`lora_down`), peft (`lora_A`, with or without the adapter's own name),
    and diffusers before and after 0.22 (`processor.to_q_lora.down`, `lora_linear_layer.down`, `lora.down`).
    """
    if len(key) > _LONGEST_KEY or not (match := _PART_OF_A_LAYER.fullmatch(key)):
        return None
    part = "down" if match["down"] else "up" if match["up"] else "alpha"
    return match["stem"].removesuffix("_lora"), part


def _in_diffusers(component: str, layer: str) -> LayerName:
    if component.startswith("text_encoder"):
        layer = layer.removeprefix("text_model.")
        if match := re.fullmatch(r"(.+\.self_attn\.)(to_[qkv]|to_out)", layer):
            layer = match[1] + _OLD_TEXT_LAYERS[match[2]]
        return LayerName(component, layer)
    if component == "unet":
        layer = _from_original_unet(layer)
    return LayerName(component, layer + ".0" if layer.endswith(".to_out") else layer)


def _from_original_unet(layer: str) -> str:
    """The diffusers' name of a module of the original U-Net, which counts its blocks through; others stay.

    Two layers a block, as in Stable Diffusion 1, 2 and XL. Source: CompVis/latent-diffusion, `openaimodel.py`.
    """
    if match := re.fullmatch(r"input_blocks\.(\d+)\.([01])\.(.+)", layer):
        block, index = divmod(int(match[1]) - 1, 3)
        if match[1] == "0":
            return "conv_in"
        if match[3] == "op":
            return f"down_blocks.{block}.downsamplers.0.conv"
        return f"down_blocks.{block}.{_original_module(match[2], index, match[3])}"
    if match := re.fullmatch(r"output_blocks\.(\d+)\.([012])\.(.+)", layer):
        block, index = divmod(int(match[1]), 3)
        if match[3] == "conv":
            return f"up_blocks.{block}.upsamplers.0.conv"
        return f"up_blocks.{block}.{_original_module(match[2], index, match[3])}"
    if match := re.fullmatch(r"middle_block\.([012])\.(.+)", layer):
        is_attention, index = ("1", 0) if match[1] == "1" else ("0", int(match[1]) // 2)
        return f"mid_block.{_original_module(is_attention, index, match[2])}"
    outer = {"time_embed.0": "time_embedding.linear_1", "time_embed.2": "time_embedding.linear_2", "out.2": "conv_out"}
    return outer.get(layer, layer)


def _original_module(is_attention: str, index: int, name: str) -> str:
    if is_attention == "1":
        return f"attentions.{index}.{name}"
    names = {"in_layers.2": "conv1", "out_layers.3": "conv2", "emb_layers.1": "time_emb_proj"}
    return f"resnets.{index}.{names.get(name, name.replace('skip_connection', 'conv_shortcut'))}"
