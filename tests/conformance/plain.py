"""Base models in plain diffusers, and by hand: what the product is held against."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler, DiffusionPipeline
from diffusers.training_utils import compute_snr
from peft.tuners.lora import LoraLayer
from PIL import Image
from torch import Tensor, nn

from profile_studio.domain.families import FAMILIES
from profile_studio.lora_files import kohya_name


def load(folder: Path, denoiser: str, absent: Sequence[str] = ()) -> Any:
    """A pipeline in fp32, laid out as ours: the order of additions differs between memory formats.

    Args:
        absent: parts that the pipeline can do without, and the base has not.
    """
    without = dict.fromkeys(absent)
    pipeline = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32, **without)
    pipeline.set_progress_bar_config(disable=True)
    for part in (getattr(pipeline, denoiser), pipeline.vae):
        part.to(memory_format=torch.channels_last)
    return pipeline


def copied(pipeline: Any) -> Any:
    """A pipeline of its own in all that could be trained; the VAE is shared, which nothing changes."""
    twin = copy.copy(pipeline)
    for name, part in components(pipeline).items():
        setattr(twin, name, copy.deepcopy(part))
    return twin


def components(pipeline: Any) -> dict[str, nn.Module]:
    """What of a pipeline could be trained, by name."""
    return {name: part for name, part in pipeline.components.items() if isinstance(part, nn.Module) and name != "vae"}


def modules_by_layer(pipeline: Any) -> dict[str, Any]:
    """Every module of a pipeline that has a LoRA or can get one, by the name it has in our files."""
    family = next(facts.name for facts in FAMILIES if facts.pipeline_class == type(pipeline).__name__)
    return {
        kohya_name(component, name, family): module
        for component, part in components(pipeline).items()
        for name, module in part.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d | LoraLayer)
    }


def merge(pipeline: Any, tensors: Mapping[str, Tensor], scaling: Callable[[str], float]) -> None:
    """Adds `scaling x up @ down` to each layer of a plain pipeline, by hand; differentiable in the tensors.

    Source: Hu et al. 2021, arXiv:2106.09685, section 4.1.
    """
    modules = modules_by_layer(pipeline)
    for name in tensors:
        if name.endswith(".lora_up.weight"):
            layer = name.removesuffix(".lora_up.weight")
            up, down = tensors[name], tensors[f"{layer}.lora_down.weight"]
            module = modules[layer]
            product = (up.flatten(1) @ down.flatten(1)).reshape(module.weight.shape)
            merged = module.weight.detach() + scaling(layer) * product
            del module._parameters["weight"]  # a Parameter could not depend on the tensors
            module.weight = merged


def latents_of(pipeline: Any, picture: Path) -> Tensor:
    """The latents of a training picture by plain diffusers: shape (channels, height, width)."""
    with Image.open(picture) as image:
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        latents = pipeline.vae.encode(pixels).latent_dist.mode()[0]
    config = pipeline.vae.config
    return (latents - (config.shift_factor or 0)) * config.scaling_factor


def decoded(pipeline: Any, draw: Callable[[], object]) -> Tensor:
    """What the VAE made while something was drawn, before anybody rounded it."""
    pictures: list[Tensor] = []
    handle = pipeline.vae.decoder.register_forward_hook(lambda _module, _inputs, output: pictures.append(output))
    draw()
    handle.remove()
    (picture,) = pictures
    return picture.clone()


def sd1_losses(pipeline: Any, latents: Tensor, prompts: Sequence[str], noise: Tensor, timesteps: Tensor) -> Tensor:
    """The loss of each sample of a Stable Diffusion 1.x, without weights.

    Source: diffusers, examples/text_to_image; Ho et al. 2020, arXiv:2006.11239, equation 14.
    """
    scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    tokens = pipeline.tokenizer(
        list(prompts), padding="max_length", truncation=True, max_length=77, return_tensors="pt"
    )
    embeds = pipeline.text_encoder(tokens.input_ids)[0]
    noisy = scheduler.add_noise(latents, noise, timesteps)
    predicts_noise = scheduler.config.prediction_type == "epsilon"
    target = noise if predicts_noise else scheduler.get_velocity(latents, noise, timesteps)
    prediction = pipeline.unet(noisy, timesteps, embeds, return_dict=False)[0]
    return (prediction - target).square().mean(dim=(1, 2, 3))


def sd1_weights(pipeline: Any, timesteps: Tensor, gamma: float, *, floor: float = 0.0) -> Tensor:
    """Min-SNR; `floor` is where the ratio is kept for a base that starts at pure noise.

    Source: Hang et al. 2023, arXiv:2303.09556, section 3.4.
    """
    scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    snr = compute_snr(scheduler, timesteps)
    predicts_noise = scheduler.config.prediction_type == "epsilon"
    return snr.clamp(min=floor, max=gamma) / (snr if predicts_noise else snr + 1)


def sdxl_losses(pipeline: Any, latents: Tensor, prompts: Sequence[str], noise: Tensor, timesteps: Tensor) -> Tensor:
    """The loss of each sample of an SDXL that is shown whole pictures, without weights.

    Source: diffusers, examples/text_to_image/train_text_to_image_lora_sdxl.py.
    """
    scheduler = DDPMScheduler.from_config(pipeline.scheduler.config)
    embeds, _, pooled, _ = pipeline.encode_prompt(list(prompts), do_classifier_free_guidance=False)
    height, width = (side * pipeline.vae_scale_factor for side in latents.shape[-2:])
    time_ids = torch.tensor([[height, width, 0, 0, height, width]] * len(latents), dtype=latents.dtype)
    added = {"text_embeds": pooled, "time_ids": time_ids}
    noisy = scheduler.add_noise(latents, noise, timesteps)
    prediction = pipeline.unet(noisy, timesteps, embeds, added_cond_kwargs=added, return_dict=False)[0]
    return (prediction - noise).square().mean(dim=(1, 2, 3))


def sd3_losses(pipeline: Any, latents: Tensor, prompts: Sequence[str], noise: Tensor, timesteps: Tensor) -> Tensor:
    """The loss of each sample of a Stable Diffusion 3, without weights.

    Source: Esser et al. 2024, arXiv:2403.03206, equations 5 and 13; diffusers, train_dreambooth_lora_sd3.py.
    """
    embeds, _, pooled, _ = pipeline.encode_prompt(list(prompts), None, None, do_classifier_free_guidance=False)
    levels = timesteps.to(latents.dtype) / pipeline.scheduler.config.num_train_timesteps
    level = levels[:, None, None, None]
    noisy = (1 - level) * latents + level * noise
    prediction = pipeline.transformer(
        noisy, encoder_hidden_states=embeds, pooled_projections=pooled, timestep=timesteps, return_dict=False
    )[0]
    return (prediction - (noise - latents)).square().mean(dim=(1, 2, 3))


def equal_weights(_pipeline: Any, timesteps: Tensor, _gamma: float) -> Tensor:
    """Every noise level counts the same: it is drawn as often as it is worth."""
    return torch.ones(len(timesteps))
