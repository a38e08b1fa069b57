"""A rough picture of half-finished latents, at a fraction of a step's cost."""

from typing import cast

import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from torch import Tensor

SMALL_VAE_PARAMETERS = 20_000_000
PREVIEW_SIDE_PX = 256

# Red, green and blue of each of Stable Diffusion 1.x's four latent channels, in [-1, 1].
# Source: comfyanonymous/ComfyUI comfy/latent_formats.py, class SD15.
_SD1_LATENT_RGB = (
    (0.3512, 0.2297, 0.3227),
    (0.3250, 0.4974, 0.2350),
    (-0.2829, 0.1762, 0.2721),
    (-0.2120, -0.2616, -0.7177),
)


def preview_picture(pipeline: StableDiffusionPipeline, latents: Tensor) -> Image.Image:
    """A preview of scaled latents of shape (1, channels, height, width): decoded by a small VAE, guessed for a large one."""
    vae_is_small = sum(parameter.numel() for parameter in pipeline.vae.decoder.parameters()) <= SMALL_VAE_PARAMETERS
    if vae_is_small or latents.shape[1] != len(_SD1_LATENT_RGB):
        return decode_picture(pipeline, latents)
    rgb = torch.einsum("chw,cr->hwr", latents[0].float(), latents.new_tensor(_SD1_LATENT_RGB).float())
    pixels = ((rgb + 1) * 127.5).clamp(0, 255).to(torch.uint8).cpu().numpy()
    image = Image.fromarray(pixels)
    factor = max(1, PREVIEW_SIDE_PX // max(image.size))
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)


def decode_picture(pipeline: StableDiffusionPipeline, latents: Tensor) -> Image.Image:
    """The picture of scaled latents of shape (1, channels, height, width)."""
    return as_picture(pipeline, decode_latents(pipeline, latents))


def decode_latents(pipeline: StableDiffusionPipeline, latents: Tensor) -> Tensor:
    """Pixels around [-1, 1], shape (1, 3, height, width), of scaled latents."""
    return pipeline.vae.decode(latents / pipeline.vae.config.scaling_factor, return_dict=False)[0]


def as_picture(pipeline: StableDiffusionPipeline, pixels: Tensor) -> Image.Image:
    """The picture of pixels as `decode_latents` returns them."""
    pictures = cast(list[Image.Image], pipeline.image_processor.postprocess(pixels, output_type="pil"))
    return pictures[0]
