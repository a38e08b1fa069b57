"""Writes what is trained so far to ``assets/starter`` in diffusers layout, half precision."""

# pyright: reportArgumentType=false
# The hints of diffusers' pipelines forbid the None they document.

import copy
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline

from profile_studio.starter.portraits import SIDE_PX
from profile_studio.starter.text import restore_text, tokenizer_folder
from profile_studio.starter.vae import restore_vae
from profile_studio.starter.workspace import Workspace, replace_folder

log = logging.getLogger(__name__)

KEPT = ("MODEL_CARD.md", "metrics.json", "contact_sheet.webp")
"""Files beside the weights that an export leaves as they are."""


def export_starter(workspace: Workspace) -> None:
    """Replaces the shipped starter by the present state of its stages."""
    from profile_studio.starter.unet import new_noise_scheduler, restore_unet

    tokenizer, encoder, _ = restore_text(workspace)
    vae, _ = restore_vae(workspace)
    unet, checkpoint = restore_unet(workspace)
    if checkpoint:
        unet.load_state_dict(checkpoint["ema"]["parameters"] | dict(unet.named_buffers()))
    pipeline = StableDiffusionPipeline(
        vae=copy.deepcopy(vae).half(),
        text_encoder=copy.deepcopy(encoder).half(),
        tokenizer=tokenizer,
        unet=unet.half(),
        scheduler=new_noise_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    fresh = workspace.work / "starter-export"
    shutil.rmtree(fresh, ignore_errors=True)
    pipeline.save_pretrained(fresh)
    for name in ("vocab.json", "merges.txt"):  # older readers of the format want these beside tokenizer.json
        shutil.copy2(tokenizer_folder(workspace) / name, fresh / "tokenizer" / name)
    replace_folder(fresh, workspace.starter, KEPT)
    log.info("exported the starter, U-Net step %s", checkpoint.get("step", "shipped"))


def save_preprocessor(folder: Path) -> None:
    """Writes how a picture becomes the input of judge and critic: its middle square, 128 px, in [-1, 1]."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    half: Sequence[float] = (0.5, 0.5, 0.5)
    CLIPImageProcessorPil(
        size={"shortest_edge": SIDE_PX},
        crop_size={"height": SIDE_PX, "width": SIDE_PX},
        image_mean=half,
        image_std=half,
    ).save_pretrained(folder)


def run(workspace: Workspace) -> None:
    from profile_studio.starter.judge import export_judge

    with torch.inference_mode():
        export_starter(workspace)
        export_judge(workspace)
