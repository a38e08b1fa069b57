"""From a request to pictures, step by step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch
from diffusers import StableDiffusionPipeline
from PIL import Image
from torch import Tensor

from profile_studio import __version__
from profile_studio.base_models import STARTER, BaseModel
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.families import load_pipeline, pick_device
from profile_studio.inference.adapters import AdapterRack, ChosenAdapter
from profile_studio.inference.finite import check_finite, why_not_finite
from profile_studio.inference.noise_schedulers import make_noise_scheduler, predicted_clean_latents
from profile_studio.inference.previews import as_picture, decode_latents, preview_picture
from profile_studio.inference.prompts import PromptEmbeds, PromptEncoder
from profile_studio.lora_files import base_label, tensors_hash

LARGEST_SIDE_IN_NATIVE_SIZES = 4


@dataclass(frozen=True)
class Step:
    """One finished denoising step of one picture.

    Args:
        index: which picture of the request, from 0.
        step: finished steps, 1 to `steps`.
        preview: draws what the model thinks the picture is; costs one decode of the VAE.
    """

    index: int
    step: int
    steps: int
    preview: Callable[[], Image.Image]


@dataclass(frozen=True)
class DrawnPicture:
    """A finished picture and all it was made with."""

    index: int
    image: Image.Image
    recipe: PictureRecipe


class StudioPipeline:
    """One base model, ready to draw with any of its adapters.

    Args:
        pipeline: in evaluation mode, on its device.
        base: where it came from.
    """

    def __init__(self, pipeline: StableDiffusionPipeline, base: BaseModel) -> None:
        self.pipeline = pipeline
        self.base = base
        self._base_scheduler: Any = pipeline.scheduler
        self._adapters = AdapterRack(pipeline, base)
        self._prompts = PromptEncoder(pipeline, latin_only=base.name == STARTER)
        self._versions = {name: version(name) for name in ("compel", "diffusers", "peft", "torch", "transformers")}

    @classmethod
    def load(cls, base: BaseModel) -> "StudioPipeline":
        """Loads a base model onto the best device."""
        device = pick_device()
        return cls(load_pipeline(base, device, torch.float16 if device.type == "cuda" else torch.float32), base)

    def draw(
        self,
        request: GenerationRequest,
        adapters: Sequence[ChosenAdapter],
        on_step: Callable[[Step], None] = lambda _step: None,
    ) -> Iterator[DrawnPicture]:
        """Draws the request's pictures one by one, so that picture i is the same whatever the count.

        Args:
            adapters: the request's adapters with their files.
            on_step: called after each step; what it raises ends the drawing.
        Raises:
            InvalidPrompt, InvalidAdapter, InvalidSettings: before the first step.
            NotFinite: the numbers became NaN or infinite; it names the LoRAs or the base.
        """
        height, width = self._size(request)
        text_encoder_state = self._adapters.attach(adapters)
        hashes = {each.name: tensors_hash(each.path) for each in adapters if each.weight != 0}
        embeds = self._prompts.encode(request.prompt, request.negative_prompt, text_encoder_state)
        for index in range(request.count):
            try:
                pixels = self._pixels(self._denoise(request, (height, width), embeds, index, on_step))
            except FloatingPointError as error:
                attached = [adapter for adapter in adapters if adapter.weight != 0]
                raise why_not_finite(base_label(self.base.name), self._base_scheduler, attached) from error
            yield DrawnPicture(index, as_picture(self.pipeline, pixels), self._recipe(request, index, hashes))

    def _size(self, request: GenerationRequest) -> tuple[int, int]:
        multiple, native = self.pipeline.vae_scale_factor, self.base.native_size
        height, width = request.height or native, request.width or native
        largest = LARGEST_SIDE_IN_NATIVE_SIZES * native
        if height % multiple or width % multiple or max(height, width) > largest:
            raise InvalidSettings(
                "This base model cannot draw {width} x {height} pixels.",
                "Choose multiples of {multiple} up to {largest}; it was trained at {native} x {native}.",
                width=width,
                height=height,
                multiple=multiple,
                largest=largest,
                native=native,
            )
        return height, width

    @torch.inference_mode()
    def _denoise(
        self,
        request: GenerationRequest,
        size: tuple[int, int],
        embeds: PromptEmbeds,
        index: int,
        on_step: Callable[[Step], None],
    ) -> Tensor:
        """The loop of StableDiffusionPipeline, which keeps the model's output to itself; previews need it."""
        pipeline, device = self.pipeline, self.pipeline.unet.device
        scheduler = pipeline.scheduler = make_noise_scheduler(request.noise_scheduler, self._base_scheduler)
        scheduler.set_timesteps(request.num_inference_steps, device=device)
        generator = torch.Generator("cpu").manual_seed(request.seed + index)
        latents = pipeline.prepare_latents(
            1, pipeline.unet.config.in_channels, *size, embeds.prompt_embeds.dtype, device, generator
        )
        is_guided = request.guidance_scale > 1
        conditions = (
            torch.cat([embeds.negative_prompt_embeds, embeds.prompt_embeds]) if is_guided else embeds.prompt_embeds
        )
        extra = pipeline.prepare_extra_step_kwargs(generator, 0.0)
        steps = len(scheduler.timesteps)
        for step, timestep in enumerate(scheduler.timesteps, start=1):
            model_input = scheduler.scale_model_input(latents, timestep)
            batch = torch.cat([model_input] * 2) if is_guided else model_input
            output = pipeline.unet(batch, timestep, encoder_hidden_states=conditions, return_dict=False)[0]
            if is_guided:
                output = guide(output, request.guidance_scale)
            latents = scheduler.step(output, timestep, latents, **extra, return_dict=False)[0]
            check_finite(latents)
            on_step(Step(index, step, steps, self._previewer(scheduler, output, model_input, timestep)))
        return latents

    @torch.inference_mode()
    def _pixels(self, latents: Tensor) -> Tensor:
        pixels = decode_latents(self.pipeline, latents)
        check_finite(pixels)  # a VAE in fp16 overflows where its latents do not
        return pixels

    def _previewer(
        self, scheduler: Any, output: Tensor, model_input: Tensor, timestep: Tensor
    ) -> Callable[[], Image.Image]:
        def preview() -> Image.Image:
            return preview_picture(self.pipeline, predicted_clean_latents(scheduler, output, model_input, timestep))

        return preview

    def _recipe(self, request: GenerationRequest, index: int, adapter_hashes: dict[str, str]) -> PictureRecipe:
        return PictureRecipe(
            request=request.model_copy(update={"base": base_label(request.base)}),
            seed=request.seed + index,
            base_hash=self.base.hash,
            versions={"profile_studio": __version__, **self._versions},
            adapter_hashes=adapter_hashes,
            noise_scheduler=type(self.pipeline.scheduler).__name__,
        )


def guide(output: Tensor, guidance_scale: float) -> Tensor:
    """Classifier-free guidance over a batch of (unconditioned, conditioned) outputs; shape (1, ...) comes out.

    Not rescaled towards the conditioned output's spread (arXiv:2305.08891, section 3.4): at the default scale that
    only made the starter's colours paler, and pictures stay those that plain diffusers draws.

    Source: Ho and Salimans 2022, arXiv:2207.12598.
    """
    unconditioned, conditioned = output.chunk(2)
    return unconditioned + guidance_scale * (conditioned - unconditioned)
