"""Stage ``face``: the face-stability adapter, trained where it must work: beside style adapters that bend faces.

Alone on the base's own portraits a LoRA has nothing to learn, because the base draws them already. So each step attaches
a style adapter at a random weight, frozen, and asks for a clean picture: up to `FULL_STYLE` a portrait of the base, above
it a portrait *in that style*, so that faces are mended without giving the style back. To see what it does for a style
that it never met, train with ``--loras`` naming a folder without that style.
"""

import logging
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from profile_studio.base_models import STARTER, BaseModel
from profile_studio.domain.families import family_facts
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.domain.trigger_words import prompt_with_trigger
from profile_studio.families.stable_diffusion import StableDiffusion
from profile_studio.files.atomic import write_atomically
from profile_studio.inference.adapters import without_peft_warnings
from profile_studio.lora_files import TrainingFacts, adapter_metadata, check_base, read_adapter
from profile_studio.starter import looks
from profile_studio.starter.captions import caption, content_caption
from profile_studio.starter.examples import draw_example
from profile_studio.starter.latents import halved, to_pixels
from profile_studio.starter.portraits import Attributes
from profile_studio.starter.render import load_split
from profile_studio.starter.vae import basis
from profile_studio.starter.workspace import Pace, Workspace
from profile_studio.training.adapter import TrainedAdapter

log = logging.getLogger(__name__)

NAME = "face-stability"
BATCH = 16
STYLE_PICTURES = 400
MAXIMUM_WEIGHT = 1.5
FULL_STYLE = 0.5
"""The style weight from which a clean picture is one in the style."""
CAPTION_DROPOUT = 0.15
MIN_SNR_GAMMA = 5.0
_PEFT_NAME = "trained"
DEFAULT_WEIGHT = 0.5


@dataclass(frozen=True)
class CleanPictures:
    """Clean portraits of one kind as latents, shape (n, channels, height, width), and what they show."""

    latents: Tensor
    attributes: Sequence[Attributes]
    trigger_word: str = ""

    def prompt(self, index: int, rng: random.Random) -> str:
        """What a person would ask for to get this picture."""
        if rng.random() < CAPTION_DROPOUT:
            return ""
        if not self.trigger_word:
            return caption(self.attributes[index], rng)
        return prompt_with_trigger(self.trigger_word, content_caption(self.attributes[index], rng))


def balanced_order(attributes: Sequence[Attributes], rng: random.Random, count: int) -> list[int]:
    """Indices such that skin tones, glasses or none, and beard or none come equally often together."""
    cells: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, shown in enumerate(attributes):
        has_glasses, has_beard = (
            shown.glasses in ("glasses", "sunglasses"),
            shown.facial_hair in ("beard", "moustache"),
        )
        cells[shown.skin, has_glasses, has_beard].append(index)
    groups = list(cells.values())
    return [rng.choice(groups[number % len(groups)]) for number in range(count)]


def train_face(workspace: Workspace, minutes: float) -> None:
    """Trains the adapter on the shipped starter and style adapters; writes ``face-stability.safetensors`` beside them."""
    base = _base(workspace)
    family = StableDiffusion(base, workspace.device, torch.float32)
    styles = _attach_styles(workspace, family)
    own = _base_portraits(workspace)
    in_style = {style: _style_portraits(workspace, style, trigger) for style, trigger in styles.items()}
    config = LoraTrainingConfig(
        dataset=NAME,
        adapter_name=NAME,
        kind=AdapterKind.FACE,
        rank=16,
        network_alpha=16,
        targets=Targets.ALL,
        learning_rate=1e-3,
        batch_size=BATCH,
        resolution=looks.SIDE_PX,
        min_snr_gamma=MIN_SNR_GAMMA,
        caption_dropout=CAPTION_DROPOUT,
    )
    with without_peft_warnings():
        adapter = TrainedAdapter(family, config)
    checkpoint = workspace.load_checkpoint("face")
    first_step = 0
    if checkpoint is not None and checkpoint["base_hash"] == base.hash:
        adapter.load(checkpoint["tensors"])
        first_step = checkpoint["step"]
    optimizer = torch.optim.AdamW(adapter.parameters, weight_decay=0.01)
    rng = random.Random(first_step)
    torch.manual_seed(first_step)
    step, running = first_step, 0.0
    for step, lr in Pace(minutes, config.learning_rate, warmup_steps=50, flat_share=0.4).steps(first_step):
        style, weight = rng.choice(list(styles)), rng.uniform(0, MAXIMUM_WEIGHT)
        _use_frozen(family, adapter, style, weight)
        clean = in_style[style] if weight >= FULL_STYLE else own
        loss = _loss(family, clean, rng, workspace.device)
        optimizer.param_groups[0]["lr"] = lr
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adapter.parameters, config.max_grad_norm)
        optimizer.step()
        running += loss.item()
        if step % 50 == 49:
            log.info("face step %d lr %.1e loss %.4f", step + 1, lr, running / 50)
            running = 0.0
    workspace.save_checkpoint("face", {"step": step + 1, "base_hash": base.hash, "tensors": adapter.tensors()})
    _publish(workspace, adapter, config.model_copy(update={"num_train_steps": step + 1}), base, family)


