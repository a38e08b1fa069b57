"""Stage ``unet``: velocity prediction on 8 x 8 x 48 latents; the text encoder goes on learning with it."""

# pyright: reportArgumentType=false
# diffusers' `to` is typed as if it took itself, and its timesteps as a legacy tensor class.

import logging
import random
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn

from profile_studio.starter.captions import caption, with_made_up_word
from profile_studio.starter.export import export_starter
from profile_studio.starter.latents import CHANNELS, to_pixels
from profile_studio.starter.portraits import Attributes
from profile_studio.starter.render import load_split
from profile_studio.starter.text import WIDTH, restore_text, token_ids
from profile_studio.starter.vae import basis
from profile_studio.starter.workspace import MovingAverage, Pace, Workspace

log = logging.getLogger(__name__)

BATCH = 64
CAPTION_DROPOUT = 0.1
MADE_UP_WORDS = 0.15  # of the captions: a trigger word without its adapter is to change nothing
MIN_SNR_GAMMA = 5.0
SNAPSHOT_STEPS = 600


def new_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        block_out_channels=(160, 192),
        layers_per_block=1,
        cross_attention_dim=WIDTH,
        attention_head_dim=4,  # diffusers reads this as the number of heads
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
    )


def new_noise_scheduler() -> DDIMScheduler:
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=0,
    )


def restore_unet(workspace: Workspace) -> tuple[UNet2DConditionModel, dict[str, Any]]:
    """The U-Net with its latest weights, and the rest of its checkpoint (empty when there is none)."""
    checkpoint = workspace.load_checkpoint("unet")
    shipped = workspace.starter / "unet"
    if checkpoint is None and shipped.exists():
        unet = UNet2DConditionModel.from_pretrained(shipped, torch_dtype=torch.float32)
    else:
        torch.manual_seed(2)
        unet = new_unet()
    if checkpoint is not None:
        unet.load_state_dict(checkpoint["unet"])
    return unet.to(workspace.device, memory_format=torch.channels_last), checkpoint or {}


def velocity_weights(noise_scheduler: DDIMScheduler) -> Tensor:
    """Loss weight per timestep, shape (1000,): min(SNR, gamma) / (SNR + 1), with the SNR taken as 1 at least.

    Without that floor the noisiest levels, which decide what the picture shows, would hardly be trained.

    Source: Hang et al. 2023, arXiv:2303.09556, in the form for v-prediction.
    """
    alphas = noise_scheduler.alphas_cumprod
    snr = alphas / (1 - alphas)
    return snr.clamp(1, MIN_SNR_GAMMA) / (snr + 1)


def _encode_pictures(workspace: Workspace, pictures: np.ndarray) -> Tensor:
    patch_basis = basis(workspace)
    chunks = [
        patch_basis.encode(to_pixels(pictures[start : start + 256], workspace.device))
        for start in range(0, len(pictures), 256)
    ]
    return torch.cat(chunks)


def _text(shown: Attributes, rng: random.Random) -> str:
    if rng.random() < CAPTION_DROPOUT:
        return ""
    text = caption(shown, rng)
    return with_made_up_word(text, rng) if rng.random() < MADE_UP_WORDS else text


def train_unet(workspace: Workspace, minutes: float) -> None:
    """Trains on exact latents and fresh captions; exports a snapshot now and then."""
    split = load_split(workspace.renders, "base")
    latents = _encode_pictures(workspace, split.pictures)
    tokenizer, encoder, text_step = restore_text(workspace)
    encoder.set_attn_implementation("eager")
    unet, checkpoint = restore_unet(workspace)
    unet.set_attn_processor(AttnProcessor())  # on these few tokens plain attention has the faster backward
    average, text_average = MovingAverage(unet), MovingAverage(encoder)
    parameters = [*unet.parameters(), *encoder.parameters()]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    first_step = 0
    if checkpoint:
        encoder.load_state_dict(checkpoint["text"])
        average.load_state_dict(checkpoint["ema"])
        text_average.load_state_dict(checkpoint["text_ema"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        first_step = checkpoint["step"]
    forward = torch.compile(unet)
    noise_scheduler = new_noise_scheduler()
    weights = velocity_weights(noise_scheduler).to(workspace.device)
    rng, picks = random.Random(first_step), np.random.default_rng(first_step)
    torch.manual_seed(first_step)

    def save(step: int) -> None:
        state = {
            "step": step,
            "unet": unet.state_dict(),
            "text": encoder.state_dict(),
            "ema": average.state_dict(),
            "text_ema": text_average.state_dict(),
            "optimizer": optimizer.state_dict(),
        }
        workspace.save_checkpoint("unet", state)
        learned = encoder.state_dict() | text_average.parameters
        workspace.save_checkpoint("text", {"step": text_step, "encoder": learned})

    step, running = first_step, 0.0
    for step, lr in Pace(minutes, peak_lr=6e-4, warmup_steps=200, flat_share=0.45).steps(first_step):
        chosen = picks.integers(len(latents), size=BATCH)
        texts = [_text(split.attributes[index], rng) for index in chosen]
        clean = latents[chosen]
        noise = torch.randn_like(clean)
        timesteps = torch.randint(1000, (BATCH,), device=workspace.device)
        noisy = noise_scheduler.add_noise(clean, noise, timesteps).contiguous(memory_format=torch.channels_last)
        velocity = noise_scheduler.get_velocity(clean, noise, timesteps)
        with torch.autocast(workspace.device.type, torch.bfloat16):
            states = encoder(token_ids(tokenizer, texts).to(workspace.device)).last_hidden_state
            predicted = forward(noisy, timesteps, encoder_hidden_states=states).sample.float()
        loss = ((predicted - velocity).square().mean(dim=(1, 2, 3)) * weights[timesteps]).mean()
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update(unet)
        text_average.update(encoder)
        running += loss.item()
        if step % 50 == 49:
            log.info("unet step %d lr %.1e loss %.4f", step + 1, lr, running / 50)
            running = 0.0
        if (step + 1) % SNAPSHOT_STEPS == 0:
            save(step + 1)
            export_starter(workspace)
    save(step + 1)
    export_starter(workspace)
