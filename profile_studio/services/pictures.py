"""From any picture file to our own: RGB, upright, sRGB, without metadata, at most 2048 px."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from profile_studio.domain.datasets import FileReason

FORMATS = ("JPEG", "PNG", "WEBP")
MINIMUM_SIDE_PX = 16
MAXIMUM_PIXELS = 64_000_000
MAXIMUM_SIDE_PX = 2048
THUMBNAIL_SIDE_PX = 256


class RejectedPicture(Exception):
    """A file that cannot become a picture of ours; `reason` says why."""

    def __init__(self, reason: FileReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class OwnPicture:
    """A picture as we keep it. `sha256` is of its pixels, 64 hex digits."""

    image: Image.Image
    sha256: str


def read_picture(content: bytes) -> OwnPicture:
    """The picture in these bytes as we keep it.

    Raises:
        RejectedPicture: it is not a JPEG, PNG or WebP, it is broken, or its size is out of bounds.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            source = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise RejectedPicture(FileReason.TOO_LARGE) from error
    except UnidentifiedImageError as error:
        raise RejectedPicture(FileReason.NOT_AN_IMAGE) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    if source.width * source.height > MAXIMUM_PIXELS:
        raise RejectedPicture(FileReason.TOO_LARGE)
    if min(source.size) < MINIMUM_SIDE_PX:
        raise RejectedPicture(FileReason.TOO_SMALL)
    try:
        image = _to_rgb(ImageOps.exif_transpose(source))
    # Pillow's decoders raise these for files that break after a good header.
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    image.thumbnail((MAXIMUM_SIDE_PX, MAXIMUM_SIDE_PX), Image.Resampling.LANCZOS)
    if min(image.size) < MINIMUM_SIDE_PX:  # a long thin strip, shrunk
        raise RejectedPicture(FileReason.TOO_SMALL)
    image.info.clear()
    digest = hashlib.sha256(f"{image.width}x{image.height}".encode() + image.tobytes())
    return OwnPicture(image, digest.hexdigest())


def thumbnail(image: Image.Image) -> Image.Image:
    """A copy whose longer side is at most 256 px."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE_PX, THUMBNAIL_SIDE_PX), Image.Resampling.LANCZOS)
    return small


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16") or image.mode == "I":
        # Pillow clips 16-bit gray instead of scaling it.
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    if not image.has_transparency_data:
        return _to_srgb(image, profile)
    with_alpha = image.convert("RGBA")
    alpha = with_alpha.getchannel("A")
    white = Image.new("RGB", image.size, "white")
    white.paste(_to_srgb(with_alpha.convert("RGB"), profile), mask=alpha)
    return white


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a broken profile, or one for another colour space: its numbers are read as sRGB
        if converted is not None:
            return converted
    return image.convert("RGB")
