"""How the layers of a LoRA are called: every program's spelling becomes the name of a module in diffusers."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from profile_studio.lora_files.original_names import from_original_transformer, from_original_unet, to_original_unet

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
    "add_embedding", "text_model", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj", "text_projection", "wi_0",
    "wi_1", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out", "ff_context", "norm1_context", "norm_out",
    "pos_embed", "time_text_embed", "timestep_embedder", "text_embedder", "context_embedder",
    "input_blocks", "middle_block", "output_blocks", "in_layers", "out_layers", "emb_layers", "skip_connection",
    "time_embed", "label_emb", "joint_blocks", "x_block", "context_block", "adaLN_modulation", "x_embedder",
    "t_embedder", "y_embedder", "final_layer",
)  # fmt: skip
_NAME_PART = re.compile(rf"({'|'.join(_WORDS_WITH_UNDERSCORE)}|[A-Za-z0-9]+)(?:_|$)")
_PART_OF_A_LAYER = re.compile(
    r"(?P<stem>.+?)[._]"
    r"(?:(?:(?P<down>lora_A|lora_down|lora\.down|lora_linear_layer\.down)"
    r"|(?P<up>lora_B|lora_up|lora\.up|lora_linear_layer\.up))(?:\.\w+)?\.weight"
    r"|(?:lora\.|lora_linear_layer\.)?alpha)"
)
_KOHYA = re.compile(r"(?:lora_(?P<component>unet|te[1-3]?|transformer)|lycoris)_(?P<layer>[A-Za-z0-9_]+)")
_KOHYA_COMPONENTS = {"te": "text_encoder", "te1": "text_encoder", "te2": "text_encoder_2", "te3": "text_encoder_3"}
_WRAPPERS = re.compile(r"(?:(?<=\.)|^)(?:base_model\.model|_orig_mod|module|processor)\.")
_COMPONENTS = re.compile(r"(?P<component>unet|text_encoder(?:_[23])?|transformer)\.(?P<layer>.+)")
_COMFYUI_ENCODER = re.compile(
    r"(?:text_encoders\.)?(?P<encoder>clip_[lhg]|t5(?:xxl)?)\.(?:transformer\.)?(?P<layer>.+)"
)
_COMFYUI_ENCODERS = {
    "clip_l": "text_encoder",
    "clip_h": "text_encoder",
    "clip_g": "text_encoder_2",
    "t5": "text_encoder_3",
    "t5xxl": "text_encoder_3",
}
_ROOTS = (
    (
        "unet",
        re.compile(
            r"(?:down|up|input|output)_blocks\.|mid(?:dle)?_block\.|conv_(?:in|out)$|time_embed(?:ding)?\.|out\."
            r"|add_embedding\.|label_emb\."
        ),
    ),
    (
        "transformer",
        re.compile(
            r"(?:single_)?transformer_blocks\.|joint_blocks\.|[xty]_embedder\.|context_embedder$|final_layer\."
            r"|pos_embed\.|time_text_embed\.|norm_out\.|proj_out$"
        ),
    ),
    ("text_encoder", re.compile(r"text_model\.|encoder\.layers\.")),
    ("text_encoder_3", re.compile(r"encoder\.block\.")),
)
_OLD_TEXT_LAYERS = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


def kohya_name(component: str, layer: str, family: str = "sd1") -> str:
    """The file's name of a layer: `unet`, `mid_block.resnets.0.conv1` becomes `lora_unet_mid_block_resnets_0_conv1`.

    Text encoders are counted from 1 where a family has several, and SDXL's U-Net is named as the original one; Stable
    Diffusion 3's transformer has the names that OneTrainer gives it, for kohya has one name for three of its layers.
    """
    if component.startswith("text_encoder"):
        number = "" if family in ("sd1", "sd2") else component.removeprefix("text_encoder").removeprefix("_") or "1"
        name = layer.removeprefix("text_model.")
        return f"lora_te{number}_{'text_model.' if is_in_text_model(name) else ''}{name}".replace(".", "_")
    if family == "sdxl" and component == "unet":
        layer = to_original_unet(layer)
    return f"lora_{component}_{layer.replace('.', '_')}"


def is_in_text_model(layer: str) -> bool:
    """Whether a layer of a text encoder is one of CLIP's own: neither its projection nor T5's."""
    return layer.startswith("encoder.layers.")


@lru_cache(maxsize=8192)  # the same few hundred names stand in every file of a list
def layer_name(name: str) -> LayerName | None:
    """The module of a name in any spelling, such as `lora_unet_mid_block_attentions_0_proj_in`; None if there is none.

    Undoes `kohya_name`. Without a prefix the first words decide which part of the pipeline is meant. Three modules of
    Stable Diffusion 3 in one have the name that `original_names.from_original_transformer` gives them.
    """
    if kohya := _KOHYA.fullmatch(name):
        layer = ".".join(_NAME_PART.findall(kohya["layer"]))
        component = _KOHYA_COMPONENTS.get(kohya["component"], kohya["component"])
        return _in_diffusers(component, layer) if component else _by_root(layer)
    name = _WRAPPERS.sub("", name)
    if re.match(r"(?:model\.)?diffusion_model\.", name):
        return _in_diffusers("unet", name.partition("diffusion_model.")[2])
    if comfyui := _COMFYUI_ENCODER.fullmatch(name):
        return _in_diffusers(_COMFYUI_ENCODERS[comfyui["encoder"]], comfyui["layer"])
    if told := _COMPONENTS.fullmatch(name):
        return _in_diffusers(told["component"], told["layer"])
    return _by_root(name)


def layer_part(key: str) -> tuple[str, Part] | None:
    """The layer's name in the file, and which of its three tensors this key is; None if it is none of a LoRA's.

    Source: the layouts of kohya-ss/sd-scripts (`lora_down`), peft (`lora_A`, with or without the adapter's own name),
    and diffusers before and after 0.22 (`processor.to_q_lora.down`, `lora_linear_layer.down`, `lora.down`).
    """
    if len(key) > _LONGEST_KEY or not (match := _PART_OF_A_LAYER.fullmatch(key)):
        return None
    part = "down" if match["down"] else "up" if match["up"] else "alpha"
    return match["stem"].removesuffix("_lora"), part


def _by_root(layer: str) -> LayerName | None:
    component = next((component for component, root in _ROOTS if root.match(layer)), None)
    return _in_diffusers(component, layer) if component else None


def _in_diffusers(component: str, layer: str) -> LayerName:
    if component.startswith("text_encoder"):
        layer = layer.removeprefix("text_model.")
        if match := re.fullmatch(r"(.+\.self_attn\.)(to_[qkv]|to_out)", layer):
            layer = match[1] + _OLD_TEXT_LAYERS[match[2]]
        return LayerName(component, layer)
    if renamed := from_original_transformer(layer):
        return LayerName("transformer", renamed)
    if component == "unet":
        layer = from_original_unet(layer)
    return LayerName(component, layer + ".0" if layer.endswith(".to_out") else layer)
