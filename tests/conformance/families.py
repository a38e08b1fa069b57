"""The families that every fact is checked on, and all of the product that the facts touch.

A new family is one more row of `FAMILIES`. Facts build trainings, take steps, save, load and draw through here alone, so
that a change of the product is followed in one place; what the answers are held against is in `plain`.
"""

import atexit
import copy
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from profile_studio.base_models import find_base_model
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.crops import Resolution
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.families import family_facts
from profile_studio.domain.generation import GenerationRequest
from profile_studio.domain.training import AdapterKind, LoraTrainingConfig, Targets
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Conditioning, Frame
from profile_studio.families.registry import load_family
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference.denoise import initial_noise
from profile_studio.inference.studio_pipeline import StudioPipeline
from profile_studio.lora_files import TrainingFacts, adapter_metadata, read_adapter, read_lora, write_diffusers
from profile_studio.settings import Settings
from profile_studio.training import cache as training_cache
from profile_studio.training import checkpoints, loop
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import TrainingSet
from profile_studio.training.loop import Trainer
from profile_studio.training.schedule import Batch
from profile_studio.worker.composition import train
from tests.conformance import plain
from tests.tiny_base import build_tiny_base, build_tiny_sd3, build_tiny_sdxl
from tests.training.helpers import RecordingContext, create_dataset

