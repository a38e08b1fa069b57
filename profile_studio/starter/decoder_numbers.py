"""Measures the decoder: its own styles, styles it never saw, their colours, and stripes on plain grounds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from profile_studio.starter.latents import to_pixels
from profile_studio.starter.render import load_split
from profile_studio.starter.vae import basis
from profile_studio.starter.workspace import Workspace

PATCH_PX = 32
GROUND_PX = 48
"""Side of the squares in a portrait's two top corners, which show the plain ground more often than not."""
_PLAIN_RANGE = 12.0
_BATCH = 20


def decoder_numbers(vae: AutoencoderKL, workspace: Workspace, sampled: Sequence[NDArray[np.uint8]]) -> dict[str, Any]:
    """All numbers of the decoder, with their n.

    Args:
        sampled: pictures the whole starter drew, RGB, shape (256, 256, 3) each.
    """
    own = load_split(workspace.renders, "fine-held-out-base")
    unseen = load_split(workspace.renders, "fine-unseen")
    own_redrawn, unseen_redrawn = (redrawn(vae, split.pictures, workspace.device) for split in (own, unseen))
    own_pixels, unseen_pixels = (to_pixels(split.pictures, torch.device("cpu")) for split in (own, unseen))
    own_styles, unseen_styles = ([shown.style for shown in split.attributes] for split in (own, unseen))
    halves = avg_pool2d(own_pixels, 2)
    patch_basis = basis(workspace).to(torch.device("cpu"))
    linear = patch_basis.decode(patch_basis.encode(halves))
    return {
        "n": len(own_styles),
        "n_unseen": len(unseen_styles),
        "own": psnr_by_style(own_redrawn, own_pixels, own_styles),
        "own_halved": psnr_by_style(avg_pool2d(own_redrawn, 2), halves, own_styles),
        "linear_halved": psnr_by_style(linear, halves, own_styles),
        "linear_enlarged": psnr_by_style(interpolate(linear, scale_factor=2.0), own_pixels, own_styles),
        "unseen": psnr_by_style(unseen_redrawn, unseen_pixels, unseen_styles),
        "unseen_colour_error": colour_error_by_style(unseen_redrawn, unseen_pixels, unseen_styles),
        "stripes": stripes(sampled),
    }


@torch.inference_mode()
def redrawn(vae: AutoencoderKL, pictures: NDArray[np.uint8], device: torch.device) -> Tensor:
    """Pictures after encoding and decoding, shape (n, 3, height, width) in [-1, 1], on the processor."""
    chunks = [
        vae.decode(vae.encode(to_pixels(pictures[start : start + _BATCH], device)).latent_dist.mean).sample
        for start in range(0, len(pictures), _BATCH)
    ]
    return torch.cat([chunk.clamp(-1, 1).cpu() for chunk in chunks])


def psnr_by_style(redrawn: Tensor, pixels: Tensor, styles: Sequence[str]) -> dict[str, float]:
    """Mean PSNR in dB of each style and of "all"."""
    errors = (redrawn.clamp(-1, 1) - pixels).square().mean(dim=(1, 2, 3))
    return _means_by_style((-10 * torch.log10(errors / 4)).tolist(), styles)


def colour_error_by_style(redrawn: Tensor, pixels: Tensor, styles: Sequence[str]) -> dict[str, float]:
    """By how much, of 255, the mean colours of 32 px patches are wrong, in the mean over patches and channels."""
    off = avg_pool2d(redrawn - pixels, PATCH_PX).abs().mean(dim=(1, 2, 3)) * 127.5
    return _means_by_style(off.tolist(), styles)


def stripes(pictures: Sequence[NDArray[np.uint8]]) -> dict[str, float | int]:
    """How much, of 255, the means of rows and of columns deviate on plain grounds.

    A ground counts as plain where the mean colours of its 8 px cells lie within 12 of 255.
    """
    deviations: list[float] = []
    for picture in pictures:
        for ground in (picture[:GROUND_PX, :GROUND_PX], picture[:GROUND_PX, -GROUND_PX:]):
            values = ground.astype(np.float64)
            cells = values.reshape(GROUND_PX // 8, 8, GROUND_PX // 8, 8, 3).mean(axis=(1, 3))
            if np.ptp(cells, axis=(0, 1)).max() <= _PLAIN_RANGE:
                deviations.append(float(np.mean([values.mean(axis=axis).std(axis=0).mean() for axis in (0, 1)])))
    return {"n": len(deviations), "deviation": round(float(np.mean(deviations)), 3)}


def _means_by_style(values: Sequence[float], styles: Sequence[str]) -> dict[str, float]:
    groups: dict[str, list[float]] = {"all": list(values)}
    for style, value in zip(styles, values, strict=True):
        groups.setdefault(style, []).append(value)
    return {style: round(sum(group) / len(group), 2) for style, group in groups.items()}
