"""Stable Diffusion 1.x and 2.x: one U-Net, one CLIP text encoder, a VAE; noise or velocity is predicted.

The starter is one too, only smaller: 8 x 8 x 48 latents, velocity prediction, a last timestep that is pure noise.
"""

from collections.abc import Mapping, Sequence

import torch
from compel import CompelForSD
from diffusers import StableDiffusionPipeline
from torch import Tensor

from profile_studio.base_models import BaseModel
from profile_studio.domain.prompts import ReadPrompt
from profile_studio.domain.training import Targets
from profile_studio.families.base import LatentRgb
from profile_studio.families.compel_prompts import encode_by_compel
from profile_studio.families.conditioning import Conditioning
from profile_studio.families.diffusion import DiffusionLevels
from profile_studio.families.loading import LoadedPipeline, load_pipeline
from profile_studio.families.unet_layers import TEXT_ENCODER_LAYERS, unet_layers

# Source: comfyanonymous/ComfyUI comfy/latent_formats.py, class SD15.
_LATENT_RGB = LatentRgb(
    (
        (0.3512, 0.2297, 0.3227),
        (0.3250, 0.4974, 0.2350),
        (-0.2829, 0.1762, 0.2721),
        (-0.2120, -0.2616, -0.7177),
    )
)


class StableDiffusion(LoadedPipeline):
    """Implements `families.base.Family`.

    Raises:
        BaseModelMissing: the base predicts neither noise nor velocity.
    """

    def __init__(self, base: BaseModel, device: torch.device, dtype: torch.dtype) -> None:
        without = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        pipeline = load_pipeline(StableDiffusionPipeline, base, device, dtype, **without)
        levels = DiffusionLevels(pipeline.scheduler, device)
        super().__init__(base, pipeline, "unet", ("text_encoder",), levels, _LATENT_RGB)

    def trained_layers(self, targets: Targets) -> Mapping[str, str]:
        layers = {"unet": unet_layers(targets)}
        if targets is Targets.ATTENTION_AND_TEXT_ENCODER:
            layers["text_encoder"] = TEXT_ENCODER_LAYERS
        return layers

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        tokenizer, text_encoder = self.pipeline.tokenizer, self.pipeline.text_encoder
        tokens = tokenizer(
            list(prompts),
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        )
        return Conditioning(text_encoder(tokens.input_ids.to(text_encoder.device))[0])

    def encode_weighted(self, prompt: ReadPrompt, negative_prompt: ReadPrompt) -> tuple[Conditioning, Conditioning]:
        positive, negative = encode_by_compel(CompelForSD(self.pipeline).compel, prompt, negative_prompt)
        return Conditioning(positive), Conditioning(negative)

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor:
        return self.denoiser(noisy_latents, timesteps, conditioning.prompt_embeds, return_dict=False)[0]
