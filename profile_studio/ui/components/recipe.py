"""What a picture was made with, in words."""

from profile_studio.domain.generation import PictureRecipe
from profile_studio.ui.components.markup import escape
from profile_studio.ui.texts import BlendTexts


def recipe_html(made: PictureRecipe, texts: BlendTexts) -> str:
    """Every value that made a picture."""
    asked = made.request
    rows = {
        texts.fields["prompt"]: asked.prompt,
        texts.fields["negative_prompt"]: asked.negative_prompt,
        texts.loras: ", ".join(f"{each.adapter_name} = {each.weight:g}" for each in asked.adapters),
        texts.fields["seed"]: str(made.seed),
        texts.steps: str(asked.num_inference_steps),
        texts.guidance: f"{asked.guidance_scale:g}",
        texts.scheduler: asked.noise_scheduler,
        texts.base_label: f"{asked.base} ({made.base_hash[:12]})",
        texts.versions: ", ".join(f"{name} {version}" for name, version in made.versions.items()),
    }
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items() if value)
    return f"<dl>{items}</dl>"
