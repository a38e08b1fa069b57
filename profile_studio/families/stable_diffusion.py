"""Stable Diffusion 1.x: one U-Net, one CLIP text encoder, a VAE; noise or velocity is predicted.

The starter is one too, only smaller: 8 x 8 x 48 latents, velocity prediction, a last timestep that is pure noise.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from profile_studio.domain.errors import BaseModelMissing
from profile_studio.domain.training import Targets
from profile_studio.families import StableDiffusionPipeline

_ATTENTION = r"attn[12]\.(to_q|to_k|to_v|to_out\.0)"
_CROSS_ATTENTION = r"attn2\.(to_q|to_k|to_v|to_out\.0)"
_CROSS_ATTENTION_QV = r"attn2\.(to_q|to_v)"
_CONV = r"resnets\.\d+\.(conv1|conv2|conv_shortcut)"
_FEED_FORWARD = r"ff\.net\.(0\.proj|2)|attentions\.\d+\.(proj_in|proj_out)"
_TEXT_ATTENTION = r".*\.self_attn\.(q_proj|k_proj|v_proj|out_proj)"

_UNET_LAYERS: dict[Targets, str] = {
    Targets.ATTENTION: _ATTENTION,
    Targets.CROSS_ATTENTION: _CROSS_ATTENTION,
    Targets.CROSS_ATTENTION_QV: _CROSS_ATTENTION_QV,
    Targets.ATTENTION_AND_TEXT_ENCODER: _ATTENTION,
    Targets.ATTENTION_AND_CONV: f"{_ATTENTION}|{_CONV}",
    Targets.ALL: f"{_ATTENTION}|{_FEED_FORWARD}|{_CONV}",
}


class StableDiffusion:
    """Implements `families.base.Family` over a loaded pipeline.

    Raises:
        BaseModelMissing: the base predicts neither noise nor velocity.
    """

    def __init__(self, pipeline: StableDiffusionPipeline) -> None:
        self.pipeline = pipeline
        self.unet = pipeline.unet
        self.text_encoder = pipeline.text_encoder
        config = pipeline.scheduler.config
        if config.prediction_type not in ("epsilon", "v_prediction"):
            raise BaseModelMissing(
                "This base model predicts {kind!r}, which cannot be trained on.",
                "Choose one that predicts noise or velocity.",
                kind=config.prediction_type,
            )
        self.prediction_type: str = config.prediction_type
        self._alphas_cumprod: Tensor = pipeline.scheduler.alphas_cumprod.to(self.unet.device)

    @property
    def num_noise_levels(self) -> int:
        return len(self._alphas_cumprod)

    def encode_prompts(self, prompts: Sequence[str]) -> Tensor:
        tokenizer = self.pipeline.tokenizer
        tokens = tokenizer(
            list(prompts),
            padding="max_length",
            truncation=True,
            max_length=tokenizer.model_max_length,
            return_tensors="pt",
        )
        return self.text_encoder(tokens.input_ids.to(self.text_encoder.device))[0]

    def encode_pictures(self, pictures: Tensor) -> Tensor:
        vae = self.pipeline.vae
        # The mean, not a draw: cached latents would freeze one draw's noise for the whole training.
        latents = vae.encode(pictures.to(vae.device, vae.dtype)).latent_dist.mode()
        return latents * vae.config.scaling_factor

    def training_loss(
        self, latents: Tensor, prompt_embeds: Tensor, noise: Tensor, timesteps: Tensor, min_snr_gamma: float | None
    ) -> Tensor:
        alphas_cumprod = self._alphas_cumprod[timesteps]
        signal_scale = alphas_cumprod.sqrt()[:, None, None, None]
        noise_scale = (1 - alphas_cumprod).sqrt()[:, None, None, None]
        noisy_latents = signal_scale * latents + noise_scale * noise
        predicts_noise = self.prediction_type == "epsilon"
        target = noise if predicts_noise else signal_scale * noise - noise_scale * latents
        prediction = self.unet(noisy_latents, timesteps, prompt_embeds, return_dict=False)[0]
        loss = functional.mse_loss(prediction.float(), target, reduction="none").mean(dim=(1, 2, 3))
        return loss * min_snr_weight(alphas_cumprod, min_snr_gamma, predicts_noise=predicts_noise)

    def trained_parts(self, targets: Targets) -> dict[str, tuple[nn.Module, str]]:
        parts: dict[str, tuple[nn.Module, str]] = {"unet": (self.unet, rf".*\.({_UNET_LAYERS[targets]})")}
        if targets is Targets.ATTENTION_AND_TEXT_ENCODER:
            parts["text_encoder"] = (self.text_encoder, _TEXT_ATTENTION)
        return parts


def min_snr_weight(alphas_cumprod: Tensor, gamma: float | None, *, predicts_noise: bool) -> Tensor:
    """How much each noise level counts, shape as given.

    A clean-picture loss weighted by `min(snr, gamma)` is `min(snr, gamma) / snr` times the noise loss and
    `min(snr, gamma) / (snr + 1)` times the velocity loss. The velocity weight would vanish where a picture is pure
    noise, the level that decides its colours and layout, so there the ratio is kept at 1 or more, as in truncated-SNR
    weighting.

    Args:
        alphas_cumprod: signal variance per sample, in [0, 1]; 0 is pure noise.
        gamma: None weights all levels equally.
    Source: Hang et al. 2023, arXiv:2303.09556; Salimans and Ho 2022, arXiv:2202.00512.
    """
    if gamma is None:
        return torch.ones_like(alphas_cumprod)
    snr = alphas_cumprod / (1 - alphas_cumprod)
    if predicts_noise:
        return gamma / snr.clamp(min=gamma)
    return snr.clamp(min=min(1.0, gamma), max=gamma) / (snr + 1)
