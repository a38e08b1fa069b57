"""From dropped files to pictures with captions: each file has a fate, and each fate a reason."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from profile_studio.decoding.decode import RejectedPicture
from profile_studio.decoding.measures import PictureMeasures
from profile_studio.decoding.pool import Decoded, DecodedPicture, DecodingPool
from profile_studio.domain.datasets import FaceBox, FileNote, FileReason, ImportProgress
from profile_studio.domain.faces import face_warning
from profile_studio.services.caption_matching import PictureKey
from profile_studio.services.drawn_faces import DrawnFaces, FaceSearch
from profile_studio.services.found_files import (
    PICTURE_SUFFIXES,
    FoundFile,
    is_camera_folder,
    is_held_out_by_place,
    label_of,
    set_aside_by_place,
)
from profile_studio.services.import_captions import CaptionFinder, is_caption_file, reads_first
from profile_studio.services.import_sources import find_files

_SMALLEST_BASE_PX = 128  # what the starter's latents hold; below it every base model has less than it could use
_HEIF = "HEIF"

Tell = Callable[[ImportProgress], object]
"""Is called after each picture; what it raises ends the import."""


@dataclass(frozen=True)
class FoundPicture:
    """A picture that was accepted; the caller has stored its pixels."""

    shown_name: str
    sha256: str
    caption: str
    height: int
    width: int
    repeats: int
    file_format: str
    folder_words: str
    """What a folder called `10_sks person` says after its number: what is in the pictures."""
    measures: PictureMeasures
    faces: tuple[FaceBox, ...] | None
    """Largest first; None where no detector looked."""
    drawn_face: float | None
    """How surely the critic sees a face in a drawing, 0 to 1; None where it did not look."""
    has_more_frames: bool = False
    in_camera_folder: bool = False
    set_aside: FileReason | None = None
    """Why its place says that it is not for training, if it does."""
    held_out: bool = False
    """Whether our own export kept it from training."""


@dataclass(frozen=True)
class ImportedFiles:
    """Everything that was found, in the order of the sources."""

    pictures: tuple[FoundPicture, ...]
    rejected: tuple[FileNote, ...]
    warnings: tuple[FileNote, ...]


@dataclass
class _Findings:
    rejected: list[FileNote] = field(default_factory=list[FileNote])
    captions: CaptionFinder = field(default_factory=CaptionFinder)
    pictures: dict[PictureKey, tuple[FoundFile, DecodedPicture]] = field(
        default_factory=dict[PictureKey, tuple[FoundFile, DecodedPicture]]
    )
    names_by_sha256: dict[str, str] = field(default_factory=dict[str, str])


def import_files(
    sources: Sequence[Path],
    pool: DecodingPool,
    store: Callable[[DecodedPicture], None],
    tell: Tell,
    face_search: FaceSearch | None = None,
) -> ImportedFiles:
    """Reads every source once; `store` is called with each accepted picture as it is met.

    Args:
        face_search: given for face sets; a drawing is then told as done when it was looked at.

    Raises:
        InvalidDataset: a source does not exist, or a zip is broken, empty or beyond the limits.
        InvalidSettings: the face detector cannot be read.
    """
    findings = _Findings()
    finder, critic = (face_search.finder, face_search.critic) if face_search else (None, None)
    with contextlib.ExitStack() as open_zips, DrawnFaces(critic) as drawn_faces:
        files = find_files(sources, findings.rejected, open_zips)
        for file in sorted(filter(is_caption_file, files), key=reads_first, reverse=True):
            _take_captions(file, findings)
        pictures = _training_first([file for file in files if not is_caption_file(file)])
        told = _Told(len(pictures), tell)
        results = pool.decode_all(((file, file.read) for file in pictures), finder)
        for number, (file, result) in enumerate(results, start=1):
            _take_picture(file, result, findings, store, drawn_faces)
            told.tell(number - drawn_faces.waiting)
        scores = drawn_faces.scores(lambda waiting: told.tell(len(pictures) - waiting))
    matched = findings.captions.match()
    found = tuple(
        _found_picture(file, decoded, matched.captions.get(key, ""), scores.get(decoded.sha256), pictures[file])
        for key, (file, decoded) in findings.pictures.items()
    )
    face_warnings = _face_warnings(found) if face_search else ()
    warnings = (*matched.warnings, *_warnings(found), *face_warnings)
    return ImportedFiles(found, (*findings.rejected, *matched.rejected), warnings)


class _Told:
    """Says how much of an import is done, and how long the rest will take at that pace."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._total = total
        self._tell = tell
        self._started_at = time.monotonic()

    def tell(self, done: int) -> None:
        pace_s = (time.monotonic() - self._started_at) / done if done else None
        self._tell(ImportProgress(done, self._total, None if pace_s is None else pace_s * (self._total - done)))


