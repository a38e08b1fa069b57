"""Stage ``judge``: two towers apart from the starter, as in CLIP, which score pictures against words and other pictures.

The picture tower is a ResNet: in one minute of one core it names 84 % of hair shapes and 99 % of glasses on held-out
renders, where a vision transformer of the same cost names 18 % and 58 %.
"""

# pyright: reportArgumentType=false, reportOptionalCall=false
# transformers' `to` is typed as if it took itself, and the towers of a judge as if they could be missing.

import copy
import logging
import random
import shutil
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import (
    CLIPTextModel,
    CLIPTokenizer,
    ResNetConfig,
    ResNetModel,
    VisionTextDualEncoderConfig,
    VisionTextDualEncoderModel,
)

from profile_studio.domain.starter_words import MEDIA, SEEN_ATTRIBUTES
from profile_studio.starter.captions import caption, hair_phrase
from profile_studio.starter.export import save_preprocessor
from profile_studio.starter.latents import PatchBasis, to_pixels
from profile_studio.starter.portraits import SIDE_PX, Attributes
from profile_studio.starter.render import load_split
from profile_studio.starter.text import text_config, tokenizer_folder
from profile_studio.starter.tokenizer import MAX_TOKENS
from profile_studio.starter.vae import basis
from profile_studio.starter.workspace import Pace, Workspace, replace_folder

log = logging.getLogger(__name__)

CHANNELS = (32, 64, 128, 192)
PROJECTION = 128
BATCH = 64
SHIFT_PX = 4
TEXT_LR_FACTOR = 0.4
"""The text tower starts trained and is shaken by the rate that suits the picture tower."""
DOUBT_WEIGHT = 0.2
"""How much a picture counts in the question it does not answer."""
KEPT = ("MODEL_CARD.md", "metrics.json")

QUESTIONS: dict[str, tuple[str, ...]] = {name: tuple(answers) for name, answers in SEEN_ATTRIBUTES.items()}
"""Attribute to the answers whose words the judge tells apart."""


def answer_phrase(attribute: str, answer: str, rng: random.Random) -> str:
    """An answer in the words of a prompt."""
    if attribute == "style":
        return rng.choice((f"{MEDIA[answer]} portrait", f"{MEDIA[answer]} style"))
    if attribute == "background":
        return f"{answer} background"
    if attribute == "hair":
        return hair_phrase(answer, None, rng)
    if attribute == "hair_colour":
        return f"{answer} hair"
    if attribute == "shirt":
        return rng.choice((f"{answer} shirt", f"{answer} clothes"))
    return answer


def new_judge(tokenizer: CLIPTokenizer) -> VisionTextDualEncoderModel:
    vision = ResNetConfig(
        embedding_size=CHANNELS[0],
        hidden_sizes=list(CHANNELS),
        depths=[1] * len(CHANNELS),
        layer_type="basic",
        hidden_size=CHANNELS[-1],  # where the two-tower class looks for the width of its projection
    )
    text = text_config(tokenizer, PROJECTION)
    config = VisionTextDualEncoderConfig.from_vision_text_configs(vision, text, projection_dim=PROJECTION)
    return VisionTextDualEncoderModel(config, ResNetModel(vision), CLIPTextModel(text))


def restore_judge(workspace: Workspace) -> tuple[CLIPTokenizer, VisionTextDualEncoderModel, int]:
    """Tokenizer, judge and step: from the checkpoint, else as shipped, else new with the text stage's layers.

    Not with those that went on learning beside the U-Net: their last states of "red shirt" and "blue shirt" are so
    alike (cosine 0.999) that a judge which starts from them never tells shirts apart.
    """
    tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder(workspace))
    checkpoint = workspace.load_checkpoint("judge")
    if checkpoint is None and workspace.judge.exists():
        judge = VisionTextDualEncoderModel.from_pretrained(workspace.judge, dtype=torch.float32)
        return tokenizer, judge.to(workspace.device), 0
    torch.manual_seed(3)
    judge = new_judge(tokenizer)
    if checkpoint is None:
        if (words := workspace.load_checkpoint("words")) is not None:
            judge.text_model.load_state_dict(words["encoder"])
        return tokenizer, judge.to(workspace.device), 0
    judge.load_state_dict(checkpoint["judge"])
    return tokenizer, judge.to(workspace.device), checkpoint["step"]