TRIGGER_WORD = "dotty"
PICTURES = 4
PROMPT, SEED, DRAWING_STEPS = "dotty, square", 7, 2
CPU = torch.device("cpu")
SCRATCH = Path(tempfile.mkdtemp(prefix="conformance-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)


@dataclass(frozen=True)
class FamilyUnderTest:
    """One row of the table.

    Args:
        base: what a config calls the base; builds it where it does not ship.
        side_px: of a training picture that fills one bucket.
        denoiser: the component that predicts.
        last_weight: its tensor that every prediction passes through last.
        noise_levels: how far timesteps go.
        targets: those that the family has.
        losses: the loss of each sample without weights, from (plain pipeline, latents, prompts, noise, timesteps), by
            diffusers' own schedulers: what the product's is held against.
        weights: what each sample's loss counts, from (plain pipeline, timesteps, gamma), by the published formula.
        absent: parts that diffusers knows and the base has not.
        reads_our_files: whether plain diffusers reads the layout of our files; else it reads what is exported for it.
    """

    name: str
    base: Callable[[], str]
    side_px: int
    denoiser: str
    last_weight: str
    noise_levels: int
    targets: tuple[Targets, ...]
    losses: Callable[[Any, Tensor, Sequence[str], Tensor, Tensor], Tensor]
    weights: Callable[[Any, Tensor, float], Tensor]
    absent: tuple[str, ...] = ()
    reads_our_files: bool = True


@dataclass(frozen=True)
class Case:
    """What one training of the table is of."""

    family: FamilyUnderTest
    kind: AdapterKind
    targets: Targets

    def __str__(self) -> str:
        return f"{self.family.name}-{self.kind}-{self.targets}"


@dataclass(frozen=True)
class Step:
    """What one step did, by the names that tensors have in the file: gradients as the optimizer got them.

    `prompts`, `latents`, `noise` and `timesteps` are what the denoiser was trained on, one entry a sample.
    """

    loss: float
    gradients: Mapping[str, Tensor]
    prompts: tuple[str, ...]
    latents: Tensor
    noise: Tensor
    timesteps: Tensor

    @property
    def shown(self) -> tuple[Tensor, tuple[str, ...], Tensor, Tensor]:
        """What `FamilyUnderTest.losses` is asked with."""
        return self.latents, self.prompts, self.noise, self.timesteps


class Training:
    """A small training of a case that a fact takes step by step.

    Nothing but a gradient moves its weights: there is no decay. `changes` are settings other than those of `_config`.
    """

    def __init__(self, case: Case, **changes: object) -> None:
        self.case = case
        self.config = _config(case, changes)
        loaded = _copy_family(_loaded(case.family))
        self.pipeline = loaded.pipeline
        self._family = _Watched(loaded)
        self._training_set = _training_set(case.family, training_cache.encode_dataset)
        self._facts = TrainingFacts(
            base_hash=find_base_model(self.config.base, Settings()).hash,
            family=loaded.base.family.name,
            prediction_type=loaded.prediction_type,
            trigger_word=TRIGGER_WORD,
            captions=self._training_set.prompts,
            job_id="job",
        )
        self.adapter = TrainedAdapter(self._family, self.config)
        self.trainer = Trainer(self._family, self.adapter, self._training_set, self.config)
        self._progress = checkpoints.Progress()
        self._steps = self.trainer.steps(0)
        self._gradients: dict[str, Tensor] = {}
        self.trainer.optimizer.optimizer.register_step_pre_hook(self._keep_gradients)

    def step(self) -> Step:
        """Takes the next step."""
        self._family.forget()
        loss = next(self._steps)
        self._progress = checkpoints.Progress((*self._progress.losses, loss))
        return Step(loss, self._gradients, *self._family.seen())

    def steps(self, count: int) -> list[Step]:
        return [self.step() for _ in range(count)]

    def weights(self) -> dict[str, Tensor]:
        """Copies of what is trained, by the names that tensors have in the file."""
        return self.adapter.tensors()

    def layers(self) -> set[str]:
        """The names of the trained layers."""
        return {name.removesuffix(".lora_up.weight") for name in self.weights() if name.endswith(".lora_up.weight")}

    def base_weights(self) -> dict[str, Tensor]:
        """Copies of everything of the base that could be trained by mistake, by component and name."""
        trained = {id(parameter) for parameter in self.adapter.parameters}
        return {
            f"{component}.{name}": parameter.detach().clone()
            for component, module in plain.components(self.pipeline).items()
            for name, parameter in module.named_parameters()
            if id(parameter) not in trained
        }

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Sets what is trained, by the names of `weights`."""
        self.adapter.load(weights)

    def randomise(self, scale: float = 0.1) -> None:
        """Makes the adapter strong and random; fp16 holds its numbers exactly, so that a file keeps them."""
        random = np.random.RandomState(1)
        self.load(
            {
                name: torch.from_numpy(random.standard_normal(value.shape).astype(np.float16)).float().mul(scale).half()
                for name, value in self.weights().items()
            }
        )

    def losses(self, step: Step, min_snr_gamma: float | None) -> Tensor:
        """The product's loss of each sample of a step, anew, with another weighting."""
        with torch.no_grad():
            size = Resolution(self.case.family.side_px, self.case.family.side_px)
            conditioning = self._family.encode_prompts(step.prompts)
            conditioning = self._family.frame(conditioning, [Frame.whole(size)] * len(step.prompts))
            return self._family.training_loss(step.latents, conditioning, step.noise, step.timesteps, min_snr_gamma)

    def save(self, path: Path) -> Path:
        """Writes the adapter's file as a training does."""
        self.adapter.save(path, adapter_metadata(self.config, self._facts, self._progress.step, now=0.0))
        return path

    def save_checkpoint(self, folder: Path) -> None:
        checkpoints.save_checkpoint(JobFolder(folder), self.trainer, self._progress)

    def load_checkpoint(self, folder: Path) -> int:
        """Goes on from the newest checkpoint; returns its step."""
        self._progress = checkpoints.load_newest_checkpoint(JobFolder(folder), self.trainer)
        self._steps = self.trainer.steps(self._progress.step)
        return self._progress.step

    def _keep_gradients(self, *_arguments: object) -> None:
        names = self.weights()
        self._gradients = {
            name: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.clone()
            for name, parameter in zip(names, self.adapter.parameters, strict=True)
        }


@dataclass(frozen=True)
class FixedBatch:
    """What one step sees: `pictures` of the data set, `timesteps` of shape (batch,), `noise` shaped as their latents."""

    pictures: tuple[int, ...]
    timesteps: Tensor
    noise: Tensor


@contextmanager
def shown(batches: Sequence[FixedBatch], noise_levels: int) -> Iterator[None]:
    """Trainings see these batches, one a step, instead of those that their seed draws."""

    class GivenBatch(Batch):
        def noise(self, shape: tuple[int, ...]) -> Tensor:
            return batches[self.noise_seed].noise.reshape(shape)

    def batch(_config: LoraTrainingConfig, number: int, *_arguments: object) -> Batch:
        pictures = list(batches[number].pictures)
        levels = (batches[number].timesteps + 0.5) / noise_levels
        unseen, kept = [0] * len(pictures), [False] * len(pictures)
        return GivenBatch(0, pictures, unseen, kept, kept, levels, noise_seed=number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "draw_batch", batch)
        yield


class _Watched:
    """A family that remembers what a trainer showed it."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self._prompts: list[tuple[str, Tensor]] = []
        self._shown: tuple[Tensor, Tensor, Tensor, Tensor] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._family, name)

    def encode_prompts(self, prompts: Sequence[str]) -> Conditioning:
        encoded = self._family.encode_prompts(prompts)
        self._prompts += zip(prompts, encoded.prompt_embeds.detach(), strict=True)
        return encoded

    def training_loss(
        self,
        latents: Tensor,
        conditioning: Conditioning,
        noise: Tensor,
        timesteps: Tensor,
        min_snr_gamma: float | None,
        target: Tensor | None = None,
    ) -> Tensor:
        self._shown = (latents.detach(), conditioning.prompt_embeds.detach(), noise.detach(), timesteps)
        return self._family.training_loss(latents, conditioning, noise, timesteps, min_snr_gamma, target)

    def forget(self) -> None:
        self._shown = None

    def seen(self) -> tuple[tuple[str, ...], Tensor, Tensor, Tensor]:
        assert self._shown is not None, "the trainer asked for no loss"
        latents, embeds, noise, timesteps = self._shown
        newest_first = self._prompts[::-1]
        prompts = tuple(next(prompt for prompt, own in newest_first if torch.equal(own, row)) for row in embeds)
        return prompts, latents, noise, timesteps


def plain_pipeline(family: FamilyUnderTest) -> Any:
    """The base as plain diffusers loads it, for whatever a fact does to it."""
    return plain.copied(_plain_pipeline(family))


def draw_in_studio(family: FamilyUnderTest, file: Path | None = None, guidance_scale: float = 1.0) -> Tensor:
    """What the studio draws with a file at weight 1, before it is rounded: shape (1, 3, height, width)."""
    studio = StudioPipeline(_copy_family(_loaded(family)))
    request = GenerationRequest(
        prompt=PROMPT, base=family.base(), num_inference_steps=DRAWING_STEPS, seed=SEED, guidance_scale=guidance_scale
    )
    # Plain diffusers is asked for the prompt alone.
    chosen = [WeightedAdapter(replace(read_adapter(file), trigger_word=""), 1.0)] if file else []
    return plain.decoded(studio.family.pipeline, lambda: list(studio.draw(request, chosen)))


def draw_in_diffusers(family: FamilyUnderTest, file: Path | None = None, guidance_scale: float = 1.0) -> Tensor:
    """What plain diffusers draws of the same words from the same noise."""
    pipeline = plain_pipeline(family)
    if file:
        load_in_diffusers(pipeline, family, file)
    native = _loaded(family).base.native_size
    noise = initial_noise(SEED, (1, *_loaded(family).latent_shape(native, native)))
    return plain.decoded(
        pipeline,
        lambda: pipeline(
            PROMPT,
            num_inference_steps=DRAWING_STEPS,
            guidance_scale=guidance_scale,
            latents=noise,
        ),
    )


def load_in_diffusers(pipeline: Any, family: FamilyUnderTest, file: Path) -> None:
    """Attaches a file as people do who have plain diffusers."""
    if not family.reads_our_files:
        file, lora = file.with_name(f"exported-{file.name}"), read_lora(file)
        write_diffusers(file, lora)
    pipeline.load_lora_weights(file.parent, weight_name=file.name)


def run_job(case: Case, home: Path, base: str) -> None:
    """Trains a case from its config to the published file, as the worker does."""
    settings = Settings(home=home)
    settings.create_folders()
    create_dataset(settings)
    config = _config(case, {"base": base, "num_train_steps": 2})
    train(config, RecordingContext(settings.jobs_dir / "job"), settings)


def published(home: Path) -> list[Path]:
    """The adapters that jobs of this home have published."""
    return sorted(Settings(home=home).user_loras_dir.iterdir())


def base_with_nan(family: FamilyUnderTest, folder: Path) -> str:
    """A copy of a base whose denoiser predicts nothing but NaN."""
    shutil.copytree(find_base_model(family.base(), Settings()).folder, folder)
    (path,) = (folder / family.denoiser).glob("*.safetensors")
    weights = load_file(path)
    save_file({**weights, family.last_weight: torch.full_like(weights[family.last_weight], torch.nan)}, path)
    return str(folder)


def dataset_of(family: FamilyUnderTest) -> Dataset:
    """Coloured squares, each with a caption of its own."""
    return _dataset(family.side_px)


def _config(case: Case, changes: Mapping[str, object]) -> LoraTrainingConfig:
    values: dict[str, object] = {
        "dataset": "dots",
        "adapter_name": "dotted",
        "base": case.family.base(),
        "kind": case.kind,
        "targets": case.targets,
        "num_train_steps": 10,
        "rank": 4,
        "network_alpha": 2.0,
        "learning_rate": 1e-2,
        "lr_scheduler": "constant",
        "batch_size": 2,
        "resolution": case.family.side_px,
        "caption_dropout": 0.0,
        "min_snr_gamma": None,
        "max_grad_norm": 1e6,  # none is clipped
        "weight_decay": 0.0,
        "checkpoint_every": 1,
        "sample_every": 0,
    }
    return LoraTrainingConfig.model_validate({**values, **changes})


@cache
def _dataset(side_px: int) -> Dataset:
    folder = SCRATCH / f"pictures-{side_px}"
    folder.mkdir()
    images: list[DatasetImage] = []
    for number in range(PICTURES):
        path = folder / f"{number}.png"
        colours = np.random.RandomState(number).randint(0, 256, (4, 4, 3)).astype(np.uint8)
        Image.fromarray(colours).resize((side_px, side_px), Image.Resampling.NEAREST).save(path)
        images.append(DatasetImage(f"{number}", path, path.name, f"square number {number}", False, side_px, side_px))
    return Dataset("dots", "1", TRIGGER_WORD, "dots", None, 0.0, tuple(images))


@cache
def _training_set(family: FamilyUnderTest, encode: Callable[..., TrainingSet]) -> TrainingSet:
    """The encoded pictures, which do not differ between cases; `encode` is an argument because faults replace it."""
    base = find_base_model(family.base(), Settings())
    config = _config(Case(family, AdapterKind.STYLE, family.targets[0]), {})
    return encode(_loaded(family), dataset_of(family), config, base.bucket_step)


def _copy_family(family: Family) -> Family:
    """A family of its own in all that could be trained; the VAE is shared, which nothing changes."""
    return copy.deepcopy(family, {id(family.pipeline.vae): family.pipeline.vae})


@cache
def _loaded(family: FamilyUnderTest) -> Family:
    return load_family(find_base_model(family.base(), Settings()), CPU, torch.float32)


@cache
def _plain_pipeline(family: FamilyUnderTest) -> Any:
    return plain.load(find_base_model(family.base(), Settings()).folder, family.denoiser, family.absent)


@cache
def _tiny_sd15() -> str:
    return str(build_tiny_base(SCRATCH / "tiny-sd15"))


@cache
def _tiny_sdxl() -> str:
    return str(build_tiny_sdxl(SCRATCH / "tiny-sdxl"))


@cache
def _tiny_sd3() -> str:
    return str(build_tiny_sd3(SCRATCH / "tiny-sd3"))


FAMILIES = (
    FamilyUnderTest(
        "sd15", _tiny_sd15, 64, "unet", "conv_out.bias", 1000, tuple(Targets), plain.sd1_losses, plain.sd1_weights
    ),
    FamilyUnderTest(
        "starter",
        lambda: "starter",
        256,
        "unet",
        "conv_out.bias",
        1000,
        (Targets.ATTENTION, Targets.ALL),  # the class of sd15, which has them all
        plain.sd1_losses,
        partial(plain.sd1_weights, floor=1.0),
    ),
    FamilyUnderTest(
        "sdxl",
        _tiny_sdxl,
        64,
        "unet",
        "conv_out.bias",
        1000,
        family_facts("sdxl").targets,
        plain.sdxl_losses,
        plain.sd1_weights,
    ),
    FamilyUnderTest(
        "sd3",
        _tiny_sd3,
        64,
        "transformer",
        "proj_out.bias",
        1000,
        family_facts("sd3").targets,
        plain.sd3_losses,
        plain.equal_weights,
        absent=("text_encoder_3", "tokenizer_3"),
        reads_our_files=False,
    ),
)
TINY, STARTER, *_ = FAMILIES

CASES = tuple(
    Case(family, tuple(AdapterKind)[(row + column) % len(AdapterKind)], targets)
    for row, family in enumerate(FAMILIES)
    for column, targets in enumerate(family.targets)
)
"""Every target of every family, and the kinds of adapters in turn: a kind changes no more than what a file says of itself."""

A_CASE_A_KIND_OF_LAYER = tuple(
    case for case in CASES if case.targets in (Targets.ALL, Targets.ATTENTION_AND_TEXT_ENCODER)
)
"""For what differs between linear layers, convolutions and text encoders, and not between sets of them."""

A_CASE_A_FAMILY = tuple(Case(family, AdapterKind.STYLE, family.targets[0]) for family in FAMILIES)
"""For what neither kind nor target can change."""
