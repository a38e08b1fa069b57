"""One training from its config to a verified adapter file: what the worker calls for a job."""

import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from PIL import ImageChops
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from profile_studio.base_models import find_base_model
from profile_studio.domain.adapters import cover_path
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.errors import InvalidAdapter, InvalidDataset, InvalidSettings, TrainingFailed
from profile_studio.domain.jobs import Interrupted, JobContext, LossPoint, ProgressReport, Wish
from profile_studio.domain.out_of_memory import is_out_of_memory
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families import StableDiffusionPipeline, load_pipeline, pick_device
from profile_studio.families.stable_diffusion import StableDiffusion
from profile_studio.files.atomic import write_atomically, write_json
from profile_studio.files.full_disk import check_room
from profile_studio.files.job_folder import JobFolder
from profile_studio.inference.finite import why_not_finite
from profile_studio.inference.lora_layers import attach_lora
from profile_studio.lora_files import (
    TrainingFacts,
    adapter_metadata,
    base_label,
    changes_nothing,
    has_sound_numbers,
    read_header,
    read_lora,
)
from profile_studio.prompt_tokens import CutCaptions, cut_captions
from profile_studio.settings import Settings
from profile_studio.storage.adapter_names import free_name, placing_adapter
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.jobs import JobRepository
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import TrainingSet, encode_dataset, load_training_set, save_training_set
from profile_studio.training.checkpoints import (
    Progress,
    delete_checkpoints,
    load_newest_checkpoint,
    save_checkpoint,
)
from profile_studio.training.loop import Trainer
from profile_studio.training.samples import draw, keep_cover, write_samples

STEPS_BEFORE_AN_ESTIMATE = 3
STEPS_OF_AN_ESTIMATE = 20
LOSS_SHARE = 0.1  # the first and the last tenth of the curve are averaged into one number each
VERIFICATION_STEPS = 4
_DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


def run_training(config: LoraTrainingConfig, context: JobContext, settings: Settings) -> dict[str, object]:
    """Trains, or goes on training, and publishes the adapter.

    Returns: the job's result, see the fields at `_publish` and `_facts`.
    Raises:
        Interrupted: a person paused or canceled; a pause is saved first.
        DiskFull: there is no room for the next checkpoint or for the result; the last checkpoint is kept.
        TrainingFailed: the loss, the weights or what they draw are no numbers, the memory is too small, or the result
            has no effect.
        NotFinite: the base model draws no picture, before anything is trained.
        InputError: the data set or the base model is not usable (any more).
    """
    try:
        return _Run(config, context, settings).to_the_end()
    except FloatingPointError as error:
        raise TrainingFailed(
            "The training diverged: with its LoRA the picture is NaN.",
            "Train again with a lower learning rate, such as {rate}.",
            rate=f"{config.learning_rate / 4:.1g}",
        ) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingFailed(
            "The memory is too small for {resolution} px pictures in batches of {batch}.",
            "Train with a smaller batch_size, resolution or rank, or close other programs.",
            resolution=config.resolution,
            batch=config.batch_size,
        ) from error


@dataclass(frozen=True)
class _Parts:
    """What a training works with once everything is loaded."""

    pipeline: StableDiffusionPipeline
    training_set: TrainingSet
    facts: TrainingFacts
    trainer: Trainer
    cut_captions: CutCaptions


