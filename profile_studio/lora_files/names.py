"""How a layer is called in a file."""

import re

_WORDS_WITH_UNDERSCORE = (
    "down_blocks", "up_blocks", "mid_block", "transformer_blocks", "to_q", "to_k", "to_v", "to_out", "proj_in",
    "proj_out", "conv_in", "conv_out", "conv_shortcut", "time_emb_proj", "time_embedding", "linear_1", "linear_2",
    "text_model", "self_attn", "q_proj", "k_proj", "v_proj", "out_proj",
)  # fmt: skip
_NAME_PART = re.compile(rf"({'|'.join(_WORDS_WITH_UNDERSCORE)}|[a-z0-9]+)(?:_|$)")


def kohya_name(component: str, layer: str) -> str:
    """The file's name of a layer: `unet`, `mid_block.resnets.0.conv1` becomes `lora_unet_mid_block_resnets_0_conv1`."""
    if component == "text_encoder":
        return "lora_te_text_model_" + layer.removeprefix("text_model.").replace(".", "_")
    return f"lora_{component}_{layer.replace('.', '_')}"


def layer_name(name: str) -> tuple[str, str]:
    """Component and dotted layer of a kohya name; the inverse of `kohya_name`.

    Text encoder layers are returned with their `text_model.` prefix, as diffusers' files spell them.
    """
    part, _, underscored = name.removeprefix("lora_").partition("_")
    component = "unet" if part == "unet" else "text_encoder"
    return component, ".".join(match.group(1) for match in _NAME_PART.finditer(underscored))
