"""What a training set is, and what happened to each file that was dropped in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from profile_studio.domain.sentences import Sentence

MINIMUM_IMAGES = 2
HELD_OUT_FROM_IMAGES = 12  # below this every picture is needed for training
DEFAULT_HELD_OUT_FRACTION = 0.15
DRAWING_FLATNESS = 0.5
"""Sixteen colours fill half of a flat drawing and a few hundredths of a photograph."""


class Consent(StrEnum):
    """Who is in the pictures of a face set."""

    ME = "me"
    PERMISSION = "permission"
    NOT_A_PERSON = "not-a-person"


class FileReason(StrEnum):
    """Why a file was rejected, set aside or warned about."""

    UNREADABLE = "unreadable"
    NEEDS_PILLOW_HEIF = "needs_pillow_heif"
    CONVERTED = "converted"
    FIRST_FRAME = "first_frame"
    WRONG_EXTENSION = "wrong_extension"
    REPEATED = "repeated"
    CAMERA_FOLDER = "camera_folder"
    REGULARIZATION = "regularization"
    SAMPLE = "sample"
    MASK = "mask"
    HIDDEN = "hidden"
    NOT_AN_IMAGE = "not_an_image"
    OTHER_PICTURE_FORMAT = "other_picture_format"
    ARCHIVE_TO_UNPACK = "archive_to_unpack"
    TABLE_OF_PICTURES = "table_of_pictures"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    NEARLY_FLAT = "nearly_flat"
    LETTERBOX_BARS = "letterbox_bars"
    EXTREME_ASPECT = "extreme_aspect"
    BY_HAND = "by_hand"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    DUPLICATE = "duplicate"
    LIKE_THE_SET = "like_the_set"
    UNSAFE_PATH = "unsafe_path"
    LINK = "link"
    BROKEN_ZIP = "broken_zip"
    EMPTY_ZIP = "empty_zip"
    TOO_MANY_FILES = "too_many_files"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105  a fate, and no secret
    OTHER_COMPRESSION = "other_compression"
    CAPTION_WITHOUT_IMAGE = "caption_without_image"
    IMAGE_WITHOUT_CAPTION = "image_without_caption"
    ENLARGED = "enlarged"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TINY_FACE = "tiny_face"
    FACE_CUT_OFF = "face_cut_off"
    FACES_NOT_CHECKED = "faces_not_checked"
    LIST_TOO_LARGE = "list_too_large"
    LIST_WITHOUT_CAPTIONS = "list_without_captions"
    GUESSED_COLUMN = "guessed_column"
    UNREAD_ROW = "unread_row"
    OPEN_QUOTE = "open_quote"
    OLDER_ENCODING = "older_encoding"
    AMBIGUOUS_CAPTION = "ambiguous_caption"
    SECOND_CAPTION = "second_caption"
    CAPTION_CUT = "caption_cut"


@dataclass(frozen=True)
class FileNote:
    """The fate of one file. `file` is the name the person knows, never a path of ours.

    `measure` is the number that decided, if one did; `other` is the picture that this one is like. `line` is where in the
    file it is, from 1; `detail` is what the reason is about: an encoding, a column.
    """

    file: str
    reason: FileReason
    measure: float | None = None
    other: str = ""
    line: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is; `seconds_left` is None until something is done."""

    done: int
    total: int
    seconds_left: float | None


class CaptionSource(StrEnum):
    """Who wrote a caption; what a person wrote is never overwritten unasked."""

    NONE = ""
    FILE = "file"
    HAND = "hand"
    AUTO = "auto"


@dataclass(frozen=True)
class ImageMeasures:
    """What was measured at import; `decoding.measures` says how. Brightness and contrast are of luma, 0 to 255."""

    sharpness: float
    brightness: float
    contrast: float
    darkest: float
    brightest: float
    flatness: float
    bars: float
    is_pixel_art: bool
    perceptual_hash: str
    """16 hex digits: the signs of the 64 lowest frequencies."""

    @property
    def is_drawing(self) -> bool:
        """Whether it is pixel art or flat: sharpness, bars and face detectors are for photographs."""
        return self.is_pixel_art or self.flatness >= DRAWING_FLATNESS


class FaceDetector(StrEnum):
    """Who looked for faces: OpenCV's Haar cascade, YuNet from a file of the person's, or in drawings our face critic."""

    HAAR = "haar"
    YUNET = "yunet"
    CRITIC = "critic"


