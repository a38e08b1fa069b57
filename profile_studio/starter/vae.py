"""Stage ``vae``: an ``AutoencoderKL`` whose encoder is the patch basis, exactly, and whose decoder is learned."""

import logging
import math
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn

from profile_studio.starter.latents import (
    BLOCK_COMPONENTS,
    CHANNELS,
    PatchBasis,
    fit_basis,
    load_basis,
    save_basis,
)
from profile_studio.starter.looks import SIDE_PX, plain_and_soft
from profile_studio.starter.render import load_split
from profile_studio.starter.workspace import MovingAverage, Pace, Workspace

log = logging.getLogger(__name__)

BLOCK_CHANNELS = (16, 16, 48, 96, 128, 128)
GROUPS = 4
"""Of each normalisation: a group of a single channel would take every plain colour's mean away."""
MOST_NOISE = 0.15
"""Largest deviation of the noise on training latents: samples of a U-Net are never exactly on the manifold."""
STEP_WEIGHT = 1.0
PLAIN_WEIGHT = 6.0
RUN_PX = 32
_ANCHOR = 256.0
"""Large beside any latent: how little a picture changes the last normalisation decides how exact the encoder is."""
_GROUP_CHANNELS = BLOCK_CHANNELS[-1] // GROUPS
_GROUP_ANCHORS = _GROUP_CHANNELS - 2 * CHANNELS // GROUPS
_LOG_VARIANCE = -12.0


def new_vae() -> AutoencoderKL:
    return AutoencoderKL(
        latent_channels=CHANNELS,
        block_out_channels=BLOCK_CHANNELS,
        layers_per_block=1,
        norm_num_groups=GROUPS,
        down_block_types=("DownEncoderBlock2D",) * len(BLOCK_CHANNELS),
        up_block_types=("UpDecoderBlock2D",) * len(BLOCK_CHANNELS),
        sample_size=SIDE_PX,
        scaling_factor=1.0,
    )


def basis(workspace: Workspace) -> PatchBasis:
    """The latent space of this build, fitted on the renders the first time."""
    path = workspace.work / "basis.npz"
    if not path.exists():
        base, further = (load_split(workspace.renders, name).pictures for name in ("base", "further"))
        save_basis(fit_basis(np.concatenate([base[:8000], further[:1600]])), path)
    return load_basis(path).to(workspace.device)


@torch.no_grad()
def write_encoder(vae: AutoencoderKL, patch_basis: PatchBasis) -> None:
    """Sets the encoder's weights so that its mean is ``patch_basis.encode``.

    All residual branches are zero, the first downsampling halves the picture, each further one gathers 2 x 2 blocks into
    channels, and the last one projects. The final GroupNorm and SiLU are undone exactly enough: each group holds twelve latents, their negatives and eight
    constants so large that the group's deviation is constant, and ``silu(x) - silu(-x) = x``.
    """
    encoder = vae.encoder
    for module in encoder.modules():
        if isinstance(module, nn.Conv2d):
            module.weight.zero_()
            assert module.bias is not None
            module.bias.zero_()
    for attention in encoder.mid_block.attentions:
        attention.to_out[0].weight.zero_()
        attention.to_out[0].bias.zero_()
    encoder.conv_in.weight[:3, :, 1, 1] = torch.eye(3)
    resnets = [block.resnets[0] for block in encoder.down_blocks]
    downsamplers = [block.downsamplers[0].conv for block in encoder.down_blocks[:-1]]
    for resnet, channels in zip(resnets, (3, 3, 12, 48, BLOCK_COMPONENTS, BLOCK_CHANNELS[-1]), strict=True):
        _pass_through(resnet, channels)
    _gather(downsamplers[0], torch.eye(3)[:, None].expand(3, 4, 3) / 4)
    _gather(downsamplers[1], torch.eye(12).reshape(12, 4, 3))
    _gather(downsamplers[2], torch.eye(48).reshape(48, 4, 12))
    _gather(downsamplers[3], patch_basis.block_components[:, _block_order()].reshape(BLOCK_COMPONENTS, 4, 48))
    _project(downsamplers[4], patch_basis)
    _write_output(encoder, vae)


def _pass_through(resnet: nn.Module, channels: int) -> None:
    shortcut = resnet.conv_shortcut
    if isinstance(shortcut, nn.Conv2d):
        shortcut.weight[:channels, :channels, 0, 0] = torch.eye(channels)


