"""From any picture file to our own: RGB, upright, sRGB, without metadata, at most 2048 px."""

import hashlib
import importlib.util
import io
import struct
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps, TiffImagePlugin, UnidentifiedImageError

from profile_studio.decoding.other_files import kind_of
from profile_studio.domain.datasets import FileReason

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "BMP", "TIFF", "GIF")
HEIF = "HEIF"
MINIMUM_SIDE_PX = 16
MAXIMUM_PIXELS = 100_000_000
MAXIMUM_SIDE_PX = 2048
THUMBNAIL_SIDE_PX = 256
GRID_SIDE_PX, GRID_QUALITY = 128, 75  # 2 to 4 kB each: a page of a grid travels whole
_OF_FRAMES = ("GIF", "WEBP", "PNG", "AVIF", "TIFF")  # a phone's second frame, in MPO and HEIC, is depth or light
_SUBFILE_TYPE, _REDUCED = 254, 1  # tag and value of a TIFF that is the small copy of another picture
_DNG_VERSION = 50706  # the tag of Adobe's raw format
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, struct.error)
"""What Pillow's decoders raise for files that break after a good header."""

_DRAFT_SIDE_PX = 1500  # what is left after halving is more than any base model trains on


class RejectedPicture(Exception):
    """A file that cannot become a picture of ours; `reason` says why."""

    def __init__(self, reason: FileReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class OwnPicture:
    """A picture as we keep it. `sha256` is of its pixels, 64 hex digits; `file_format` is what the file really was.

    `has_more_frames` says that it is the first of several frames or pages.
    """

    image: Image.Image
    sha256: str
    file_format: str
    has_more_frames: bool


def read_picture(content: bytes) -> OwnPicture:
    """The picture in these bytes as we keep it.

    Raises:
        RejectedPicture: it is of none of the `FORMATS` (or HEIC, with pillow-heif), it is broken, or its size is out
            of bounds.
        MemoryError: it takes more than this process may.
    """
    source = _open(content)
    if source.width * source.height > MAXIMUM_PIXELS:
        raise RejectedPicture(FileReason.TOO_LARGE)
    if min(source.size) < MINIMUM_SIDE_PX:
        raise RejectedPicture(FileReason.TOO_SMALL)
    file_format = source.format or ""
    try:
        has_more_frames = file_format in _OF_FRAMES and getattr(source, "n_frames", 1) > 1
        # A JPEG is decoded at a half, a quarter or an eighth where that is still large: less time, less memory.
        if max(source.size) >= 2 * _DRAFT_SIDE_PX:
            scale = _DRAFT_SIDE_PX / max(source.size)
            source.draft(None, (int(source.width * scale), int(source.height * scale)))
        image = _to_rgb(_upright(source))
    except _BROKEN as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    if min(image.size) < MINIMUM_SIDE_PX:  # a long thin strip, shrunk
        raise RejectedPicture(FileReason.TOO_SMALL)
    image.info.clear()
    digest = hashlib.sha256(f"{image.width}x{image.height}".encode())
    digest.update(image.tobytes())
    return OwnPicture(image, digest.hexdigest(), file_format, has_more_frames)


def _open(content: bytes) -> ImageFile.ImageFile:
    if _is_heif(content) and not _knows_heif():
        raise RejectedPicture(FileReason.NEEDS_PILLOW_HEIF)
    formats = (*FORMATS, HEIF) if _is_heif(content) else FORMATS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # `MAXIMUM_PIXELS` is our limit
            source = Image.open(io.BytesIO(content), formats=formats)
        is_preview = isinstance(source, TiffImagePlugin.TiffImageFile) and _is_preview(source, content)
    except Image.DecompressionBombError as error:
        raise RejectedPicture(FileReason.TOO_LARGE) from error
    except UnidentifiedImageError as error:  # libheif opens no HEIC that breaks off
        reason = FileReason.UNREADABLE if _is_heif(content) else kind_of(content) or FileReason.NOT_AN_IMAGE
        raise RejectedPicture(reason) from error
    except _BROKEN as error:
        raise RejectedPicture(FileReason.UNREADABLE) from error
    if is_preview:
        raise RejectedPicture(FileReason.OTHER_PICTURE_FORMAT)
    return source


def _is_preview(source: TiffImagePlugin.TiffImageFile, content: bytes) -> bool:
    """Whether the TIFF is a raw photo, of which only the small picture for a camera's screen could be read."""
    return source.tag_v2.get(_SUBFILE_TYPE) == _REDUCED or _DNG_VERSION in source.tag_v2 or content[8:10] == b"CR"


def _is_heif(content: bytes) -> bool:
    if content[4:8] != b"ftyp":
        return False
    if content[8:12] in (b"mif1", b"msf1"):  # says only that it holds pictures; AVIF names itself among what it fits
        return b"avif" not in content[16 : int.from_bytes(content[:4], "big")]
    return content[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis")


def _knows_heif() -> bool:
    """Whether the optional package that reads HEIC is here; phones write it, and Pillow alone does not read it."""
    if importlib.util.find_spec("pillow_heif") is None:
        return False
    pillow_heif = importlib.import_module("pillow_heif")
    pillow_heif.register_heif_opener()
    return True


def _upright(source: Image.Image) -> Image.Image:
    """Small enough to keep and turned as it was seen, before anything that costs memory for each pixel."""
    orientation = source.getexif().get(ExifTags.Base.Orientation, 1)
    if max(source.size) > MAXIMUM_SIDE_PX:
        source = _full_depth(source)
        source.thumbnail((MAXIMUM_SIDE_PX, MAXIMUM_SIDE_PX), Image.Resampling.LANCZOS)
    profile = source.info.get("icc_profile")
    upright = ImageOps.exif_transpose(source) if orientation != 1 else source
    if profile:
        upright.info["icc_profile"] = profile
    return upright


def _full_depth(image: Image.Image) -> Image.Image:
    """In a mode that can be shrunk well: a palette's neighbours mean nothing, and Pillow clips 16-bit gray."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8))
    elif image.mode in ("P", "1", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode in ("RGB", "L") and image.has_transparency_data:
        image = image.convert("RGBA")
    if profile:
        image.info["icc_profile"] = profile
    return image


def thumbnail(image: Image.Image, side_px: int = THUMBNAIL_SIDE_PX) -> Image.Image:
    """A copy whose longer side is at most `side_px`."""
    small = image.copy()
    small.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    return small


def _to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = _full_depth(image)
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