class FaceBox(NamedTuple):
    """Where a face is, in pixels of the stored picture."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class DatasetImage:
    """One stored picture. `path` is our own PNG: RGB, upright, without metadata.

    `reason` says why it was set aside, or would have been if a person had not kept it; `measure` is the number that
    decided and `other` the name of the picture it is like. Pictures of one `group_id` are likenesses of each other.
    `face_box` is around the largest face, None where none was found or no detector looked; `face_count` is None only where
    no detector looked. `drawn_face` is how surely the critic sees a face in a drawing, 0 to 1, None where it did not look.
    A reference is held out for good: it was brought to compare with.
    """

    image_id: str
    path: Path
    original_name: str
    caption: str
    held_out: bool
    height: int
    width: int
    repeats: int = 1
    is_kept: bool = True
    reason: FileReason | None = None
    measure: float | None = None
    other: str = ""
    group_id: str = ""
    measures: ImageMeasures | None = None
    caption_source: CaptionSource = CaptionSource.NONE
    face_box: FaceBox | None = None
    face_count: int | None = None
    is_reference: bool = False
    drawn_face: float | None = None


@dataclass(frozen=True)
class DatasetChange:
    """A version of a data set, when it came about and by what."""

    version: str
    made_at: float
    what: Sentence


@dataclass(frozen=True)
class Dataset:
    """A training set as stored; `version` is a content hash of kept pictures, captions and trigger word."""

    name: str
    version: str
    trigger_word: str
    class_word: str
    consent: Consent | None
    created_at: float
    every_image: tuple[DatasetImage, ...]
    face_detector: FaceDetector | None = None
    """Who looked for faces in its photographs, if anybody did."""

    @property
    def face_detectors(self) -> tuple[FaceDetector, ...]:
        """Who looked for faces, first in its photographs, then in its drawings."""
        by_critic = any(image.drawn_face is not None for image in self.every_image)
        return tuple(filter(None, (self.face_detector, FaceDetector.CRITIC if by_critic else None)))

    @property
    def is_face_set(self) -> bool:
        """Whether it is of a face: then somebody said whose."""
        return self.consent is not None

    @property
    def images(self) -> tuple[DatasetImage, ...]:
        """The kept pictures, held-out ones included."""
        return tuple(image for image in self.every_image if image.is_kept)

    @property
    def set_aside_images(self) -> tuple[DatasetImage, ...]:
        return tuple(image for image in self.every_image if not image.is_kept)

    @property
    def training_images(self) -> tuple[DatasetImage, ...]:
        return tuple(image for image in self.images if not image.held_out)

    @property
    def held_out_images(self) -> tuple[DatasetImage, ...]:
        return tuple(image for image in self.images if image.held_out)

    @property
    def reference_images(self) -> tuple[DatasetImage, ...]:
        """Those of the held-out pictures that never were meant for training."""
        return tuple(image for image in self.images if image.is_reference)

    def original_of(self, copy: DatasetImage) -> DatasetImage | None:
        """The kept picture that this one was set aside as a copy of."""
        if copy.is_kept or copy.reason is not FileReason.DUPLICATE:
            return None
        alike = (image for image in self.images if image.group_id == copy.group_id)
        return next((image for image in alike if image.original_name == copy.other), None)

    @property
    def captioned(self) -> int:
        return sum(bool(image.caption) for image in self.images)


@dataclass(frozen=True)
class DeletedDataset:
    """What went with a data set, and what stayed and why, in words."""

    name: str
    removed: tuple[Sentence, ...]
    left: tuple[Sentence, ...]


@dataclass(frozen=True)
class ImportReport:
    """What an import kept and what it did not, with a reason per file.

    `rejected` also names the pictures that are in the set but set aside.
    """

    dataset: Dataset
    rejected: tuple[FileNote, ...]
    warnings: tuple[FileNote, ...]


@dataclass(frozen=True)
class ReferencesReport(ImportReport):
    """What became of the pictures that were to be references; the notes are about these only."""

    added: int


@dataclass(frozen=True)
class ReferencesRequest:
    """Files, folders and zips to become pictures of a data set that are never trained on."""

    sources: Sequence[Path]
    name: str


@dataclass(frozen=True)
class ImportRequest:
    """Files, folders and zips to become one data set."""

    sources: Sequence[Path]
    name: str
    trigger_word: str = ""
    class_word: str = ""
    consent: Consent | None = None
    held_out_fraction: float | None = None

    @property
    def is_face_set(self) -> bool:
        """Whether a face is to be learned: then somebody says whose."""
        return self.consent is not None
