"""One training from its config to a verified adapter file: what the worker calls for a job."""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from profile_studio.base_models import BaseModel
from profile_studio.domain.adapters import cover_path
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.errors import TrainingFailed
from profile_studio.domain.jobs import Interrupted, JobContext, LossPoint, ProgressReport, StartAgain, Wish
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.domain.out_of_memory import is_out_of_memory
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.domain.training_changes import (
    TrainingChange,
    after_divergence,
    after_lack_of_memory,
    changed,
)
from profile_studio.families import pick_device
from profile_studio.families.base import Family
from profile_studio.families.registry import load_family
from profile_studio.files.atomic import write_atomically, write_json
from profile_studio.files.full_disk import check_room
from profile_studio.files.job_folder import JobFolder
from profile_studio.files.training_changes import keep_changes, read_changes
from profile_studio.inference.finite import why_not_finite
from profile_studio.lora_files import (
    TrainingFacts,
    adapter_metadata,
    base_label,
)
from profile_studio.prompt_tokens import CutCaptions, cut_captions
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import (
    PromptEncoder,
    TrainingSet,
    encode_dataset,
    load_training_set,
    save_training_set,
)
from profile_studio.training.checkpoints import (
    Progress,
    delete_checkpoints,
    go_back,
    load_newest_checkpoint,
    save_checkpoint,
)
from profile_studio.training.failures import Diverged, check_losses, check_weights, pictures_of_step
from profile_studio.training.loop import Trainer
from profile_studio.training.precision import DTYPES, decide_precision, has_bf16
from profile_studio.training.samples import NEGATIVE_PROMPT, keep_cover, write_samples
from profile_studio.training.verification import CHECKED_PROMPT, verify_adapter

STEPS_BEFORE_AN_ESTIMATE = 3
STEPS_OF_AN_ESTIMATE = 20
LOSS_SHARE = 0.1  # the first and the last tenth of the curve are averaged into one number each
LOADING = Sentence("loads the base model")
READING = Sentence("reads the pictures")
CHECKING = Sentence("checks the LoRA")
FORMER_NOISE = Sentence(
    "This training began before the studio's noise changed: it goes on with the new one, and cannot be repeated exactly."
)


class Publisher(Protocol):
    """Who gives a trained LoRA its name and place."""

    def free_place(self, wanted: str) -> AbstractContextManager[Path]:
        """The path to publish under, which nobody else takes inside the block; its stem is the LoRA's name."""
        ...


def run_training(
    config: LoraTrainingConfig,
    base: BaseModel,
    load_dataset: Callable[[], Dataset],
    folder: JobFolder,
    publisher: Publisher,
    context: JobContext,
) -> dict[str, object]:
    """Trains, or goes on training, and publishes the adapter.

    Args:
        load_dataset: called only where the folder does not have the encoded pictures of an earlier attempt.
    Returns: the job's result, see the fields at `_publish` and `_facts`.
    Raises:
        Interrupted: a person paused or canceled; a pause is saved first.
        StartAgain: the memory was too small; the job goes on with less in a new process.
        DiskFull: there is no room for the next checkpoint or for the result; the last checkpoint is kept.
        TrainingFailed: the training diverged whatever was tried, what it draws is no picture, the memory is too small,
            or the result has no effect.
        NotFinite: the base model draws no picture, before anything is trained.
        InputError: a picture or the base model is not usable (any more), or what `load_dataset` raises.
    """
    changes = read_changes(folder)
    run = _Run(changed(config, changes), base, load_dataset, folder, publisher, context, changes)
    try:
        return run.to_the_end()
    except Diverged as divergence:
        run.keep(run.change_after_divergence(divergence))
    except FloatingPointError as error:
        raise TrainingFailed(
            "The training diverged: with its LoRA the picture is NaN.",
            "Train again with a lower learning rate, such as {rate}.",
            rate=f"{config.learning_rate / 4:.1g}",
        ) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        if run.finished_steps is not None:
            change = after_lack_of_memory(run.config, base.bucket_step, run.finished_steps)
            if change is not None:
                run.keep(change)
                raise StartAgain from error
        raise TrainingFailed(
            "The memory is too small for {resolution} px pictures in batches of {batch}.",
            "Train with a smaller batch_size, resolution or rank, or close other programs.",
            resolution=run.config.resolution,
            batch=run.config.batch_size,
        ) from error
    del run  # its model makes room for the next one
    return run_training(config, base, load_dataset, folder, publisher, context)