class _Run:
    """One attempt at a job."""

    def __init__(self, config: LoraTrainingConfig, context: JobContext, settings: Settings) -> None:
        self.config = config
        self.context = context
        self.settings = settings
        self.database = Database(settings.resolved_database_url)
        self.folder = JobFolder(context.folder)
        self.step_seconds: list[float] = []
        self.sample_seconds = 0.0

    def to_the_end(self) -> dict[str, object]:
        if (result := self._published_earlier()) is not None:
            return result
        self._tell(0, "Loading the base model")
        parts = self._prepare()
        progress, resumed_at_step = self._train(parts)
        self._tell(self.config.num_train_steps, "Checking the LoRA")
        result = self._publish(parts, {**_facts(progress, resumed_at_step), "cut_captions": asdict(parts.cut_captions)})
        delete_checkpoints(self.folder)
        return result

    def _published_earlier(self) -> dict[str, object] | None:
        """The result of an attempt that ended between publishing its file and closing its row."""
        written = self.folder.result
        if not written.exists():
            return None
        result = json.loads(written.read_text())
        published = self.settings.user_loras_dir / result["file"]
        if not published.exists():
            return None
        is_ours = read_header(published).metadata.get("profile_studio.job") == self.context.job.id
        return result if is_ours else None

    def _prepare(self) -> _Parts:
        config = self.config
        base = find_base_model(config.base, self.settings)
        device = pick_device()
        if config.precision != "fp32" and device.type != "cuda":
            raise InvalidSettings(
                "The precision {precision} needs a CUDA graphics card, and this machine has none.",
                "Train with precision fp32.",
                precision=config.precision,
            )
        pipeline = load_pipeline(base, device, _DTYPES[config.precision])
        family = StableDiffusion(pipeline)
        self._tell(0, "Reading the pictures")
        training_set = self._training_set(family, base.bucket_step)
        try:
            self._write_samples(pipeline, training_set, step=0)
        except FloatingPointError as error:
            raise why_not_finite(base_label(config.base), pipeline.scheduler) from error
        facts = TrainingFacts(
            base_hash=base.hash,
            prediction_type=family.prediction_type,
            trigger_word=training_set.trigger_word,
            class_word=training_set.class_word,
            captions=training_set.prompts,
            job_id=self.context.job.id,
        )
        trainer = Trainer(family, TrainedAdapter(family, config), training_set, config)
        prompts = [prompt for bucket in training_set.buckets for prompt in bucket.prompts]
        return _Parts(pipeline, training_set, facts, trainer, cut_captions(prompts, base.folder / "tokenizer"))

    def _training_set(self, family: StableDiffusion, bucket_step: int) -> TrainingSet:
        """The encoded pictures of an earlier attempt; encoded anew where they are not there, or damaged."""
        cache = self.folder.cache
        try:
            return load_training_set(cache)
        except (OSError, ValueError, KeyError, SafetensorError):
            save_training_set(cache, encode_dataset(family, self._dataset(), self.config, bucket_step))
        return load_training_set(cache)

    def _dataset(self) -> Dataset:
        dataset = DatasetRepository(self.database, self.settings.datasets_dir).get(self.config.dataset)
        if self.config.dataset_version and dataset.version != self.config.dataset_version:
            raise InvalidDataset(
                "The data set {dataset!r} was changed after this training was queued.",
                "Start the training again.",
                dataset=dataset.name,
            )
        return dataset

    def _train(self, parts: _Parts) -> tuple[Progress, int]:
        config = self.config
        trainer = parts.trainer
        progress = load_newest_checkpoint(self.folder, trainer)
        resumed_at_step = progress.step
        steps = trainer.steps(progress.step)
        while progress.step < config.num_train_steps:
            self.context.yield_device()
            if (wish := self.context.wish()) is not None:
                if wish is Wish.PAUSE:
                    save_checkpoint(self.folder, trainer, progress)
                raise Interrupted(wish)
            started = time.perf_counter()
            loss = next(steps)
            self.step_seconds.append(time.perf_counter() - started)
            _refuse_divergence(loss, progress.step + 1, config)
            progress = Progress((*progress.losses, loss), progress.seconds + self.step_seconds[-1])
            self._tell(progress.step, "", LossPoint(progress.step, loss))
            if config.sample_every and progress.step % config.sample_every == 0:
                self._keep_step(parts, progress.step)
            if progress.step % config.checkpoint_every == 0:
                save_checkpoint(self.folder, trainer, progress)
        if progress.step > resumed_at_step and progress.step % config.checkpoint_every:
            save_checkpoint(self.folder, trainer, progress)  # a check that fails must not cost the whole training
        return progress, resumed_at_step

    def _keep_step(self, parts: _Parts, step: int) -> None:
        """Keeps what this step can draw: its sample pictures, and its adapter for comparing."""
        started = time.perf_counter()
        check_room(self.folder.path, parts.trainer.adapter.file_bytes)
        with write_atomically(self.folder.step_file(step)) as temporary:
            parts.trainer.adapter.save(temporary, adapter_metadata(self.config, parts.facts, step, time.time()))
        self._write_samples(parts.pipeline, parts.training_set, step)
        self.sample_seconds = time.perf_counter() - started

    def _write_samples(self, pipeline: StableDiffusionPipeline, training_set: TrainingSet, step: int) -> None:
        if self.config.sample_every:
            write_samples(
                self.folder,
                pipeline,
                training_set.sample_prompts,
                self.config.resolution,
                step,
                self.context.yield_device,
            )

    def _publish(self, parts: _Parts, facts: dict[str, object]) -> dict[str, object]:
        """Checks the LoRA and gives it its name: the one that was asked for, or a free one if it was taken meanwhile."""
        candidate = self.folder.candidate
        steps = self.config.num_train_steps
        check_room(self.folder.path, parts.trainer.adapter.file_bytes)
        with write_atomically(candidate) as temporary:
            parts.trainer.adapter.save(temporary, adapter_metadata(self.config, parts.facts, steps, time.time()))
        verify_adapter(candidate, parts.pipeline, self.config.resolution, self.context.yield_device)
        if (wish := self.context.wish()) is Wish.CANCEL:  # also what an attempt hears that no longer owns the job
            raise Interrupted(wish)
        with placing_adapter(self.settings):
            name = free_name(self.config.adapter_name, self.settings, JobRepository(self.database))
            if name != self.config.adapter_name:
                renamed = self.config.model_copy(update={"adapter_name": name})
                metadata = adapter_metadata(renamed, parts.facts, steps, time.time())
                save_file(load_file(candidate), candidate, metadata)
            published = self.settings.user_loras_dir / f"{name}.safetensors"
            result = {"adapter": name, "file": published.name, **facts}
            write_json(self.folder.result, result)
            keep_cover(self.folder, cover_path(published))
            candidate.replace(published)
        return result

    def _tell(self, step: int, note: str, *losses: LossPoint) -> None:
        total = self.config.num_train_steps
        self.context.report(ProgressReport(step, total, self._seconds_left(total - step), note, losses))

    def _seconds_left(self, steps_left: int) -> float | None:
        if len(self.step_seconds) < STEPS_BEFORE_AN_ESTIMATE:
            return None
        samples_left = steps_left // self.config.sample_every if self.config.sample_every else 0
        typical_step = statistics.median(self.step_seconds[-STEPS_OF_AN_ESTIMATE:])
        return steps_left * typical_step + samples_left * self.sample_seconds


