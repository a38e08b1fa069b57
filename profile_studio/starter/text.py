"""Stage ``text``: a small ``CLIPTextModel`` that learns to say which attributes a caption names: a start for the U-Net."""

# pyright: reportArgumentType=false
# transformers' `to` is typed as if it took itself, and its special token ids as anything.

import logging
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from profile_studio.domain import starter_words as words
from profile_studio.starter.captions import caption
from profile_studio.starter.portraits import Attributes
from profile_studio.starter.render import load_split
from profile_studio.starter.tokenizer import MAX_TOKENS, train_tokenizer
from profile_studio.starter.workspace import Pace, Workspace

log = logging.getLogger(__name__)

WIDTH = 128
LAYERS = 3
BATCH = 192

ANSWERS: dict[str, tuple[str, ...]] = {
    "style": tuple(words.STYLES),
    "background": tuple(words.BACKGROUNDS),
    "hair": words.HAIR_WORDS,
    "hair_colour": tuple(words.HAIR_COLOURS),
    "glasses": words.GLASSES,
    "facial_hair": words.FACIAL_HAIR,
    "mood": words.MOODS,
    "shirt": tuple(words.SHIRT_COLOURS),
    "skin": tuple(words.SKIN_TONES),
}
"""Attribute to the answers its head chooses from."""


def answer_index(shown: Attributes, attribute: str) -> int:
    """The number of the true answer; -100 (which the loss ignores) where there is none."""
    value = getattr(shown, attribute)
    return ANSWERS[attribute].index(value) if value in ANSWERS[attribute] else -100


def text_config(tokenizer: CLIPTokenizer, projection: int) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        projection_dim=projection,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )


def token_ids(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> Tensor:
    """Shape (texts, 77), padded and cut as the pipelines do."""
    return tokenizer(
        list(texts), padding="max_length", max_length=MAX_TOKENS, truncation=True, return_tensors="pt"
    ).input_ids


def tokenizer_folder(workspace: Workspace) -> Path:
    """Where the tokenizer of this build lies: as trained, else as shipped, else trained now."""
    trained = workspace.work / "tokenizer"
    for folder in (trained, workspace.starter / "tokenizer"):
        if (folder / "vocab.json").exists():
            return folder
    train_tokenizer(load_split(workspace.renders, "base").attributes, trained)
    return trained


def restore_text(workspace: Workspace) -> tuple[CLIPTokenizer, CLIPTextModel, int]:
    """Tokenizer, encoder and step: from the checkpoint, else as shipped, else new."""
    tokenizer = CLIPTokenizer.from_pretrained(tokenizer_folder(workspace))
    checkpoint = workspace.load_checkpoint("text")
    shipped: Path = workspace.starter / "text_encoder"
    if checkpoint is None and shipped.exists():
        return tokenizer, CLIPTextModel.from_pretrained(shipped, dtype=torch.float32).to(workspace.device), 0
    torch.manual_seed(1)
    encoder = CLIPTextModel(text_config(tokenizer, WIDTH))
    if checkpoint is not None:
        encoder.load_state_dict(checkpoint["encoder"])
    return tokenizer, encoder.to(workspace.device), checkpoint["step"] if checkpoint is not None else 0


class AttributeHeads(nn.ModuleDict):
    """One linear answer per attribute, read from the state of a caption's last token."""

    def __init__(self, width: int) -> None:
        super().__init__({name: nn.Linear(width, len(answers)) for name, answers in ANSWERS.items()})

    def loss(self, states: Tensor, truths: dict[str, Tensor]) -> Tensor:
        losses = [nn.functional.cross_entropy(self[name](states), truth) for name, truth in truths.items()]
        return torch.stack(losses).mean()


def train_text(workspace: Workspace, minutes: float) -> None:
    """Trains the encoder; captions leave attributes out, so the loss keeps the entropy of what they do not say."""
    shown = load_split(workspace.renders, "base").attributes
    tokenizer, encoder, first_step = restore_text(workspace)
    truths = {
        name: torch.tensor([answer_index(one, name) for one in shown], device=workspace.device) for name in ANSWERS
    }
    heads = AttributeHeads(WIDTH).to(workspace.device)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *heads.parameters()], weight_decay=0.01, fused=True)
    rng, picks = random.Random(first_step), np.random.default_rng(first_step)
    step = first_step
    for step, lr in Pace(minutes, peak_lr=1e-3, warmup_steps=50, flat_share=0.4).steps(first_step):
        chosen = picks.integers(len(shown), size=BATCH)
        ids = token_ids(tokenizer, [caption(shown[index], rng) for index in chosen]).to(workspace.device)
        with torch.autocast(workspace.device.type, torch.bfloat16):
            states = encoder(ids).pooler_output
        loss = heads.loss(states.float(), {name: truth[chosen] for name, truth in truths.items()})
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimizer.step()
        if step % 25 == 0:
            log.info("text step %d lr %.1e loss %.4f", step, lr, loss.item())
    state = {"step": step + 1, "encoder": encoder.state_dict()}
    workspace.save_checkpoint("text", state)
    workspace.save_checkpoint(
        "words", state
    )  # stays as it is while "text" goes on with the U-Net: the judge starts here
