"""Stable Diffusion XL: one U-Net, two CLIP text encoders, a pooled vector a prompt, and the size and crop of each picture.

Source: Podell et al. 2023, arXiv:2307.01952.
"""

from collections.abc import Mapping, Sequence

import torch
from compel import CompelForSDXL
from diffusers import StableDiffusionXLPipeline
from torch import Tensor

from profile_studio.base_models import BaseModel
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.training import Targets
from profile_studio.families.base import LatentRgb
from profile_studio.families.compel_prompts import encode_by_compel, pooled_by_compel
from profile_studio.families.conditioning import Conditioning, Frame
from profile_studio.families.diffusion import DiffusionLevels
from profile_studio.families.loading import LoadedPipeline, load_pipeline
from profile_studio.families.unet_layers import TEXT_ENCODER_LAYERS, unet_layers

# Source: comfyanonymous/ComfyUI comfy/latent_formats.py, class SDXL.
_LATENT_RGB = LatentRgb(
    (
        (0.3651, 0.4232, 0.4341),
        (-0.2533, -0.0042, 0.1068),
        (0.1076, 0.1111, -0.0362),
        (-0.3165, -0.2492, -0.2188),
    ),
    bias=(0.1084, -0.0175, -0.0011),
)


class StableDiffusionXL(LoadedPipeline):
    """Implements `families.base.Family`.

    Raises:
        BaseModelMissing: the base predicts neither noise nor velocity.
    """

    def __init__(self, base: BaseModel, device: torch.device, dtype: torch.dtype) -> None:
        pipeline = load_pipeline(StableDiffusionXLPipeline, base, device, dtype, add_watermarker=False)
        levels = DiffusionLevels(pipeline.scheduler, device)
        super().__init__(base, pipeline, "unet", ("text_encoder", "text_encoder_2"), levels, _LATENT_RGB)

    def trained_layers(self, targets: Targets) -> Mapping[str, str]:
        layers = {"unet": unet_layers(targets)}
        if targets is Targets.ATTENTION_AND_TEXT_ENCODER:
            # The U-Net reads what the layer before the last one says: the last of the first encoder cannot learn.
            last = self.pipeline.text_encoder.config.num_hidden_layers - 1
            read = rf"(?!.*\.{last}\.self_attn\.){TEXT_ENCODER_LAYERS}"
            layers |= {"text_encoder": read, "text_encoder_2": TEXT_ENCODER_LAYERS}
        return layers

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        prompt_embeds, _, pooled, _ = self.pipeline.encode_prompt(list(prompts), do_classifier_free_guidance=False)
        return Conditioning(prompt_embeds, pooled)

    def encode_weighted(self, prompt: ReadPrompt, negative_prompt: ReadPrompt) -> tuple[Conditioning, Conditioning]:
        compel = CompelForSDXL(self.pipeline)
        compel.compel_2.requires_pooled = False  # with it compel cannot weigh the parts of `.and()`; pooled below
        sides = [encode_by_compel(side, prompt, negative_prompt) for side in (compel.compel_1, compel.compel_2)]
        both = [torch.cat(parts, dim=-1) for parts in zip(*sides, strict=True)]
        positive = Conditioning(both[0], pooled_by_compel(compel.compel_2, prompt))
        if not negative_prompt.words and self.pipeline.config.force_zeros_for_empty_prompt:
            zeros = {name: torch.zeros_like(tensor) for name, tensor in positive.tensors().items()}
            return positive, Conditioning(**zeros)
        return positive, Conditioning(both[1], pooled_by_compel(compel.compel_2, negative_prompt))

    def frame(self, conditioning: Conditioning, frames: Sequence[Frame]) -> Conditioning:
        numbers = [(*frame.original, frame.top, frame.left, *frame.size) for frame in frames]
        embeds = conditioning.prompt_embeds
        return conditioning.with_time_ids(torch.tensor(numbers, dtype=embeds.dtype, device=embeds.device))

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor:
        added = {"text_embeds": conditioning.pooled_prompt_embeds, "time_ids": conditioning.time_ids}
        return self.denoiser(
            noisy_latents, timesteps, conditioning.prompt_embeds, added_cond_kwargs=added, return_dict=False
        )[0]
