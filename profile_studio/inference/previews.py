"""A rough picture of half-finished latents, at a fraction of a step's cost."""

import torch
from PIL import Image
from torch import Tensor, nn

from profile_studio.families.base import Family, LatentRgb

SMALL_VAE_PARAMETERS = 20_000_000
PREVIEW_SIDE_PX = 256


def preview_picture(family: Family, latents: Tensor) -> Image.Image:
    """A preview of scaled latents of shape (1, channels, height, width): decoded by a small VAE, guessed for a large one."""
    if family.latent_rgb is None or _is_small(family.vae_decoder):
        return as_picture(family.decode_latents(latents))
    return _guessed(family.latent_rgb, latents)


def as_picture(pixels: Tensor) -> Image.Image:
    """The picture of pixels around [-1, 1], shape (1, 3, height, width)."""
    levels = (pixels[0].float() / 2 + 0.5).clamp(0, 1).permute(1, 2, 0).cpu() * 255
    return Image.fromarray(levels.round().to(torch.uint8).numpy())


def _is_small(decoder: nn.Module) -> bool:
    return sum(parameter.numel() for parameter in decoder.parameters()) <= SMALL_VAE_PARAMETERS


def _guessed(latent_rgb: LatentRgb, latents: Tensor) -> Image.Image:
    colours = latent_rgb.colours(latents[0])
    pixels = ((colours + 1) * 127.5).clamp(0, 255).to(torch.uint8).numpy()
    image = Image.fromarray(pixels)
    factor = max(1, PREVIEW_SIDE_PX // max(image.size))
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.BICUBIC)
