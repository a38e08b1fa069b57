"""Made pictures: PNG files that carry their recipe, for us and for other programs."""

import json
import time
import uuid
from pathlib import Path

from PIL import Image, PngImagePlugin, UnidentifiedImageError
from pydantic import ValidationError

from profile_studio.domain.errors import InvalidName, InvalidPicture, InvalidSettings
from profile_studio.domain.generation import PictureRecipe
from profile_studio.domain.noise_schedulers import portable_name
from profile_studio.files.atomic import write_atomically

RECIPE_CHUNK = "profile_studio"
PORTABLE_CHUNK = "parameters"
THUMBNAIL_SIDE_PX = 192  # a grid's cell at twice the density


def write_picture(folder: Path, image: Image.Image, recipe: PictureRecipe) -> Path:
    """Writes a picture under a new name that sorts by time, and returns its path."""
    seconds, nanoseconds = divmod(time.time_ns(), 10**9)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds))
    path = folder / f"{stamp}-{nanoseconds:09d}-{uuid.uuid4().hex[:6]}.png"
    save_with_recipe(path, image, recipe)
    return path


def save_with_recipe(path: Path, image: Image.Image, recipe: PictureRecipe) -> None:
    """Writes a PNG whose text chunks hold the recipe, ours and the one other programs read."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt(PORTABLE_CHUNK, portable_parameters(recipe, image.height, image.width))
    chunks.add_itxt(RECIPE_CHUNK, recipe.model_dump_json())
    with write_atomically(path) as temporary:
        image.save(temporary, format="PNG", pnginfo=chunks)


def read_recipe(path: Path) -> PictureRecipe:
    """The recipe inside a picture.

    Raises:
        InvalidPicture: it is not a PNG, or was not made here.
    """
    try:
        with Image.open(path, formats=["PNG"]) as image:
            if RECIPE_CHUNK not in image.info:  # ours stands before the pixels; other programs write it after them
                image.load()
            text = image.info.get(RECIPE_CHUNK, "")
        return PictureRecipe.model_validate_json(text)
    except (UnidentifiedImageError, OSError, SyntaxError, ValidationError, InvalidName, InvalidSettings) as error:
        raise InvalidPicture(
            "{file} has missing or unreadable metadata, so its recipe is unknown.",
            "Choose a PNG that was made here and not edited since.",
            file=path.name,
        ) from error


def write_thumbnail(picture: Path, thumbnail: Path, side_px: int = THUMBNAIL_SIDE_PX, quality: int = 85) -> None:
    """Writes a small WebP of a picture of ours, PNG or WebP.

    Args:
        side_px: the longer side, at most.
        quality: of the WebP, 0 to 100.

    Raises:
        InvalidPicture: it is gone or broken.
    """
    try:
        with Image.open(picture, formats=["PNG", "WEBP"]) as image:
            small = image.convert("RGB")
        small.thumbnail((side_px, side_px))
        with write_atomically(thumbnail) as temporary:
            small.save(temporary, format="WEBP", quality=quality)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise InvalidPicture(
            "{file} cannot be read.", "Delete the file, or put it back whole.", file=picture.name
        ) from error


def latest_pictures(folder: Path, limit: int | None = None) -> list[Path]:
    """The newest pictures of a folder, or all of them, newest first."""
    return sorted(folder.glob("[!.]*.png"), reverse=True)[:limit]


def portable_parameters(recipe: PictureRecipe, height: int, width: int) -> str:
    """The text that Automatic1111's web UI writes, which most programs read."""
    request = recipe.request
    tags = "".join(f" <lora:{adapter.adapter_name}:{adapter.weight:g}>" for adapter in request.adapters)
    weights = ", ".join(f"{adapter.adapter_name}: {adapter.weight:g}" for adapter in request.adapters)
    hashes = ", ".join(f"{name}: {digest[:12]}" for name, digest in recipe.adapter_hashes.items())
    facts = {
        "Steps": request.num_inference_steps,
        "Sampler": portable_name(recipe.noise_scheduler, request.noise_scheduler),
        "CFG scale": f"{request.guidance_scale:g}",
        "Seed": recipe.seed,
        "Size": f"{width}x{height}",
        "Model hash": recipe.base_hash[:10],
        "Model": _quoted(Path(request.base).name),
        **({"Lora weights": f'"{weights}"'} if weights else {}),
        **({"Blend method": request.method} if request.method != "sum" else {}),
        **({"Lora hashes": f'"{hashes}"'} if hashes else {}),
        "Prompt syntax": "compel",
        "Version": f"Profile Studio {recipe.versions.get('profile_studio', '')}".strip(),
    }
    lines = [(recipe.read_as or request.prompt) + tags]
    if request.negative_prompt:
        lines.append(f"Negative prompt: {request.negative_prompt}")
    lines.append(", ".join(f"{name}: {fact}" for name, fact in facts.items()))
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A value as Automatic1111 writes it: in quotation marks where it holds what separates values."""
    return json.dumps(text, ensure_ascii=False) if set(text) & set(',:\n"') else text
