"""What a base model's VAE keeps of pictures: no LoRA can draw what is lost on this way."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from profile_studio.families.base import Family


@dataclass(frozen=True)
class Return:
    """A picture after the VAE encoded and decoded it; `error` is the mean difference of its values, 0 to 255."""

    image: Image.Image
    error: float


@torch.inference_mode()
def send_through_vae(family: Family, picture: Image.Image) -> Return:
    """Encodes and decodes an RGB picture whose sides are multiples of the family's `size_step`."""
    pixels = np.asarray(picture, dtype=np.float32)
    tensor = torch.from_numpy(pixels.transpose(2, 0, 1)[None] / 127.5 - 1)
    decoded = family.decode_latents(family.encode_pictures(tensor))[0].float().clamp(-1, 1).cpu().numpy()
    returned = (decoded.transpose(1, 2, 0) + 1) * 127.5
    return Return(Image.fromarray(returned.round().astype(np.uint8)), float(np.abs(returned - pixels).mean()))