def _gather(conv: nn.Conv2d, matrix: Tensor) -> None:
    """Makes a stride-2 convolution map each 2 x 2 block linearly.

    Args:
        matrix: shape (out, 4, in); the four pixels of a block row by row.
    """
    out, _, channels = matrix.shape
    conv.weight[:out, :channels, :2, :2] = matrix.reshape(out, 2, 2, channels).permute(0, 3, 1, 2)


def _block_order() -> Tensor:
    """The 192 numbers of an 8 x 8 block, (row, column, colour), in the order in which gathering three times lays them out."""
    pixels = torch.arange(192).reshape(2, 2, 2, 2, 2, 2, 3)  # row: high, middle, low bit; column: high, middle, low bit
    return pixels.permute(0, 3, 1, 4, 2, 5, 6).reshape(-1)


def _project(conv: nn.Conv2d, patch_basis: PatchBasis) -> None:
    """The last gathering: four blocks to 48 latents, each beside its negative, and the anchors."""
    matrix = patch_basis.components / patch_basis.scales[:, None]
    quarters = matrix.reshape(CHANNELS, 2, 8, 2, 8, 3).permute(0, 1, 3, 2, 4, 5).reshape(CHANNELS, 4, 192)
    blocks = (quarters @ patch_basis.block_components.T).reshape(CHANNELS, 2, 2, BLOCK_COMPONENTS).permute(0, 3, 1, 2)
    offset = -(matrix @ patch_basis.mean)
    for latent in range(CHANNELS):
        channel = _channel(latent)
        conv.weight[channel, :BLOCK_COMPONENTS, :2, :2] = blocks[latent]
        conv.weight[channel + 1, :BLOCK_COMPONENTS, :2, :2] = -blocks[latent]
        assert conv.bias is not None
        conv.bias[channel], conv.bias[channel + 1] = offset[latent], -offset[latent]
    for group in range(GROUPS):
        assert conv.bias is not None
        anchors = conv.bias[(group + 1) * _GROUP_CHANNELS - _GROUP_ANCHORS : (group + 1) * _GROUP_CHANNELS]
        anchors[0::2], anchors[1::2] = _ANCHOR, -_ANCHOR