@dataclass(frozen=True)
class _Parts:
    """What a training works with once everything is loaded."""

    family: Family
    training_set: TrainingSet
    facts: TrainingFacts
    trainer: Trainer
    cut_captions: CutCaptions


@dataclass
class _Run:
    """One attempt at a job."""

    config: LoraTrainingConfig
    base: BaseModel
    load_dataset: Callable[[], Dataset]
    folder: JobFolder
    publisher: Publisher
    context: JobContext
    changes: tuple[TrainingChange, ...]
    finished_steps: int | None = None  # of all attempts; None while this one does not train
    step_seconds: list[float] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)
    sample_seconds: float = 0.0

    def to_the_end(self) -> dict[str, object]:
        for change in self.changes:
            self._remark(change.told)
        self._tell(0, LOADING)
        parts = self._prepare()
        progress, resumed_at_step = self._train(parts)
        self._tell(self.config.num_train_steps, CHECKING)
        facts = {
            "cut_captions": asdict(parts.cut_captions),
            "precision": self.config.precision,
            "remarks": self.remarks,
            "changes": self._told_changes(),
        }
        result = self._publish(parts, {**_facts(progress, resumed_at_step), **facts})
        delete_checkpoints(self.folder)
        return result

    def _prepare(self) -> _Parts:
        device = pick_device()
        precision, remark = decide_precision(self.config.precision, device.type, has_bf16=has_bf16())
        if remark is not None:
            self._remark(remark)
        self.config = config = self.config.model_copy(update={"precision": precision})  # what the LoRA will say
        family = load_family(self.base, device, DTYPES[precision])
        self._tell(0, READING)
        training_set = self._training_set(family)
        trainer = Trainer(family, TrainedAdapter(family, config), training_set, config)
        prompts = [prompt for bucket in training_set.buckets for prompt in bucket.prompts]
        worded = [*prompts, training_set.trigger_word]
        ordinary = [training_set.without_trigger(prompt) for prompt in worded] if config.trigger_dropout else []
        trainer.prompts.take_over([*worded, *ordinary, *training_set.sample_prompts, CHECKED_PROMPT, NEGATIVE_PROMPT])
        try:
            self._write_samples(family, trainer.prompts, training_set, step=0)
        except FloatingPointError as error:
            raise why_not_finite(base_label(config.base), family.noise_scheduler) from error
        facts = TrainingFacts(
            base_hash=self.base.hash,
            family=self.base.family.name,
            prediction_type=family.prediction_type,
            trigger_word=training_set.trigger_word,
            class_word=training_set.class_word,
            captions=training_set.prompts,
            job_id=self.context.job.id,
            changes=self._told_changes(),
        )
        return _Parts(family, training_set, facts, trainer, cut_captions(prompts, self.base.tokenizer))

    def _training_set(self, family: Family) -> TrainingSet:
        """The encoded pictures of an earlier attempt; encoded anew where they are not there, or damaged."""
        cache = self.folder.cache
        try:
            return load_training_set(cache)
        except (OSError, ValueError, KeyError, SafetensorError):
            save_training_set(cache, encode_dataset(family, self.load_dataset(), self.config, self.base.bucket_step))
        return load_training_set(cache)

    def _train(self, parts: _Parts) -> tuple[Progress, int]:
        config = self.config
        trainer = parts.trainer
        progress = load_newest_checkpoint(self.folder, trainer)
        if progress.step and progress.noise_version != NOISE_VERSION:
            self._remark(FORMER_NOISE)
        resumed_at_step = self.finished_steps = progress.step
        steps = trainer.steps(progress.step)
        while progress.step < config.num_train_steps:
            self.context.yield_device()
            if (wish := self.context.wish()) is not None:
                if wish is Wish.PAUSE:
                    self._save(trainer, progress)
                raise Interrupted(wish)
            started = time.perf_counter()
            loss = next(steps)
            self.step_seconds.append(time.perf_counter() - started)
            progress = progress.after(loss, self.step_seconds[-1])
            check_losses(progress.losses)
            self.finished_steps = progress.step
            self._tell(progress.step, "", LossPoint(progress.step, loss))
            if config.sample_every and progress.step % config.sample_every == 0:
                self._keep_step(parts, progress.step)
            if progress.step % config.checkpoint_every == 0:
                self._save(trainer, progress)
        self.finished_steps = None
        if progress.step > resumed_at_step and progress.step % config.checkpoint_every:
            self._save(trainer, progress)  # a check that fails must not cost the whole training
        return progress, resumed_at_step

    def _save(self, trainer: Trainer, progress: Progress) -> None:
        if progress.step:
            check_weights(trainer.parameters, progress.step)
        save_checkpoint(self.folder, trainer, progress)

    def change_after_divergence(self, divergence: Diverged) -> TrainingChange:
        """What to go on with, at the last good checkpoint.

        Raises:
            TrainingFailed: nothing is left to try.
        """
        config, step = self.config, divergence.step
        names = pictures_of_step(config, load_training_set(self.folder.cache), step)
        back = go_back(self.folder, divergence.good_steps)
        computed, _ = decide_precision(config.precision, pick_device().type, has_bf16=has_bf16())
        change = after_divergence(config, computed, self.changes, step, divergence.why, names, back)
        if change is None:
            raise TrainingFailed(
                "The training diverged at step {step}: {why}. It was shown {names}.",
                "Train again with a lower learning rate, such as {rate}.",
                step=step,
                why=divergence.why,
                names=names,
                rate=f"{config.learning_rate / 4:.1g}",
            ) from divergence
        return change

    def _told_changes(self) -> list[dict[str, object]]:
        return [{"step": change.step, **change.values} for change in self.changes]

    def keep(self, change: TrainingChange) -> None:
        """Makes a change part of the job."""
        if "resolution" in change.values:
            self.folder.cache.unlink(missing_ok=True)  # its pictures have the former size
        keep_changes(self.folder, (*self.changes, change))

    def _keep_step(self, parts: _Parts, step: int) -> None:
        """Keeps what this step can draw: its sample pictures, and its adapter for comparing."""
        started = time.perf_counter()
        check_room(self.folder.path, parts.trainer.adapter.file_bytes)
        with write_atomically(self.folder.step_file(step)) as temporary:
            parts.trainer.adapter.save(temporary, adapter_metadata(self.config, parts.facts, step, time.time()))
        self._write_samples(parts.family, parts.trainer.prompts, parts.training_set, step)
        self.sample_seconds = time.perf_counter() - started

    def _write_samples(self, family: Family, prompts: PromptEncoder, training_set: TrainingSet, step: int) -> None:
        if self.config.sample_every:
            write_samples(
                self.folder,
                family,
                prompts,
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
        verify_adapter(
            candidate, parts.family, parts.trainer.prompts, self.config.resolution, self.context.yield_device
        )
        if (wish := self.context.wish()) is Wish.CANCEL:  # also what an attempt hears that no longer owns the job
            raise Interrupted(wish)
        with self.publisher.free_place(self.config.adapter_name) as published:
            name = published.stem
            if name != self.config.adapter_name:
                renamed = self.config.model_copy(update={"adapter_name": name})
                metadata = adapter_metadata(renamed, parts.facts, steps, time.time())
                save_file(load_file(candidate), candidate, metadata)
            result = {"adapter": name, "file": published.name, **facts}
            write_json(self.folder.result, result)
            keep_cover(self.folder, cover_path(published))
            candidate.replace(published)
        return result

    def _remark(self, sentence: Sentence) -> None:
        """Says what is other than was asked for: beside the progress, in the log and in the result."""
        self.remarks.append(sentence)
        print(sentence, file=sys.stderr)  # noqa: T201  into the job's log

    def _tell(self, step: int, note: str, *losses: LossPoint) -> None:
        note = note or next(iter(self.remarks), "")
        total = self.config.num_train_steps
        self.context.report(ProgressReport(step, total, self._seconds_left(total - step), note, losses))

    def _seconds_left(self, steps_left: int) -> float | None:
        if len(self.step_seconds) < STEPS_BEFORE_AN_ESTIMATE:
            return None
        samples_left = steps_left // self.config.sample_every if self.config.sample_every else 0
        typical_step = statistics.median(self.step_seconds[-STEPS_OF_AN_ESTIMATE:])
        return steps_left * typical_step + samples_left * self.sample_seconds


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
