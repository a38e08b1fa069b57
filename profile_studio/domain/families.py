"""What is known of each family of base models without loading one; `families/` has the code of each."""

from dataclasses import dataclass

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
        targets: which choices of layers it has.
    """

    name: str
    title: str
    pipeline_class: str
    denoiser: str
    parts: tuple[str, ...]
    targets: tuple[Targets, ...]


FAMILIES: tuple[FamilyFacts, ...] = (
    FamilyFacts(
        name="sd1",
        title="Stable Diffusion 1.x",
        pipeline_class="StableDiffusionPipeline",
        denoiser="unet",
        parts=("vae", "text_encoder", "scheduler", "tokenizer"),
        targets=tuple(Targets),
    ),
)


def family_facts(name: str) -> FamilyFacts:
    """The family of this name."""
    return next(family for family in FAMILIES if family.name == name)


def family_of_pipeline(pipeline_class: str) -> FamilyFacts | None:
    """The family whose pipeline diffusers calls so; None if it is none of ours."""
    return next((family for family in FAMILIES if family.pipeline_class == pipeline_class), None)
