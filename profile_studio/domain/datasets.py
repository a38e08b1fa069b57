"""What a training set is, and what happened to each file that was dropped in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MINIMUM_IMAGES = 2
HELD_OUT_FROM_IMAGES = 12  # below this every picture is needed for training
DEFAULT_HELD_OUT_FRACTION = 0.15


class Consent(StrEnum):
    """Who is in the pictures of a face set."""

    ME = "me"
    PERMISSION = "permission"
    NOT_A_PERSON = "not-a-person"


class FileReason(StrEnum):
    """Why a file was rejected or warned about."""

    UNREADABLE = "unreadable"
    NOT_AN_IMAGE = "not_an_image"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    DUPLICATE = "duplicate"
    UNSAFE_PATH = "unsafe_path"
    CAPTION_WITHOUT_IMAGE = "caption_without_image"
    IMAGE_WITHOUT_CAPTION = "image_without_caption"
    ENLARGED = "enlarged"


@dataclass(frozen=True)
class FileNote:
    """The fate of one file. `file` is the name the person knows, never a path of ours."""

    file: str
    reason: FileReason


@dataclass(frozen=True)
class DatasetImage:
    """One kept picture. `path` is our own PNG: RGB, upright, without metadata."""

    image_id: str
    path: Path
    original_name: str
    caption: str
    held_out: bool
    height: int
    width: int


@dataclass(frozen=True)
class Dataset:
    """A training set as stored; `version` is a content hash of pictures, captions and trigger word."""

    name: str
    version: str
    trigger_word: str
    class_word: str
    consent: Consent | None
    created_at: float
    images: tuple[DatasetImage, ...]

    @property
    def training_images(self) -> tuple[DatasetImage, ...]:
        return tuple(image for image in self.images if not image.held_out)

    @property
    def held_out_images(self) -> tuple[DatasetImage, ...]:
        return tuple(image for image in self.images if image.held_out)

    @property
    def captioned(self) -> int:
        return sum(bool(image.caption) for image in self.images)


@dataclass(frozen=True)
class ImportReport:
    """What an import kept and what it did not, with a reason per file."""

    dataset: Dataset
    rejected: tuple[FileNote, ...]
    warnings: tuple[FileNote, ...]


@dataclass(frozen=True)
class ImportRequest:
    """Files, folders and zips to become one data set."""

    sources: Sequence[Path]
    name: str
    trigger_word: str = ""
    class_word: str = ""
    consent: Consent | None = None
    held_out_fraction: float | None = None


def prompt_with_trigger(trigger_word: str, caption: str) -> str:
    """The text a picture is trained with: the trigger word in front, once."""
    if not trigger_word or caption.split(",")[0].strip() == trigger_word:
        return caption or trigger_word
    return f"{trigger_word}, {caption}" if caption else trigger_word
