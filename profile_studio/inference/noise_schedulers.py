"""Noise schedulers by name, built from what the base model was trained with."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import diffusers
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from profile_studio.domain.errors import InvalidSettings
from profile_studio.domain.noise_schedulers import (
    DENOISING,
    FLOW,
    NoiseSchedulerName,
    noise_scheduler_facts,
    noise_scheduler_names,
)


def make_noise_scheduler(name: NoiseSchedulerName, base_scheduler: Any) -> Any:
    """A fresh noise scheduler that keeps the base's betas, prediction type, spacing and zero terminal SNR.

    Args:
        name: `default` is the class the base model came with.
        base_scheduler: the scheduler of the base model's own configuration.

    Raises:
        InvalidSettings: this kind of base model has no such scheduler.
    """
    scheduler_class, options = _class_and_options(name, base_scheduler)
    return scheduler_class.from_config(base_scheduler.config, **options)


def noise_scheduler_class(name: NoiseSchedulerName, base_scheduler: Any) -> str:
    """What diffusers calls the noise scheduler of this name."""
    return _class_and_options(name, base_scheduler)[0].__name__


def _class_and_options(name: NoiseSchedulerName, base_scheduler: Any) -> tuple[Any, Mapping[str, object]]:
    if name == "default":
        return type(base_scheduler), {}
    kind = DENOISING if hasattr(base_scheduler, "alphas_cumprod") else FLOW
    facts = noise_scheduler_facts(name, kind)
    if facts is None:
        raise InvalidSettings(
            "This base model does not draw with the noise scheduler {name!r}.",
            "Choose one of: {names}.",
            name=name,
            names=", ".join(noise_scheduler_names(kind)),
        )
    return getattr(diffusers, facts.scheduler_class), facts.options


def scale_model_input(scheduler: Any, latents: Tensor, timestep: Tensor) -> Tensor:
    """What the denoiser sees of the latents; flow matching schedulers show them as they are."""
    return scheduler.scale_model_input(latents, timestep) if hasattr(scheduler, "scale_model_input") else latents


def first_latents(scheduler: Any, noise: Tensor) -> Tensor:
    """What denoising starts from; flow matching starts from the noise itself."""
    return noise * getattr(scheduler, "init_noise_sigma", 1.0)


@contextmanager
def own_noise(draw: Callable[[tuple[int, ...]], Tensor]) -> Generator[None]:
    """What schedulers draw inside a step (Euler a, LCM, TCD, whatever a base brings) comes from `draw` instead of torch,
    whose numbers for one seed changed with 2.12.

    Args:
        draw: standard normal numbers of a shape.
    """
    with _OwnRandn(draw):
        yield


class _OwnRandn(TorchFunctionMode):
    def __init__(self, draw: Callable[[tuple[int, ...]], Tensor]) -> None:
        super().__init__()
        self._draw = draw

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.randn:  # diffusers' randn_tensor passes the shape as one argument
            return self._draw(tuple(args[0])).to(kwargs.get("device"), kwargs.get("dtype"))
        return func(*args, **kwargs)