def _take_captions(file: FoundFile, findings: _Findings) -> None:
    try:
        findings.captions.add_captions(file, file.read())
    except RejectedPicture as rejection:
        findings.rejected.append(FileNote(file.shown_name, rejection.reason))


def _take_picture(
    file: FoundFile,
    result: Callable[[], Decoded],
    findings: _Findings,
    store: Callable[[DecodedPicture], None],
    drawn_faces: DrawnFaces,
) -> None:
    try:
        decoded = result()
    except RejectedPicture as rejection:
        decoded = rejection.reason
    if isinstance(decoded, FileReason):
        findings.rejected.append(FileNote(file.shown_name, decoded))
        findings.captions.add_unusable(file)
    elif decoded.sha256 in findings.names_by_sha256:
        first = findings.names_by_sha256[decoded.sha256]
        findings.rejected.append(FileNote(file.shown_name, FileReason.DUPLICATE, other=first))
        findings.captions.add_unusable(file)
    else:
        store(decoded)
        if decoded.measures.is_drawing:
            drawn_faces.look_at(decoded.sha256, decoded.thumbnail)
        findings.names_by_sha256[decoded.sha256] = file.shown_name
        # A thousand PNGs in memory would be gigabytes: only what was measured is kept.
        findings.pictures[findings.captions.add_picture(file)] = (
            file,
            replace(decoded, png=b"", thumbnail=b"", grid_thumbnail=b""),
        )


def _training_first(files: Sequence[FoundFile]) -> dict[FoundFile, FileReason | None]:
    """The files with why their place sets them aside; a copy among those must not take a training picture's place."""
    places = dict(zip(files, set_aside_by_place(files), strict=True))
    return dict(sorted(places.items(), key=lambda item: item[1] is not None))


def _found_picture(
    file: FoundFile, decoded: DecodedPicture, caption: str, drawn_face: float | None, set_aside: FileReason | None
) -> FoundPicture:
    label = label_of(file.folder)
    return FoundPicture(
        shown_name=file.shown_name,
        sha256=decoded.sha256,
        caption=caption,
        height=decoded.height,
        width=decoded.width,
        repeats=label.repeats if label else 1,
        file_format=decoded.file_format,
        folder_words=label.words if label else "",
        has_more_frames=decoded.has_more_frames,
        in_camera_folder=is_camera_folder(file.folder),
        set_aside=set_aside,
        held_out=is_held_out_by_place(file),
        measures=decoded.measures,
        faces=decoded.faces,
        drawn_face=drawn_face,
    )


def _warnings(pictures: Sequence[FoundPicture]) -> Iterator[FileNote]:
    any_caption = any(picture.caption for picture in pictures)
    for picture in pictures:
        if any_caption and not picture.caption:
            yield FileNote(picture.shown_name, FileReason.IMAGE_WITHOUT_CAPTION)
        if min(picture.height, picture.width) < _SMALLEST_BASE_PX:
            shortest = min(picture.height, picture.width)
            yield FileNote(picture.shown_name, FileReason.ENLARGED, measure=float(shortest))
        if picture.repeats > 1:
            yield FileNote(picture.shown_name, FileReason.REPEATED, measure=float(picture.repeats))
        if picture.in_camera_folder:
            yield FileNote(picture.shown_name, FileReason.CAMERA_FOLDER)
        if picture.has_more_frames:
            yield FileNote(picture.shown_name, FileReason.FIRST_FRAME)
        if picture.file_format == _HEIF:
            yield FileNote(picture.shown_name, FileReason.CONVERTED)
        elif _has_wrong_suffix(picture):
            yield FileNote(picture.shown_name, FileReason.WRONG_EXTENSION)


def _face_warnings(pictures: Sequence[FoundPicture]) -> Iterator[FileNote]:
    for picture in pictures:
        count = None if picture.faces is None else len(picture.faces)
        largest = picture.faces[0] if picture.faces else None
        reason = face_warning(count, largest, picture.height, picture.width, picture.drawn_face)
        if reason is not None:
            yield FileNote(picture.shown_name, reason, measure=picture.drawn_face)


def _has_wrong_suffix(picture: FoundPicture) -> bool:
    suffix = Path(picture.shown_name).suffix.lower()
    return bool(suffix) and suffix not in PICTURE_SUFFIXES.get(picture.file_format, ())
