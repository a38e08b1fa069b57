"""From pixels to scaled latents and back, by an AutoencoderKL of any family."""

from typing import Any

from torch import Tensor


def encode_pictures(vae: Any, pictures: Tensor) -> Tensor:
    """Latents as the denoiser expects them: shifted, where the VAE's configuration says so, then scaled.

    Args:
        pictures: shape (pictures, 3, height, width), in [-1, 1].
    """
    # The mean, not a draw: cached latents would freeze one draw's noise for the whole training.
    latents = vae.encode(pictures.to(vae.device, vae.dtype)).latent_dist.mode()
    return (latents - _shift(vae)) * vae.config.scaling_factor


def decode_latents(vae: Any, latents: Tensor) -> Tensor:
    """Pixels around [-1, 1], shape (pictures, 3, height, width), of scaled latents."""
    latents = latents / vae.config.scaling_factor + _shift(vae)
    return vae.decode(latents.to(vae.dtype), return_dict=False)[0]


def _shift(vae: Any) -> float:
    return vae.config.get("shift_factor") or 0.0
