"""Stage ``critic``: a small ResNet that tells intact faces from broken ones, whatever the style."""

# pyright: reportArgumentType=false
# transformers' `to` is typed as if it took itself.

import copy
import logging
import shutil

import numpy as np
import torch
from torch import Tensor, nn
from transformers import ResNetConfig, ResNetForImageClassification

from profile_studio.starter.export import save_preprocessor
from profile_studio.starter.faces import draw_faces, load_faces
from profile_studio.starter.harmless import view
from profile_studio.starter.labelled import load_labelled
from profile_studio.starter.latents import to_pixels
from profile_studio.starter.vae import basis
from profile_studio.starter.workspace import MovingAverage, Pace, Workspace, replace_folder

log = logging.getLogger(__name__)

BATCH = 64
REAL = 4
"""Pictures of each batch that a young base drew: few, since there are only some dozens of them."""
INTACT, BROKEN = 0, 1
SETTLING_BATCHES = 40
KEPT = ("MODEL_CARD.md", "metrics.json")


def new_critic() -> ResNetForImageClassification:
    return ResNetForImageClassification(
        ResNetConfig(
            num_channels=3,
            embedding_size=32,
            hidden_sizes=[32, 64, 128, 192],
            depths=[1, 1, 1, 1],
            layer_type="basic",
            id2label={INTACT: "intact", BROKEN: "broken"},
            label2id={"intact": INTACT, "broken": BROKEN},
        )
    )


def restore_critic(workspace: Workspace) -> tuple[ResNetForImageClassification, int]:
    """The critic and its step: from the checkpoint, else as shipped, else new."""
    checkpoint = workspace.load_checkpoint("critic")
    if checkpoint is None and workspace.critic.exists():
        shipped = ResNetForImageClassification.from_pretrained(workspace.critic, dtype=torch.float32)
        return shipped.to(workspace.device, memory_format=torch.channels_last), 0
    torch.manual_seed(4)
    critic = new_critic()
    if checkpoint is not None:
        critic.load_state_dict(checkpoint["critic"])
    return critic.to(workspace.device, memory_format=torch.channels_last), checkpoint["step"] if checkpoint else 0


class _Lessons:
    """Batches of faces, about half of them intact, seen in ever other ways."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self._faces = load_faces(workspace.renders, "faces")
        self._real = load_labelled("early")
        self._basis = basis(workspace)
        self._picks = np.random.default_rng(seed)
        self._device = workspace.device

    def draw(self) -> tuple[Tensor, Tensor]:
        """Pixels, shape (64, 3, 128, 128), and labels."""
        # Both twins of a pair: what else is in a picture then pulls neither way.
        firsts = 2 * self._picks.integers(len(self._faces.facts) // 2, size=(BATCH - REAL) // 2)
        drawn = np.sort(np.concatenate([firsts, firsts + 1]))
        real = self._picks.integers(len(self._real.facts), size=REAL)
        pictures = np.concatenate([self._faces.pictures[drawn], self._real.pictures[real]])
        broken = np.concatenate([self._faces.broken[drawn], self._real.broken[real]])
        order = self._picks.permutation(BATCH)  # `view` treats the first third otherwise
        pixels = to_pixels(pictures[order], self._device)
        pixels = view(pixels, self._basis, self._picks)
        labels = torch.from_numpy(broken[order].astype(np.int64)).to(self._device)
        return pixels.contiguous(memory_format=torch.channels_last), labels


def train_critic(workspace: Workspace, minutes: float) -> None:
    """Draws intact and broken faces the first time, then learns which is which."""
    for name in ("faces", "held-out-faces"):
        draw_faces(workspace.renders, name)
    critic, first_step = restore_critic(workspace)
    lessons = _Lessons(workspace, first_step)
    average = MovingAverage(critic, decay=0.99)
    optimizer = torch.optim.AdamW(critic.parameters(), weight_decay=0.05, fused=True)
    critic.train()
    step, running = first_step, 0.0
    for step, lr in Pace(minutes, peak_lr=2e-3, warmup_steps=50, flat_share=0.2).steps(first_step):
        pixels, labels = lessons.draw()
        with torch.autocast(workspace.device.type, torch.bfloat16):
            logits = critic(pixel_values=pixels).logits
        loss = nn.functional.cross_entropy(logits.float(), labels, label_smoothing=0.02)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(critic.parameters(), 1.0)
        optimizer.step()
        average.update(critic)
        running += loss.item()
        if step % 50 == 49:
            log.info("critic step %d lr %.1e loss %.3f", step + 1, lr, running / 50)
            running = 0.0
    critic.load_state_dict(average.parameters, strict=False)
    _settle_statistics(critic, lessons)
    workspace.save_checkpoint("critic", {"step": step + 1, "critic": critic.state_dict()})
    export_critic(workspace)


@torch.no_grad()
def _settle_statistics(critic: ResNetForImageClassification, lessons: _Lessons) -> None:
    """Measures the batch statistics anew: averaged weights have others than the weights of any step."""
    for module in critic.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # a plain mean over all batches
    critic.train()
    for _ in range(SETTLING_BATCHES):
        critic(pixel_values=lessons.draw()[0])


def export_critic(workspace: Workspace) -> None:
    """Replaces ``assets/critic`` by the critic as far as it is trained."""
    critic, step = restore_critic(workspace)
    fresh = workspace.work / "critic-export"
    shutil.rmtree(fresh, ignore_errors=True)
    copy.deepcopy(critic).half().to(memory_format=torch.contiguous_format).save_pretrained(fresh)
    save_preprocessor(fresh)
    replace_folder(fresh, workspace.critic, KEPT)
    log.info("exported the critic, step %d", step)
