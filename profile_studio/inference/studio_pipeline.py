"""From a request to pictures, step by step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import torch
from PIL import Image
from torch import Tensor

from profile_studio import __version__
from profile_studio.base_models import STARTER, BaseModel
from profile_studio.domain.adapters import WeightedAdapter
from profile_studio.domain.crops import Resolution
from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.generation import GenerationRequest, PictureRecipe
from profile_studio.domain.noise import NOISE_VERSION
from profile_studio.domain.request_prompts import request_prompts
from profile_studio.families import pick_device
from profile_studio.families.base import Family
from profile_studio.families.registry import load_family
from profile_studio.inference.adapters import AdapterRack
from profile_studio.inference.denoise import DenoisedStep, decode, denoise
from profile_studio.inference.finite import why_not_finite
from profile_studio.inference.noise_schedulers import noise_scheduler_class
from profile_studio.inference.previews import as_picture, preview_picture
from profile_studio.inference.prompts import EncodedPrompts, PromptEncoder
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
    """One base model, ready to draw with any of its adapters."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.base = family.base
        self._adapters = AdapterRack(family)
        self._prompts = PromptEncoder(family)
        self._versions = {name: version(name) for name in ("compel", "diffusers", "peft", "torch", "transformers")}

    @classmethod
    def load(cls, base: BaseModel) -> "StudioPipeline":
        """Loads a base model onto the best device."""
        device = pick_device()
        return cls(load_family(base, device, torch.float16 if device.type == "cuda" else torch.float32))

    def draw(
        self,
        request: GenerationRequest,
        adapters: Sequence[WeightedAdapter],
        on_step: Callable[[Step], None] = lambda _step: None,
    ) -> Iterator[DrawnPicture]:
        """Draws the request's pictures one by one, so that picture i is the same whatever the count.

        Args:
            adapters: the request's adapters with their files.
            on_step: called after each step; what it raises ends the drawing.
        Raises:
            InvalidPrompt, InvalidAdapter, InvalidSettings: before a picture's first step.
            NotFinite: the numbers became NaN or infinite; it names the LoRAs or the base.
        """
        size = self._size(request)
        text_encoder_state = self._adapters.attach(adapters, request.method)
        hashes = {each.adapter.name: tensors_hash(each.adapter.path) for each in adapters if each.weight != 0}
        latin_only = self.base.name == STARTER
        for index in range(request.count):
            prompt, negative_prompt = request_prompts(request, index, adapters, latin_only=latin_only)
            encoded = self._prompts.encode(prompt, negative_prompt, text_encoder_state)
            try:
                pixels = self._pixels(request, size, encoded, index, on_step)
            except FloatingPointError as error:
                attached = [adapter for adapter in adapters if adapter.weight != 0]
                raise why_not_finite(base_label(self.base.name), self.family.noise_scheduler, attached) from error
            yield DrawnPicture(index, as_picture(pixels), self._recipe(request, index, hashes, str(prompt)))

    def _size(self, request: GenerationRequest) -> Resolution:
        multiple, native = self.family.size_step, self.base.native_size
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
        return Resolution(height, width)

    def _pixels(
        self,
        request: GenerationRequest,
        size: Resolution,
        encoded: EncodedPrompts,
        index: int,
        on_step: Callable[[Step], None],
    ) -> Tensor:
        latents = denoise(
            self.family,
            *encoded,
            seed=request.seed + index,
            size=size,
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            noise_scheduler=request.noise_scheduler,
            begin_step=self._adapters.begin_step,
            on_step=lambda done: on_step(Step(index, done.step, done.steps, partial(self._preview, done))),
        )
        return decode(self.family, latents)

    def _preview(self, done: DenoisedStep) -> Image.Image:
        return preview_picture(self.family, done.clean_estimate())

    def _recipe(
        self, request: GenerationRequest, index: int, adapter_hashes: dict[str, str], read_as: str
    ) -> PictureRecipe:
        return PictureRecipe(
            request=request.model_copy(update={"base": base_label(request.base)}),
            seed=request.seed + index,
            base_hash=self.base.hash,
            versions={"profile_studio": __version__, **self._versions},
            adapter_hashes=adapter_hashes,
            noise_scheduler=noise_scheduler_class(request.noise_scheduler, self.family.noise_scheduler),
            noise_version=NOISE_VERSION,
            read_as=read_as,
        )
