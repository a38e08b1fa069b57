"""Stable Diffusion 3 and 3.5: one transformer that reads words and picture together, two CLIP text encoders and, where it
is there, T5; flow matching.

Source: Esser et al. 2024, arXiv:2403.03206.
"""

from collections.abc import Mapping, Sequence

import torch
from diffusers import StableDiffusion3Pipeline
from torch import Tensor

from profile_studio.base_models import BaseModel
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.training import Targets
from profile_studio.families.base import LatentRgb
from profile_studio.families.conditioning import Conditioning
from profile_studio.families.flow import FlowLevels
from profile_studio.families.loading import LoadedPipeline, load_pipeline
from profile_studio.families.token_weights import encode_by_token
from profile_studio.families.unet_layers import TEXT_ENCODER_LAYERS

# Source: comfyanonymous/ComfyUI comfy/latent_formats.py, class SD3.
_LATENT_RGB = LatentRgb(
    (
        (-0.0922, -0.0175, 0.0749),
        (0.0311, 0.0633, 0.0954),
        (0.1994, 0.0927, 0.0458),
        (0.0856, 0.0339, 0.0902),
        (0.0587, 0.0272, -0.0496),
        (-0.0006, 0.1104, 0.0309),
        (0.0978, 0.0306, 0.0427),
        (-0.0042, 0.1038, 0.1358),
        (-0.0194, 0.0020, 0.0669),
        (-0.0488, 0.0130, -0.0268),
        (0.0922, 0.0988, 0.0951),
        (-0.0278, 0.0524, -0.0542),
        (0.0332, 0.0456, 0.0895),
        (-0.0069, -0.0030, -0.0810),
        (-0.0596, -0.0465, -0.0293),
        (-0.1448, -0.1463, -0.1189),
    ),
    bias=(0.2394, 0.2135, 0.1925),
)

# Words and picture attend to each other in one attention; `attn2` of SD 3.5-medium is the picture's own.
_ATTENTION = r"attn\.(to_q|to_k|to_v|to_out\.0|add_q_proj|add_k_proj|add_v_proj|to_add_out)"
_PICTURE_ATTENTION = r"attn2\.(to_q|to_k|to_v|to_out\.0)"
_ATTENTION_QV = r"attn\.(to_q|to_v|add_q_proj|add_v_proj)|attn2\.(to_q|to_v)"
_FEED_FORWARD = r"(ff|ff_context)\.net\.(0\.proj|2)"
_LAYERS: dict[Targets, str] = {
    Targets.ATTENTION: f"{_ATTENTION}|{_PICTURE_ATTENTION}",
    Targets.ATTENTION_QV: _ATTENTION_QV,
    Targets.ATTENTION_AND_TEXT_ENCODER: f"{_ATTENTION}|{_PICTURE_ATTENTION}",
    Targets.ALL: f"{_ATTENTION}|{_PICTURE_ATTENTION}|{_FEED_FORWARD}",
}


_T5_TOKENS = 256  # the pipeline's default


class StableDiffusion3(LoadedPipeline):
    """Implements `families.base.Family`."""

    def __init__(self, base: BaseModel, device: torch.device, dtype: torch.dtype) -> None:
        # T5 is larger than all the rest together, and the base draws without it: a folder may have none.
        has_t5 = (base.folder / "text_encoder_3").is_dir()
        without = {} if has_t5 else {"text_encoder_3": None, "tokenizer_3": None}
        pipeline = load_pipeline(StableDiffusion3Pipeline, base, device, dtype, **without)
        levels = FlowLevels(pipeline.scheduler)
        super().__init__(base, pipeline, "transformer", ("text_encoder", "text_encoder_2"), levels, _LATENT_RGB)

    def trained_layers(self, targets: Targets) -> Mapping[str, str]:
        # What the last block says of the words is thrown away: what asks for it there cannot learn.
        unread = rf"transformer_blocks\.{self.denoiser.config.num_layers - 1}\.attn\.add_q_proj"
        layers = {"transformer": rf"(?!{unread})transformer_blocks\.\d+\.({_LAYERS[targets]})"}
        if targets is Targets.ATTENTION_AND_TEXT_ENCODER:
            layers |= {"text_encoder": TEXT_ENCODER_LAYERS, "text_encoder_2": TEXT_ENCODER_LAYERS}
        return layers

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        prompt_embeds, _, pooled, _ = self.pipeline.encode_prompt(
            list(prompts), None, None, do_classifier_free_guidance=False
        )
        return Conditioning(prompt_embeds, pooled)

    def encode_weighted(self, prompt: ReadPrompt, negative_prompt: ReadPrompt) -> tuple[Conditioning, Conditioning]:
        return self._encode_one(prompt), self._encode_one(negative_prompt)

    def _encode_one(self, prompt: ReadPrompt) -> Conditioning:
        pipeline = self.pipeline
        windows = [(pipeline.tokenizer, pipeline.tokenizer_max_length)]
        if pipeline.text_encoder_3 is not None:
            windows.append((pipeline.tokenizer_3, _T5_TOKENS))
        return encode_by_token(prompt, self.encode_prompts, windows)

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor:
        return self.denoiser(
            hidden_states=noisy_latents,
            timestep=timesteps,
            encoder_hidden_states=conditioning.prompt_embeds,
            pooled_projections=conditioning.pooled_prompt_embeds,
            return_dict=False,
        )[0]
