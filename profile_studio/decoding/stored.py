"""A picture as the studio stored it, which another program may have deleted or damaged since."""

from pathlib import Path

from PIL import Image

from profile_studio.domain.errors import InvalidPicture


def read_stored(path: Path, name: str) -> Image.Image:
    """The whole picture, RGB.

    Args:
        name: what a person calls it.

    Raises:
        InvalidPicture: its file is gone or damaged.
    """
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's names for half a file
        raise InvalidPicture(
            "The stored picture {name!r} is missing or damaged.",
            "Set it aside, or bring it once more as a new set.",
            name=name,
        ) from error