def verify_adapter(
    path: Path, pipeline: StableDiffusionPipeline, size_px: int, between_steps: Callable[[], None]
) -> None:
    """Makes sure that an adapter file works: the studio reads it, its numbers are sound, and it changes a picture.

    Any LoRA on the pipeline is removed first; it is left without one.

    Raises:
        TrainingFailed: it cannot be read, its numbers are not finite or all zero, or the picture stays the same.
        FloatingPointError: the picture is NaN.
    """
    try:
        lora = read_lora(path)
    except InvalidAdapter as error:
        raise TrainingFailed(
            "The file of the trained LoRA cannot be read back.", "Resume the training; its checkpoint is kept."
        ) from error
    if not has_sound_numbers(lora):
        raise TrainingFailed("The trained LoRA contains NaN or infinite values.", "Train with a lower learning rate.")
    if changes_nothing(lora):
        raise TrainingFailed(
            "The trained LoRA changes nothing: everything it adds is zero.",
            "Train with a higher learning rate or more steps.",
        )
    pipeline.unload_lora_weights()
    without = draw(pipeline, "", size_px, between_steps, VERIFICATION_STEPS)
    attach_lora(pipeline, lora, "verified", path.name, "")
    pipeline.set_adapters(["verified"])
    picture = draw(pipeline, "", size_px, between_steps, VERIFICATION_STEPS)
    pipeline.unload_lora_weights()
    if ImageChops.difference(without, picture).getbbox() is None:
        raise TrainingFailed(
            "The trained LoRA does not change the picture.", "Train with a higher learning rate or more steps."
        )


def _refuse_divergence(loss: float, step: int, config: LoraTrainingConfig) -> None:
    if not math.isfinite(loss):
        raise TrainingFailed(
            "The training diverged at step {step}: its loss is NaN or infinite.",
            "Train again with a lower learning rate, such as {rate}.",
            step=step,
            rate=f"{config.learning_rate / 4:.1g}",
        )


def _facts(progress: Progress, resumed_at_step: int) -> dict[str, object]:
    """What a training says of itself beside the name and the file of its LoRA."""
    ends = max(1, round(len(progress.losses) * LOSS_SHARE))
    return {
        "steps": progress.step,
        "resumed_at_step": resumed_at_step,
        "seconds_training": progress.seconds,
        "steps_per_second": progress.step / progress.seconds,
        "loss": {
            "first": statistics.fmean(progress.losses[:ends]),
            "last": statistics.fmean(progress.losses[-ends:]),
        },
    }
