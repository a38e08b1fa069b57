"""Stage ``vae``: an ``AutoencoderKL`` whose encoder is the patch basis, exactly, and whose decoder is learned."""

import logging
import math

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn

from profile_studio.starter.latents import (
    BLOCK_COMPONENTS,
    CHANNELS,
    PatchBasis,
    fit_basis,
    load_basis,
    save_basis,
    to_pixels,
)
from profile_studio.starter.render import load_split
from profile_studio.starter.workspace import MovingAverage, Pace, Workspace

log = logging.getLogger(__name__)

BLOCK_CHANNELS = (16, 48, 96, 128, 128)
GROUPS = 16
BATCH = 8
LATENT_NOISE = 0.1
"""Deviation of the noise on training latents: samples of a U-Net are never exactly on the manifold."""
STEP_WEIGHT = 1.0
_ANCHOR = 64.0
_LOG_VARIANCE = -12.0


def new_vae() -> AutoencoderKL:
    return AutoencoderKL(
        latent_channels=CHANNELS,
        block_out_channels=BLOCK_CHANNELS,
        layers_per_block=1,
        norm_num_groups=GROUPS,
        down_block_types=("DownEncoderBlock2D",) * len(BLOCK_CHANNELS),
        up_block_types=("UpDecoderBlock2D",) * len(BLOCK_CHANNELS),
        sample_size=128,
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

    All residual branches are zero, each downsampling gathers 2 x 2 blocks into channels, and the last one projects. The
    final GroupNorm and SiLU are undone exactly enough: each group holds three latents, their negatives and two
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
    downsamplers = [block.downsamplers[0].conv for block in encoder.down_blocks[:4]]
    for resnet, channels in zip(resnets, (3, 12, 48, BLOCK_COMPONENTS, BLOCK_CHANNELS[4]), strict=True):
        _pass_through(resnet, channels)
    _gather(downsamplers[0], torch.eye(12).reshape(12, 4, 3))
    _gather(downsamplers[1], torch.eye(48).reshape(48, 4, 12))
    _gather(downsamplers[2], patch_basis.block_components[:, _block_order()].reshape(BLOCK_COMPONENTS, 4, 48))
    _project(downsamplers[3], patch_basis)
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
        group, slot = divmod(latent, 3)
        channel = group * 8 + slot * 2
        conv.weight[channel, :BLOCK_COMPONENTS, :2, :2] = blocks[latent]
        conv.weight[channel + 1, :BLOCK_COMPONENTS, :2, :2] = -blocks[latent]
        assert conv.bias is not None
        conv.bias[channel], conv.bias[channel + 1] = offset[latent], -offset[latent]
    for group in range(GROUPS):
        assert conv.bias is not None
        conv.bias[group * 8 + 6], conv.bias[group * 8 + 7] = _ANCHOR, -_ANCHOR


def _write_output(encoder: nn.Module, vae: AutoencoderKL) -> None:
    deviation = _ANCHOR / 2  # of a group of eight with two anchors and six small numbers
    encoder.conv_norm_out.weight.fill_(deviation)
    encoder.conv_norm_out.bias.zero_()
    for latent in range(CHANNELS):
        group, slot = divmod(latent, 3)
        channel = group * 8 + slot * 2
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
        self.cell_px = [16 >> level for level in range(len(channels))]
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
    """Errors of the pixels, and of the steps between neighbours: faint stripes on a plain background are all steps."""
    error = redrawn - pixels
    steps = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + 2.0 * error.square().mean() + STEP_WEIGHT * steps


def grow(
    decoder: nn.Module, scaffold: Scaffold, latents: Tensor, pixels: Tensor, depth: int
) -> tuple[Tensor, Tensor | None]:
    """The scaffold's loss over the first ``depth`` resolutions, and the picture when all five are there."""
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


# Resolutions trained together up to this share of a new decoder's time: the coarse ones are cheap and come first.
GROWTH = ((0.06, 2), (0.14, 3), (0.28, 4), (1.0, 5))
BATCH_AT_DEPTH = {2: 24, 3: 16, 4: 12, 5: BATCH}


def train_vae(workspace: Workspace, minutes: float) -> None:
    """Trains the decoder to redraw pictures from their exact latents."""
    pictures = [load_split(workspace.renders, name).pictures for name in ("base", "further")]
    patch_basis = basis(workspace)
    vae, first_step = restore_vae(workspace)
    is_new = first_step == 0
    vae.requires_grad_(False)
    decoder = vae.decoder.requires_grad_(True)
    scaffold = Scaffold(decoder).to(workspace.device)
    average = MovingAverage(vae, decay=0.998)
    optimizer = torch.optim.AdamW([*decoder.parameters(), *scaffold.parameters()], weight_decay=0.0, fused=True)
    rng = np.random.default_rng(first_step)
    pace = Pace(minutes, peak_lr=1.5e-3, warmup_steps=50, flat_share=0.5)
    full_decoder = torch.compile(grow)
    step, last_save = first_step, first_step
    for step, lr in pace.steps(first_step):
        depth = next(depth for share, depth in GROWTH if pace.share < share) if is_new else 5
        # One picture in four is of a further style: enough for a decoder that adapters can bend.
        size = BATCH_AT_DEPTH[depth]
        shares = zip(pictures, (size - size // 4, size // 4), strict=True)
        batch = np.concatenate([split[np.sort(rng.integers(len(split), size=count))] for split, count in shares])
        pixels = to_pixels(batch, workspace.device).contiguous(memory_format=torch.channels_last)
        latents = patch_basis.encode(pixels)
        noisy = (latents + LATENT_NOISE * torch.randn_like(latents)).contiguous(memory_format=torch.channels_last)
        with torch.autocast(workspace.device.type, torch.bfloat16):
            scaffold_loss, redrawn = (full_decoder if depth == 5 else grow)(decoder, scaffold, noisy, pixels, depth)
        loss = scaffold_loss if redrawn is None else redraw_loss(redrawn, pixels) + 0.1 * scaffold_loss
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
        optimizer.step()
        average.update(vae)
        if step % 50 == 0:
            psnr = math.nan if redrawn is None else -10 * math.log10((redrawn - pixels).square().mean().item() / 4)
            log.info("vae step %d lr %.1e depth %d loss %.4f psnr %.2f dB", step, lr, depth, loss.item(), psnr)
        if step - last_save >= 300 and depth == 5:
            workspace.save_checkpoint("vae", {"step": step, "ema": average.state_dict()})
            last_save = step
    workspace.save_checkpoint("vae", {"step": step, "ema": average.state_dict()})