def _base(workspace: Workspace) -> BaseModel:
    folder = workspace.starter.resolve()
    return BaseModel(
        STARTER,
        folder,
        family_facts("sd1"),
        looks.SIDE_PX,
        64,
        (folder / "unet" / "diffusion_pytorch_model.safetensors",),
    )


def _attach_styles(workspace: Workspace, family: StableDiffusion) -> dict[str, str]:
    """Loads the style adapters that ship; name to trigger word.

    Raises:
        InvalidAdapter: one was trained on an older starter.
    """
    styles: dict[str, str] = {}
    for path in sorted(workspace.loras.glob("*.safetensors")):
        adapter = read_adapter(path)
        if adapter.kind is AdapterKind.STYLE:
            check_base(adapter, STARTER, family.base.hash, family.base.family.name)
            with without_peft_warnings():
                family.pipeline.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=adapter.name)
            styles[adapter.name] = adapter.trigger_word
    return styles


def _use_frozen(family: StableDiffusion, adapter: TrainedAdapter, style: str, weight: float) -> None:
    """Attaches the style at this weight beside the trained adapter, which alone learns."""
    family.pipeline.set_adapters([style, _PEFT_NAME], [weight, 1.0])
    family.pipeline.unet.requires_grad_(False)
    for parameter in adapter.parameters:
        parameter.requires_grad_(True)


def _loss(family: StableDiffusion, clean: CleanPictures, rng: random.Random, device: torch.device) -> Tensor:
    chosen = balanced_order(clean.attributes, rng, BATCH)
    latents = clean.latents[chosen].contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        conditioning = family.encode_prompts([clean.prompt(index, rng) for index in chosen])
    timesteps = family.noise_levels(torch.rand(BATCH, device=device))
    with torch.autocast(device.type, torch.bfloat16):
        return family.training_loss(latents, conditioning, torch.randn_like(latents), timesteps, MIN_SNR_GAMMA).mean()


def _encode(workspace: Workspace, pictures: np.ndarray) -> Tensor:
    patch_basis = basis(workspace)
    return torch.cat(
        [
            patch_basis.encode(to_pixels(pictures[start : start + 256], workspace.device))
            for start in range(0, len(pictures), 256)
        ]
    )


def _base_portraits(workspace: Workspace) -> CleanPictures:
    split = load_split(workspace.renders, "base")
    chosen = balanced_order(split.attributes, random.Random(0), 4000)
    return CleanPictures(_encode(workspace, split.pictures[chosen]), [split.attributes[index] for index in chosen])


def _style_portraits(workspace: Workspace, style: str, trigger_word: str) -> CleanPictures:
    """Fresh portraits in a style that ships; no example picture is among them."""
    drawn = [draw_example(style, "face", index) for index in range(STYLE_PICTURES)]
    pictures = halved(np.stack([picture for _, picture in drawn]))
    return CleanPictures(_encode(workspace, pictures), [shown for shown, _ in drawn], trigger_word)


def _publish(
    workspace: Workspace, adapter: TrainedAdapter, config: LoraTrainingConfig, base: BaseModel, family: StableDiffusion
) -> None:
    facts = TrainingFacts(
        base_hash=base.hash,
        family=base.family.name,
        prediction_type=family.prediction_type,
        trigger_word="",
        captions=(),
        job_id="recipe",
        default_weight=DEFAULT_WEIGHT,
    )
    path: Path = workspace.loras / f"{NAME}.safetensors"
    with write_atomically(path) as temporary:
        adapter.save(temporary, adapter_metadata(config, facts, config.num_train_steps, time.time()))
    log.info("wrote %s, step %d", path, config.num_train_steps)