def short_token_ids(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> Tensor:
    """Padded only to the longest text: the pooled state of a causal encoder does not see what comes after it."""
    return tokenizer(list(texts), padding=True, max_length=MAX_TOKENS, truncation=True, return_tensors="pt").input_ids


def picture_embeddings(judge: VisionTextDualEncoderModel, pixels: Tensor) -> Tensor:
    """Unit vectors, shape (n, 128)."""
    pooled = judge.vision_model(
        pixel_values=pixels.contiguous(memory_format=torch.channels_last)
    ).pooler_output.flatten(1)
    return nn.functional.normalize(judge.visual_projection(pooled).float(), dim=-1)


def text_embeddings(judge: VisionTextDualEncoderModel, ids: Tensor) -> Tensor:
    """Unit vectors, shape (n, 128)."""
    pooled = judge.text_model(input_ids=ids).pooler_output
    return nn.functional.normalize(judge.text_projection(pooled).float(), dim=-1)


def _augment(
    pictures: NDArray[np.uint8], patch_basis: PatchBasis, rng: np.random.Generator, device: torch.device
) -> Tensor:
    """Shifts the pictures a little and blurs some as the latent space would, so that drawn and generated ones look alike."""
    shift_y, shift_x = rng.integers(-SHIFT_PX, SHIFT_PX + 1, size=2)
    padded = np.pad(pictures, ((0, 0), (SHIFT_PX,) * 2, (SHIFT_PX,) * 2, (0, 0)), mode="edge")
    top, left = SHIFT_PX + shift_y, SHIFT_PX + shift_x
    pixels = to_pixels(padded[:, top : top + SIDE_PX, left : left + SIDE_PX], device)
    blurred = len(pixels) // 3
    pixels[:blurred] = patch_basis.decode(patch_basis.encode(pixels[:blurred])).clamp(-1, 1)
    return pixels + 0.02 * torch.randn_like(pixels)


def _answer_index(shown: Attributes, attribute: str) -> int:
    """The number of the true answer; -1 where the picture shows none."""
    value = getattr(shown, attribute) or {"glasses": "no glasses", "facial_hair": "no beard"}.get(attribute)
    return QUESTIONS[attribute].index(value) if value in QUESTIONS[attribute] else -1


def _answer_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross entropy with the true answer; where there is none, with all answers alike, so that doubt shows."""
    targets = torch.full_like(logits, 1 / logits.shape[1])
    known = truth >= 0
    targets[known] = nn.functional.one_hot(truth[known], logits.shape[1]).to(logits.dtype)
    weights = torch.where(known, 1.0, DOUBT_WEIGHT)
    return (weights * nn.functional.cross_entropy(logits, targets, reduction="none")).mean()


def _question_loss(
    judge: VisionTextDualEncoderModel,
    pictures: Tensor,
    tokenizer: CLIPTokenizer,
    truths: dict[str, Tensor],
    rng: random.Random,
) -> Tensor:
    """How badly the judge picks the true answer of each attribute from the words of all its answers."""
    phrases = [answer_phrase(name, answer, rng) for name, answers in QUESTIONS.items() for answer in answers]
    embedded = text_embeddings(judge, short_token_ids(tokenizer, phrases).to(pictures.device))
    logits = judge.logit_scale.exp() * pictures @ embedded.T
    losses: list[Tensor] = []
    first = 0
    for name, answers in QUESTIONS.items():
        losses.append(_answer_loss(logits[:, first : first + len(answers)].float(), truths[name]))
        first += len(answers)
    return torch.stack(losses).mean()


def train_judge(workspace: Workspace, minutes: float) -> None:
    """Contrasts captions with pictures, and each attribute's true answer with its other answers."""
    splits = [load_split(workspace.renders, name) for name in ("base", "further")]
    offsets = [(split, index) for split in splits for index, one in enumerate(split.attributes) if one.style in MEDIA]
    shown = [split.attributes[index] for split, index in offsets]
    truths = {name: torch.tensor([_answer_index(one, name) for one in shown]) for name in QUESTIONS}
    patch_basis = basis(workspace)
    tokenizer, judge, first_step = restore_judge(workspace)
    judge.train().to(memory_format=torch.channels_last)
    judge.text_model.set_attn_implementation("eager")  # the faster backward on a CPU
    texts_part = [*judge.text_model.parameters(), *judge.text_projection.parameters()]
    pictures_part = [*judge.vision_model.parameters(), *judge.visual_projection.parameters(), judge.logit_scale]
    optimizer = torch.optim.AdamW([{"params": pictures_part}, {"params": texts_part}], weight_decay=0.02, fused=True)
    rng, picks = random.Random(first_step), np.random.default_rng(first_step)
    step = first_step
    for step, lr in Pace(minutes, peak_lr=2e-3, warmup_steps=50, flat_share=0.3).steps(first_step):
        chosen = picks.integers(len(shown), size=BATCH)
        picks.shuffle(chosen)
        pixels = _augment(
            np.stack([offsets[index][0].pictures[offsets[index][1]] for index in chosen]),
            patch_basis,
            picks,
            workspace.device,
        )
        ids = short_token_ids(tokenizer, [caption(shown[index], rng) for index in chosen]).to(workspace.device)
        with torch.autocast(workspace.device.type, torch.bfloat16):
            pictures, texts = picture_embeddings(judge, pixels), text_embeddings(judge, ids)
            logits = judge.logit_scale.exp() * pictures @ texts.T
            pairs = torch.arange(BATCH, device=workspace.device)
            contrast = (nn.functional.cross_entropy(logits, pairs) + nn.functional.cross_entropy(logits.T, pairs)) / 2
            answers = _question_loss(
                judge, pictures, tokenizer, {name: truth[chosen] for name, truth in truths.items()}, rng
            )
        loss = 0.5 * contrast.float() + answers.float()
        for group, factor in zip(optimizer.param_groups, (1.0, TEXT_LR_FACTOR), strict=True):
            group["lr"] = lr * factor
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        with torch.no_grad():
            judge.logit_scale.clamp_(max=4.0)
        if step % 25 == 0:
            log.info("judge step %d lr %.1e contrast %.3f answers %.3f", step, lr, contrast.item(), answers.item())
    workspace.save_checkpoint("judge", {"step": step + 1, "judge": judge.state_dict()})
    export_judge(workspace)


def export_judge(workspace: Workspace) -> None:
    """Replaces ``assets/judge`` by the judge as far as it is trained."""
    tokenizer, judge, step = restore_judge(workspace)
    fresh = workspace.work / "judge-export"
    shutil.rmtree(fresh, ignore_errors=True)
    copy.deepcopy(judge).half().save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    save_preprocessor(fresh)
    replace_folder(fresh, workspace.judge, KEPT)
    log.info("exported the judge, step %d", step)
