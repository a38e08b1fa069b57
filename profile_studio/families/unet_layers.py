"""Which layers of a U-Net and of CLIP's text encoders get a LoRA, as regular expressions for peft."""

from profile_studio.domain.training import Targets

_ATTENTION = r"attn[12]\.(to_q|to_k|to_v|to_out\.0)"
_ATTENTION_QV = r"attn[12]\.(to_q|to_v)"
_CROSS_ATTENTION = r"attn2\.(to_q|to_k|to_v|to_out\.0)"
_CROSS_ATTENTION_QV = r"attn2\.(to_q|to_v)"
_CONV = r"resnets\.\d+\.(conv1|conv2|conv_shortcut)"
_FEED_FORWARD = r"ff\.net\.(0\.proj|2)|attentions\.\d+\.(proj_in|proj_out)"

_LAYERS: dict[Targets, str] = {
    Targets.ATTENTION: _ATTENTION,
    Targets.ATTENTION_QV: _ATTENTION_QV,
    Targets.CROSS_ATTENTION: _CROSS_ATTENTION,
    Targets.CROSS_ATTENTION_QV: _CROSS_ATTENTION_QV,
    Targets.ATTENTION_AND_TEXT_ENCODER: _ATTENTION,
    Targets.ATTENTION_AND_CONV: f"{_ATTENTION}|{_CONV}",
    Targets.ALL: f"{_ATTENTION}|{_FEED_FORWARD}|{_CONV}",
}

TEXT_ENCODER_LAYERS = r".*\.self_attn\.(q_proj|k_proj|v_proj|out_proj)"


def unet_layers(targets: Targets) -> str:
    """The U-Net's layers."""
    return rf".*\.({_LAYERS[targets]})"
