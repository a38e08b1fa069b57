"""The training loop.

Source: Hu et al. 2021 (LoRA), arXiv:2106.09685; Ho et al. 2020, arXiv:2006.11239; Salimans and Ho 2022 (velocity).
"""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families.base import Family
from profile_studio.families.conditioning import Frame
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import PromptEncoder, TrainingSet
from profile_studio.training.optimizers import build_optimizer
from profile_studio.training.precision import build_accelerator, decide_precision, has_bf16
from profile_studio.training.schedule import draw_batch, learning_rate


class Trainer:
    """An adapter with its optimizer; `steps` trains it one optimizer step at a time."""

    def __init__(
        self, family: Family, adapter: TrainedAdapter, training_set: TrainingSet, config: LoraTrainingConfig
    ) -> None:
        self.adapter = adapter
        self.parameters = adapter.parameters
        self.device = self.parameters[0].device
        precision, _ = decide_precision(config.precision, self.device.type, has_bf16=has_bf16())
        self.accelerator = build_accelerator(self.device, precision, config.gradient_accumulation)
        self.optimizer = self.accelerator.prepare_optimizer(build_optimizer(config, self.parameters))
        self._family = family
        self._training_set = training_set
        self.prompts = PromptEncoder(family, self.device, text_encoder_is_trained=adapter.trains_text_encoder)
        self._config = config

    def steps(self, first_step: int) -> Iterator[float]:
        """Trains from `first_step` to the end and yields each step's loss after the weights have moved."""
        config, accelerator = self._config, self.accelerator
        for step in range(first_step, config.num_train_steps):
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(config, step)
            self.optimizer.train()
            step_loss = 0.0
            accelerator.gradient_accumulation_steps = config.gradient_accumulation  # one count for the whole process
            for part in range(config.gradient_accumulation):
                with accelerator.accumulate():
                    loss = self._loss(step * config.gradient_accumulation + part)
                    accelerator.backward(loss)
                    step_loss += loss.item() / config.gradient_accumulation
                    if accelerator.sync_gradients:
                        accelerator.clip_grad_norm_(self.parameters, config.max_grad_norm)
                    self.optimizer.step()
                    self.optimizer.zero_grad()
            self.optimizer.eval()  # an optimizer that averages has two sets of weights; outside of steps the average counts
            if self.adapter.rank_mask:
                self.adapter.rank_mask.lift()  # samples are drawn with all ranks
            yield step_loss

    def _loss(self, batch_number: int) -> Tensor:
        data = self._training_set
        sizes = [len(bucket.entries) for bucket in data.buckets]
        batch = draw_batch(self._config, batch_number, sizes)
        bucket = data.buckets[batch.bucket]
        pictures = [bucket.entries[index] for index in batch.indices]
        prompts = [
            data.trigger_word if dropped else bucket.prompts[picture]
            for picture, dropped in zip(pictures, batch.drop_caption, strict=True)
        ]
        prompts = [
            data.without_trigger(prompt) if dropped else prompt
            for prompt, dropped in zip(prompts, batch.drop_trigger, strict=True)
        ]
        # Each epoch shows another version; the place keeps two entries of one picture from showing the same.
        num_versions = bucket.latents.shape[1]
        versions = [(epoch + index) % num_versions for epoch, index in zip(batch.epochs, batch.indices, strict=True)]
        latents = bucket.latents[pictures, versions].to(self.device)
        latents = latents.to(memory_format=torch.channels_last)
        noise = batch.noise(tuple(latents.shape)).to(self.device)
        timesteps = self._family.noise_levels(batch.levels).to(self.device)
        if self.adapter.rank_mask:
            self.adapter.rank_mask.set_levels(batch.levels, self.device)
        frames = [bucket.frames[picture] for picture in pictures]
        with self.accelerator.autocast():
            target = self._family.target(latents, noise, timesteps)
            if without := [row for row, dropped in enumerate(batch.drop_trigger) if dropped]:
                rows = torch.tensor(without, device=self.device)
                noisy = self._family.add_noise(latents, noise, timesteps)
                own = self._base_answer(
                    [prompts[row] for row in without], [frames[row] for row in without], noisy[rows], timesteps[rows]
                )
                target = target.index_copy(0, rows, own.to(target.dtype))
            conditioning = self._family.frame(self.prompts.encode(prompts), frames)
            losses = self._family.training_loss(
                latents, conditioning, noise, timesteps, self._config.min_snr_gamma, target
            )
        return losses.mean()

    @torch.no_grad()
    def _base_answer(
        self, prompts: Sequence[str], frames: Sequence[Frame], noisy_latents: Tensor, timesteps: Tensor
    ) -> Tensor:
        """What the base predicts without the adapter, shape as `noisy_latents`."""
        with self.adapter.switched_off():
            conditioning = self._family.frame(self.prompts.encode(prompts), frames)
            return self._family.predict(noisy_latents, timesteps, conditioning)
