"""Made pictures as the files a person takes along: avatar sizes, with or without the recipe, many as a zip."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from profile_studio.decoding.measures import measure
from profile_studio.domain.errors import InvalidPicture
from profile_studio.files.pictures import PORTABLE_CHUNK, RECIPE_CHUNK

AVATAR_SIDES_PX = (512, 256, 128)


@dataclass(frozen=True)
class SaveOptions:
    """How pictures are saved; without a side they stay as large as they were made."""

    side_px: int | None = None
    keeps_recipe: bool = True


@dataclass(frozen=True)
class SavedFile:
    """A file on its way to a person; it lies on no disk of ours."""

    name: str
    content: bytes


def save_pictures(paths: Sequence[Path], options: SaveOptions) -> SavedFile:
    """One picture as a PNG, several as a zip of PNGs.

    Raises:
        InvalidPicture: there is none, or one is gone or broken.
    """
    if not paths:
        raise InvalidPicture("There is no picture to save.", "Make or choose one first.")
    files = [_save_picture(path, options) for path in dict.fromkeys(paths)]
    if len(files) == 1:
        return files[0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: a PNG does not get smaller
        for file in files:
            archive.writestr(file.name, file.content)
    return SavedFile("profile-studio-pictures.zip", buffer.getvalue())


def avatar(path: Path, side_px: int) -> bytes:
    """A picture as a square PNG with nothing but pixels, the way `save_pictures` makes avatars.

    Raises:
        InvalidPicture: it is gone or broken.
    """
    return _save_picture(path, SaveOptions(side_px, keeps_recipe=False)).content


def _save_picture(path: Path, options: SaveOptions) -> SavedFile:
    name = f"{path.stem}-{options.side_px}.png" if options.side_px else path.name
    try:
        if options.side_px is None and options.keeps_recipe:
            return SavedFile(name, path.read_bytes())
        with Image.open(path, formats=["PNG"]) as image:
            pixels = image.convert("RGB")
            written = {key: image.info[key] for key in (PORTABLE_CHUNK, RECIPE_CHUNK) if key in image.info}
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise InvalidPicture(
            "{file} cannot be read.", "Delete the file, or put it back whole.", file=path.name
        ) from error
    chunks = PngImagePlugin.PngInfo()
    for key, text in written.items() if options.keeps_recipe else ():
        chunks.add_itxt(key, str(text))
    buffer = io.BytesIO()
    square = _square(pixels, options.side_px) if options.side_px else pixels
    clean = Image.frombytes("RGB", square.size, square.tobytes())  # knows nothing of a colour profile, EXIF, comments
    clean.save(buffer, "PNG", pnginfo=chunks)
    return SavedFile(name, buffer.getvalue())


def _square(image: Image.Image, side_px: int) -> Image.Image:
    """The middle of the picture; pixel art keeps its hard edges when it grows."""
    grows = side_px > min(image.size)
    method = Image.Resampling.NEAREST if grows and measure(image).is_pixel_art else Image.Resampling.LANCZOS
    return ImageOps.fit(image, (side_px, side_px), method)
