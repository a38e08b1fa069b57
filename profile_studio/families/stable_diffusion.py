"""Stable Diffusion 1.x and 2.x: one U-Net, one CLIP text encoder, a VAE; noise or velocity is predicted.

The starter is one too, only smaller: 8 x 8 x 48 latents, velocity prediction, a last timestep that is pure noise.
"""

from collections.abc import Mapping, Sequence

import torch
from compel import CompelForSD
from diffusers import StableDiffusionPipeline
from torch import Tensor, nn

from profile_studio.base_models import BaseModel
from profile_studio.domain.training import Targets
from profile_studio.families.base import LatentRgb
from profile_studio.families.conditioning import Conditioning, Frame
from profile_studio.families.diffusion import NoiseLevels
from profile_studio.families.loading import load_pipeline
from profile_studio.families.unet_layers import TEXT_ENCODER_LAYERS, unet_layers
from profile_studio.families.vae import decode_latents, encode_pictures

# Source: comfyanonymous/ComfyUI comfy/latent_formats.py, class SD15.
_LATENT_RGB = LatentRgb(
    (
        (0.3512, 0.2297, 0.3227),
        (0.3250, 0.4974, 0.2350),
        (-0.2829, 0.1762, 0.2721),
        (-0.2120, -0.2616, -0.7177),
    )
)


class StableDiffusion:
    """Implements `families.base.Family`.

    Raises:
        BaseModelMissing: the base predicts neither noise nor velocity.
    """

    def __init__(self, base: BaseModel, device: torch.device, dtype: torch.dtype) -> None:
        self.base = base
        self.pipeline = load_pipeline(
            StableDiffusionPipeline,
            base,
            device,
            dtype,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        self.noise_scheduler = self.pipeline.scheduler
        self._unet = self.pipeline.unet
        self._text_encoder = self.pipeline.text_encoder
        # Small convolutions run several times faster on a processor with channels last, and no slower on a GPU.
        self._unet.to(memory_format=torch.channels_last)
        self.pipeline.vae.to(memory_format=torch.channels_last)
        self._levels = NoiseLevels(self.noise_scheduler, device)
        self._compel = CompelForSD(self.pipeline)
        has_known_latents = self.pipeline.vae.config.latent_channels == len(_LATENT_RGB.factors)
        self.latent_rgb = _LATENT_RGB if has_known_latents else None

    @property
    def prediction_type(self) -> str:
        return self._levels.prediction_type

    @property
    def device(self) -> torch.device:
        return self._unet.device

    @property
    def dtype(self) -> torch.dtype:
        return self._unet.dtype

    @property
    def parts(self) -> Mapping[str, nn.Module]:
        return {"unet": self._unet, "text_encoder": self._text_encoder}

    @property
    def vae_decoder(self) -> nn.Module:
        return self.pipeline.vae.decoder

    @property
    def size_step(self) -> int:
        return self.pipeline.vae_scale_factor

    def trained_layers(self, targets: Targets) -> Mapping[str, str]:
        layers = {"unet": unet_layers(targets)}
        if targets is Targets.ATTENTION_AND_TEXT_ENCODER:
            layers["text_encoder"] = TEXT_ENCODER_LAYERS
        return layers

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        tokenizer = self.pipeline.tokenizer
        tokens = tokenizer(
            list(prompts),
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        )
        return Conditioning(self._text_encoder(tokens.input_ids.to(self._text_encoder.device))[0])

    def encode_weighted(self, prompt: str, negative_prompt: str) -> tuple[Conditioning, Conditioning]:
        encoded = self._compel(prompt, negative_prompt=negative_prompt)
        assert encoded.negative_embeds is not None, "compel encodes the negative prompt it was given"
        return Conditioning(encoded.embeds), Conditioning(encoded.negative_embeds)

    def frame(self, conditioning: Conditioning, frames: Sequence[Frame]) -> Conditioning:  # noqa: ARG002
        return conditioning  # it is told nothing of sizes

    def latent_shape(self, height: int, width: int) -> tuple[int, int, int]:
        factor = self.pipeline.vae_scale_factor
        return self._unet.config.in_channels, height // factor, width // factor

    def encode_pictures(self, pictures: Tensor) -> Tensor:
        return encode_pictures(self.pipeline.vae, pictures)

    def decode_latents(self, latents: Tensor) -> Tensor:
        return decode_latents(self.pipeline.vae, latents)

    def predict(self, noisy_latents: Tensor, timesteps: Tensor, conditioning: Conditioning) -> Tensor:
        return self._unet(noisy_latents, timesteps, conditioning.prompt_embeds, return_dict=False)[0]

    def noise_levels(self, uniform: Tensor) -> Tensor:
        return self._levels.timesteps(uniform)

    def training_loss(
        self,
        latents: Tensor,
        conditioning: Conditioning,
        noise: Tensor,
        timesteps: Tensor,
        min_snr_gamma: float | None,
    ) -> Tensor:
        prediction = self.predict(self._levels.add_noise(latents, noise, timesteps), timesteps, conditioning)
        return self._levels.loss(prediction, latents, noise, timesteps, min_snr_gamma)

    def clean_estimate(self, prediction: Tensor, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        return self._levels.clean_estimate(prediction, noisy_latents, timestep)
