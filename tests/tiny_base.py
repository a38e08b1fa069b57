"""Builds random Stable Diffusion models of the real classes, so small that a training step takes milliseconds.

Each is written in diffusers layout and draws 64 x 64 pictures; the tokenizers know every byte, so that any prompt can
be encoded.
"""

import json
import shutil
from pathlib import Path
from typing import Any


def build_tiny_base(folder: Path) -> Path:
    """A Stable Diffusion 1.5; its latents are (4, 8, 8)."""
    # Imported here, as below: most tests never need torch.
    import torch
    from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextModel

    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer = _clip_tokenizer()
        text_encoder = CLIPTextModel(_clip_config(tokenizer))
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
        vae = _vae(latent_channels=4)
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


def build_tiny_sdxl(folder: Path, *, second_width: int = 32) -> Path:
    """An SDXL with the real one's blocks and layers a block, only narrower; its latents are (4, 8, 8).

    Args:
        second_width: of the second text encoder; the real one's is wider than the first's, 32 here.
    """
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    pooled_width, size_width = 32, 8
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer, tokenizer_2 = _clip_tokenizer(), _clip_tokenizer(pad_token="!")
        text_encoder = CLIPTextModel(_clip_config(tokenizer))
        text_encoder_2 = CLIPTextModelWithProjection(
            _clip_config(tokenizer_2, hidden_act="gelu", projection_dim=pooled_width, hidden_size=second_width)
        )
        unet = UNet2DConditionModel(
            sample_size=8,
            block_out_channels=(32, 64, 64),
            layers_per_block=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            transformer_layers_per_block=(1, 1, 2),
            cross_attention_dim=32 + second_width,
            attention_head_dim=(2, 4, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=size_width,
            projection_class_embeddings_input_dim=pooled_width + 6 * size_width,
            norm_num_groups=16,
        )
        vae = _vae(latent_channels=4, scaling_factor=0.13025, force_upcast=True)
    noise_scheduler = EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        timestep_spacing="leading",
    )
    StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=text_encoder,
        text_encoder_2=text_encoder_2,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        unet=unet,
        scheduler=noise_scheduler,
        add_watermarker=False,
    ).save_pretrained(folder, safe_serialization=True)
    return folder


def build_tiny_sd3(folder: Path, *, with_t5: bool = False) -> Path:
    """A Stable Diffusion 3.5 medium; its latents are (16, 8, 8).

    The first of its three blocks has a second attention among the picture's tokens, as the first thirteen of the real
    one's twenty-four have; the last drops the text, as there.
    """
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler, SD3Transformer2DModel, StableDiffusion3Pipeline
    from transformers import CLIPTextModelWithProjection, T5Config, T5EncoderModel, T5Tokenizer

    t5_width = 96  # wider than both CLIPs together, whose embeddings are padded to it
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tokenizer, tokenizer_2 = _clip_tokenizer(), _clip_tokenizer(pad_token="!")
        text_encoder = CLIPTextModelWithProjection(_clip_config(tokenizer, projection_dim=32))
        text_encoder_2 = CLIPTextModelWithProjection(_clip_config(tokenizer_2, hidden_act="gelu", projection_dim=32))
        transformer = SD3Transformer2DModel(
            sample_size=8,
            patch_size=2,
            in_channels=16,
            num_layers=3,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=t5_width,
            caption_projection_dim=32,
            pooled_projection_dim=64,
            out_channels=16,
            pos_embed_max_size=24,
            dual_attention_layers=(0,),
            qk_norm="rms_norm",
        )
        vae = _vae(
            latent_channels=16,
            scaling_factor=1.5305,
            shift_factor=0.0609,
            use_quant_conv=False,
            use_post_quant_conv=False,
        )
        tokenizer_3 = text_encoder_3 = None
        if with_t5:
            characters = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)]
            characters += [(chr(code), -3.0) for code in range(33, 127)]
            tokenizer_3 = T5Tokenizer(vocab=characters, extra_ids=0, model_max_length=512)
            text_encoder_3 = T5EncoderModel(
                T5Config(
                    vocab_size=len(tokenizer_3),
                    d_model=t5_width,
                    d_kv=16,
                    d_ff=64,
                    num_layers=2,
                    num_heads=2,
                    feed_forward_proj="gated-gelu",
                    tie_word_embeddings=False,
                )
            )
    StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        text_encoder_2=text_encoder_2,
        tokenizer_2=tokenizer_2,
        text_encoder_3=text_encoder_3,  # type: ignore[arg-type]
        tokenizer_3=tokenizer_3,  # type: ignore[arg-type]
    ).save_pretrained(folder, safe_serialization=True)
    return folder


def _clip_tokenizer(**options: Any) -> Any:
    from transformers import CLIPTokenizer

    return CLIPTokenizer(vocab=byte_vocabulary(), merges=[], model_max_length=77, **options)


def _clip_config(tokenizer: Any, **options: Any) -> Any:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=options.pop("hidden_size", 32),
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=77,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        **options,
    )


def _vae(**options: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(16, 16, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=8,
        sample_size=64,
        **options,
    )


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