def _channel(latent: int) -> int:
    """Where a latent lies before the last normalisation; its negative lies right after it."""
    group, slot = divmod(latent, CHANNELS // GROUPS)
    return group * _GROUP_CHANNELS + 2 * slot


def _write_output(encoder: nn.Module, vae: AutoencoderKL) -> None:
    deviation = _ANCHOR / 2  # of a group a quarter of which are anchors, and the others small numbers
    encoder.conv_norm_out.weight.fill_(deviation)
    encoder.conv_norm_out.bias.zero_()
    for latent in range(CHANNELS):
        channel = _channel(latent)
        encoder.conv_out.weight[latent, channel, 1, 1] = 1.0
        encoder.conv_out.weight[latent, channel + 1, 1, 1] = -1.0
    encoder.conv_out.bias[CHANNELS:] = _LOG_VARIANCE
    for conv, size in ((vae.quant_conv, 2 * CHANNELS), (vae.post_quant_conv, CHANNELS)):
        conv.weight.zero_()
        conv.weight[:, :, 0, 0] = torch.eye(size)
        conv.bias.zero_()


def restore_vae(workspace: Workspace) -> tuple[AutoencoderKL, int]:
    """The VAE as far as it is trained, and its step: from the checkpoint, else as shipped, else new."""
    checkpoint = workspace.load_checkpoint("vae")
    step = 0
    if checkpoint is None and (workspace.starter / "vae").exists():
        vae = AutoencoderKL.from_pretrained(workspace.starter / "vae", torch_dtype=torch.float32)
    else:
        torch.manual_seed(0)
        vae = new_vae()
        write_encoder(vae, basis(workspace).to(torch.device("cpu")))
    if checkpoint is not None:
        vae.load_state_dict(checkpoint["ema"]["parameters"] | dict(vae.named_buffers()))
        step = checkpoint["step"]
    return vae.to(workspace.device, memory_format=torch.channels_last), step


class Scaffold(nn.Module):
    """Helps a new decoder to find where inside a cell a pixel lies; thrown away after the training.

    Nearest-neighbour upsampling hides the position inside a cell from the convolutions after it; only the zero padding
    at the border tells it. Left alone, a decoder stays at the cells' mean colours (14.5 dB) for long. So 1 x 1
    convolutions read, after each resolution's residual blocks, the picture's pixels of each cell and the parity of
    the cell's row and column. With them the first 400 steps reach 22 dB.
    """

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        channels = [block.resnets[0].conv1.out_channels for block in decoder.up_blocks[:-1]]
        self.cell_px = [32 >> level for level in range(len(channels))]
        self.heads = nn.ModuleList(
            nn.Conv2d(c, 3 * px * px + 3, 1) for c, px in zip(channels, self.cell_px, strict=True)
        )

    def loss(self, level: int, hidden: Tensor, pixels: Tensor) -> Tensor:
        """How badly this level's hidden state knows the picture and its own grid."""
        read = self.heads[level](hidden).float()
        redrawn = nn.functional.pixel_shuffle(read[:, :-3], self.cell_px[level])
        return (
            redraw_loss(redrawn, pixels)
            + 0.5 * (read[:, -3:] - _parity(hidden.shape[-1], hidden.device)).square().mean()
        )


def _parity(cells: int, device: torch.device) -> Tensor:
    """Shape (3, cells, cells): the signs of column, row and checkerboard."""
    sign = 1.0 - 2.0 * (torch.arange(cells, device=device) % 2)
    return torch.stack([sign.expand(cells, cells), sign[:, None].expand(cells, cells), sign * sign[:, None]])


def redraw_loss(redrawn: Tensor, pixels: Tensor) -> Tensor:
    """Errors of the pixels, of the steps between neighbours, of short runs along rows and columns, and of cells.

    Faint stripes on a plain ground are small errors, but all steps, and their runs do not average out; so plain places
    count more. Whole cells say whether the colour is right.
    """
    error = redrawn - pixels
    weight = 1.0 + PLAIN_WEIGHT * _is_plain(pixels)
    across = (weight[..., 1:] * error.diff(dim=-1).abs()).mean()
    down = (weight[..., 1:, :] * error.diff(dim=-2).abs()).mean()
    pooled = nn.functional.avg_pool2d
    runs = pooled(error, (RUN_PX, 1)).abs().mean() + pooled(error, (1, RUN_PX)).abs().mean()
    cells = pooled(error, RUN_PX).abs().mean()
    return (weight * error.abs()).mean() + 2.0 * error.square().mean() + STEP_WEIGHT * (across + down) + runs + cells


@torch.no_grad()
def _is_plain(pixels: Tensor) -> Tensor:
    """1 where hardly anything changes within a few pixels, 0 elsewhere; shape (n, 1, height, width)."""
    every_second = pixels[..., ::2, ::2]
    change = nn.functional.pad(every_second.diff(dim=-1).abs().amax(dim=1, keepdim=True), (0, 1))
    change = change + nn.functional.pad(every_second.diff(dim=-2).abs().amax(dim=1, keepdim=True), (0, 0, 0, 1))
    near = nn.functional.max_pool2d(change, 5, stride=1, padding=2)
    return nn.functional.interpolate((near < 0.02).float(), scale_factor=2.0)


def grow(
    decoder: nn.Module, scaffold: Scaffold, latents: Tensor, pixels: Tensor, depth: int
) -> tuple[Tensor, Tensor | None]:
    """The scaffold's loss over the first ``depth`` resolutions, and the picture when all of them are there."""
    hidden = decoder.mid_block(decoder.conv_in(latents))
    loss = torch.zeros((), device=latents.device)
    for level, block in enumerate(decoder.up_blocks[:depth]):
        for resnet in block.resnets:
            hidden = resnet(hidden, None)
        if level == len(decoder.up_blocks) - 1:
            return loss, decoder.conv_out(decoder.conv_act(decoder.conv_norm_out(hidden))).float()
        loss = loss + scaffold.loss(level, hidden, pixels)
        if level + 1 < depth:
            hidden = block.upsamplers[0](hidden)
    return loss, None


WHOLE = len(BLOCK_CHANNELS)
# Resolutions trained together up to this share of a new decoder's time: the coarse ones are cheap and come first.
GROWTH = ((0.05, 2), (0.1, 3), (0.18, 4), (0.3, 5), (1.0, WHOLE))
BATCH_AT_DEPTH = {2: 24, 3: 16, 4: 12, 5: 8, WHOLE: 8}
MIX = {"fine-base": 4, "fine-further": 1, "fine-wide": 2}
"""Of eight pictures, how many come from each split; the eighth is plain, soft or noise."""


class PicturesInAnyColour:
    """Draws the decoder's batches: renders as they are, renders in other colours, and what nobody draws."""

    def __init__(self, renders: Path) -> None:
        self.splits = {name: load_split(renders, name).pictures for name in MIX}

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float32]:
        """Shape (size, 3, side, side) in [-1, 1]."""
        eighth = size // 8
        drawn = [plain_and_soft(rng, size - eighth * sum(MIX.values()))]
        for name, share in MIX.items():
            split = self.splits[name]
            pictures = split[np.sort(rng.integers(len(split), size=eighth * share))].transpose(0, 3, 1, 2)
            pixels = pictures.astype(np.float32) / 127.5 - 1.0
            if name == "fine-wide":
                pixels = _mixed_channels(rng, pixels)
            drawn.append(pixels)
        return np.concatenate(drawn)


