"""What a picture was made with, in words."""

from collections.abc import Sequence
from pathlib import Path

from profile_studio.domain.generation import PictureRecipe
from profile_studio.services.gallery import Remaking
from profile_studio.ui.components.markup import escape
from profile_studio.ui.texts import BlendTexts


def recipe_html(made: PictureRecipe, texts: BlendTexts) -> str:
    """Every value that made a picture."""
    asked = made.request
    rows = {
        texts.fields["prompt"]: asked.prompt,
        texts.read_as: made.read_as,
        texts.fields["negative_prompt"]: asked.negative_prompt,
        texts.loras: ", ".join(f"{each.adapter_name} = {each.weight:g}" for each in asked.adapters),
        texts.method: texts.methods.get(asked.method, asked.method) if asked.adapters else "",
        texts.fields["seed"]: str(made.seed),
        texts.steps: str(asked.num_inference_steps),
        texts.guidance: f"{asked.guidance_scale:g}",
        texts.scheduler: asked.noise_scheduler,
        texts.base_label: f"{asked.base} ({made.base_hash[:12]})",
        texts.versions: ", ".join(f"{name} {version}" for name, version in made.versions.items()),
    }
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items() if value)
    return f"<dl>{items}</dl>"


def changes_since(remaking: Remaking, base: str, left_out: Sequence[str], texts: BlendTexts) -> list[str]:
    """Why a picture cannot be made again, or comes out another one, in sentences.

    Args:
        base: what the picture calls its base model.
        left_out: LoRAs of the picture that are not here, or do not fit the base.
    """
    changes: list[str] = []
    if not remaking.is_its_base:
        changes.append(texts.changed_base.format(base=base, now=Path(remaking.base).name))
    if left_out:
        changes.append(texts.left_out.format(names=", ".join(left_out)))
    if remaking.changed_adapters:
        changes.append(texts.changed_loras.format(names=", ".join(remaking.changed_adapters)))
    if remaking.grows:
        changes.append(texts.grows)
    if remaking.noise_is_gone:
        changes.append(texts.noise_is_gone)
    return changes
