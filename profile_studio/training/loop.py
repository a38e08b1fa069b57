"""The training loop.

Source: Hu et al. 2021 (LoRA), arXiv:2106.09685; Ho et al. 2020, arXiv:2006.11239; Salimans and Ho 2022 (velocity).
"""

from collections.abc import Iterator

import torch

from profile_studio.domain.training import LoraTrainingConfig
from profile_studio.families.base import Family
from profile_studio.training.adapter import TrainedAdapter
from profile_studio.training.cache import PromptEncoder, TrainingSet
from profile_studio.training.schedule import draw_batch, learning_rate


class Trainer:
    """An adapter with its optimizer; `steps` trains it one optimizer step at a time."""

    def __init__(
        self, family: Family, adapter: TrainedAdapter, training_set: TrainingSet, config: LoraTrainingConfig
    ) -> None:
        self.adapter = adapter
        self.parameters = adapter.parameters
        self.device = self.parameters[0].device
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            lr=config.learning_rate,
            betas=(config.adam_beta1, config.adam_beta2),
            eps=config.adam_epsilon,
            weight_decay=config.weight_decay,
        )
        # fp16 gradients vanish without a scale; the scaler does nothing for fp32 and bf16.
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=config.precision == "fp16")
        self._family = family
        self._training_set = training_set
        self._prompts = PromptEncoder(family, text_encoder_is_trained=adapter.trains_text_encoder)
        self._config = config

    def steps(self, first_step: int) -> Iterator[float]:
        """Trains from `first_step` to the end and yields each step's loss after the weights have moved."""
        config = self._config
        for step in range(first_step, config.num_train_steps):
            for group in self.optimizer.param_groups:
                group["lr"] = learning_rate(config, step)
            step_loss = 0.0
            for part in range(config.gradient_accumulation):
                loss = self._loss(step * config.gradient_accumulation + part)
                self.scaler.scale(loss / config.gradient_accumulation).backward()
                step_loss += loss.item() / config.gradient_accumulation
            self.scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.parameters, config.max_grad_norm)
            self.scaler.step(self.optimizer)
            self.scaler.update()
            self.optimizer.zero_grad(set_to_none=True)
            yield step_loss

    def _loss(self, batch_number: int) -> torch.Tensor:
        data = self._training_set
        sizes = [len(bucket.entries) for bucket in data.buckets]
        batch = draw_batch(self._config, batch_number, sizes)
        bucket = data.buckets[batch.bucket]
        pictures = [bucket.entries[index] for index in batch.indices]
        prompts = [
            data.trigger_word if dropped else bucket.prompts[picture]
            for picture, dropped in zip(pictures, batch.drop_caption, strict=True)
        ]
        # Each epoch shows another version; the place keeps two entries of one picture from showing the same.
        num_versions = bucket.latents.shape[1]
        versions = [(epoch + index) % num_versions for epoch, index in zip(batch.epochs, batch.indices, strict=True)]
        latents = bucket.latents[pictures, versions].to(self.device)
        noise = batch.noise(tuple(latents.shape)).to(self.device)
        lower_precision = {"fp16": torch.float16, "bf16": torch.bfloat16}.get(self._config.precision)
        with torch.autocast(self.device.type, dtype=lower_precision, enabled=lower_precision is not None):
            conditioning = self._prompts.encode(prompts)
            conditioning = self._family.frame(conditioning, [bucket.frames[picture] for picture in pictures])
            losses = self._family.training_loss(
                latents.to(memory_format=torch.channels_last),
                conditioning,
                noise,
                self._family.noise_levels(batch.levels).to(self.device),
                self._config.min_snr_gamma,
            )
        return losses.mean()