def _mixed_channels(rng: np.random.Generator, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half of the pictures with red, green and blue exchanged, some of those turned to their negatives, some mirrored."""
    for picture in pixels:
        if rng.random() < 0.5:
            picture[:] = picture[rng.permutation(3)] * rng.choice((-1.0, 1.0), (3, 1, 1), p=(0.25, 0.75))
        if rng.random() < 0.5:
            picture[:] = picture[:, :, ::-1].copy()
    return pixels


def train_vae(workspace: Workspace, minutes: float) -> None:
    """Trains the decoder to redraw pictures of 256 px from the exact latents of their halves."""
    pictures = PicturesInAnyColour(workspace.renders)
    patch_basis = basis(workspace)
    vae, first_step = restore_vae(workspace)
    is_new = first_step == 0
    vae.requires_grad_(False)
    decoder = vae.decoder.requires_grad_(True)
    scaffold = Scaffold(decoder).to(workspace.device)
    average = MovingAverage(vae, decay=0.999)
    optimizer = torch.optim.AdamW([*decoder.parameters(), *scaffold.parameters()], weight_decay=0.0, fused=True)
    rng = np.random.default_rng(first_step)
    pace = Pace(minutes, peak_lr=1.5e-3 if is_new else 6e-4, warmup_steps=50, flat_share=0.4)
    whole, compiled_loss = torch.compile(decoder), torch.compile(redraw_loss)
    step, last_save = first_step, first_step
    for step, lr in pace.steps(first_step):
        depth = next(depth for share, depth in GROWTH if pace.share < share) if is_new else WHOLE
        pixels = torch.from_numpy(pictures.draw(rng, BATCH_AT_DEPTH[depth])).to(workspace.device)
        latents = patch_basis.encode(nn.functional.avg_pool2d(pixels, 2))
        noise = MOST_NOISE * torch.rand(len(latents), 1, 1, 1, device=latents.device) * torch.randn_like(latents)
        noisy = (latents + noise).contiguous(memory_format=torch.channels_last)
        pixels = pixels.contiguous(memory_format=torch.channels_last)
        with torch.autocast(workspace.device.type, torch.bfloat16):
            if is_new:
                scaffold_loss, redrawn = grow(decoder, scaffold, noisy, pixels, depth)
            else:
                scaffold_loss, redrawn = torch.zeros(()), whole(noisy).float()
        loss = scaffold_loss if redrawn is None else compiled_loss(redrawn, pixels) + 0.1 * scaffold_loss
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizer.step()
        average.update(vae)
        if step % 50 == 0:
            psnr = math.nan if redrawn is None else -10 * math.log10((redrawn - pixels).square().mean().item() / 4)
            log.info("vae step %d lr %.1e depth %d loss %.4f psnr %.2f dB", step, lr, depth, loss.item(), psnr)
        if step - last_save >= 300 and depth == WHOLE:
            workspace.save_checkpoint("vae", {"step": step, "ema": average.state_dict()})
            last_save = step
    workspace.save_checkpoint("vae", {"step": step, "ema": average.state_dict()})
