"""What is known of each family of base models without loading one; `families/` has the code of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from profile_studio.domain.noise_schedulers import DENOISING, FLOW
from profile_studio.domain.training import Targets


@dataclass(frozen=True)
class FamilyFacts:
    """One family.

    Args:
        name: what files and rows call it.
        title: what people call it.
        pipeline_class: what a base's `model_index.json` says.
        denoiser: the folder of its denoiser.
        parts: the folders that each base of it has besides.
        optional_parts: folders that a base of it may have.
        kind: how it was trained, `DENOISING` or `FLOW`.
        targets: which choices of layers it has.
    """

    name: str
    title: str
    pipeline_class: str
    denoiser: str
    parts: tuple[str, ...]
    kind: str
    targets: tuple[Targets, ...]
    optional_parts: tuple[str, ...] = ()


_SD1 = FamilyFacts(
    name="sd1",
    title="Stable Diffusion 1.x",
    pipeline_class="StableDiffusionPipeline",
    denoiser="unet",
    parts=("vae", "text_encoder", "scheduler", "tokenizer"),
    kind=DENOISING,
    targets=tuple(Targets),
)

FAMILIES: tuple[FamilyFacts, ...] = (
    _SD1,
    replace(_SD1, name="sd2", title="Stable Diffusion 2.x"),
    FamilyFacts(
        name="sdxl",
        title="Stable Diffusion XL",
        pipeline_class="StableDiffusionXLPipeline",
        denoiser="unet",
        parts=("vae", "text_encoder", "text_encoder_2", "scheduler", "tokenizer", "tokenizer_2"),
        kind=DENOISING,
        targets=tuple(Targets),
    ),
    FamilyFacts(
        name="sd3",
        title="Stable Diffusion 3",
        pipeline_class="StableDiffusion3Pipeline",
        denoiser="transformer",
        parts=("vae", "text_encoder", "text_encoder_2", "scheduler", "tokenizer", "tokenizer_2"),
        kind=FLOW,
        # No convolutions, and no attention that reads the words alone.
        targets=(Targets.ATTENTION, Targets.ATTENTION_QV, Targets.ATTENTION_AND_TEXT_ENCODER, Targets.ALL),
        optional_parts=("text_encoder_3", "tokenizer_3"),
    ),
)

_SD2_PROMPT_WIDTH = 1024  # of OpenCLIP's vectors, where Stable Diffusion 1.x has CLIP's 768


def family_facts(name: str) -> FamilyFacts:
    """The family of this name."""
    return next(family for family in FAMILIES if family.name == name)


def family_of_pipeline(pipeline_class: str) -> FamilyFacts | None:
    """The family whose pipeline diffusers calls so, the older of two; None if it is none of ours."""
    return next((family for family in FAMILIES if family.pipeline_class == pipeline_class), None)


def told_by_denoiser(family: FamilyFacts, denoiser: Mapping[str, Any]) -> FamilyFacts:
    """The family itself, or the younger one of the same pipeline that the denoiser's configuration tells."""
    if family.name == "sd1" and denoiser.get("cross_attention_dim") == _SD2_PROMPT_WIDTH:
        return family_facts("sd2")
    return family
