"""Builds a random Stable Diffusion 1.5 so small that a training step takes milliseconds."""

import json
import shutil
from pathlib import Path


def build_tiny_base(folder: Path) -> Path:
    """Writes a diffusers-layout Stable Diffusion 1.5 with random weights and 64 px pictures.

    Latents are (4, 8, 8); the tokenizer knows every byte, so that any prompt can be encoded.
    """
    # Imported here: most tests never need torch.
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = CLIPTokenizer(vocab=byte_vocabulary(), merges=[], model_max_length=77)
        text_encoder = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=32,
                intermediate_size=64,
                num_hidden_layers=2,
                num_attention_heads=2,
                max_position_embeddings=77,
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        unet = UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(32, 64),
            layers_per_block=1,
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
            cross_attention_dim=32,
            attention_head_dim=2,
            norm_num_groups=16,
        )
        vae = AutoencoderKL(
            block_out_channels=(16, 16, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            latent_channels=4,
            norm_num_groups=8,
            sample_size=64,
        )
    noise_scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )
    StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=noise_scheduler,
        safety_checker=None,  # type: ignore[arg-type]
        feature_extractor=None,  # type: ignore[arg-type]
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=True)
    return folder


def build_contradictory_base(base: Path, folder: Path) -> Path:
    """A copy of a base that predicts noise, with a scheduler that starts at pure noise: it draws nothing but NaN."""
    shutil.copytree(base, folder)
    config = folder / "scheduler" / "scheduler_config.json"
    facts = {**json.loads(config.read_text()), "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    config.write_text(json.dumps(facts))
    return folder


def byte_vocabulary() -> dict[str, int]:
    """GPT-2's printable stand-in for each byte, inside and at the end of a word, and the two special tokens."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_ins = printable + [256 + i for i in range(256 - len(printable))]
    characters = [chr(code) for code in stand_ins]
    tokens = [*characters, *(f"{character}</w>" for character in characters), "<|startoftext|>", "<|endoftext|>"]
    return {token: index for index, token in enumerate(tokens)}
