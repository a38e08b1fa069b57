"""Pictures that join a set to compare with, and are never trained on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from profile_studio.decoding.measures import PictureMeasures
from profile_studio.decoding.pool import DecodedPicture, shared_pool
from profile_studio.domain.counting import left_out_words
from profile_studio.domain.datasets import (
    Dataset,
    DatasetImage,
    FileNote,
    FileReason,
    ReferencesReport,
    ReferencesRequest,
)
from profile_studio.domain.errors import InvalidDataset
from profile_studio.files.atomic import temporary_folder
from profile_studio.services.cleaning import are_alike, hash_distance, judge, may_be_alike
from profile_studio.services.drawn_faces import FaceSearch
from profile_studio.services.importing import FoundPicture, Tell, import_files
from profile_studio.services.stored_pictures import picture_files, picture_id, rows_of, store_picture
from profile_studio.storage.datasets import DatasetRepository, NewImage


def add_references(
    request: ReferencesRequest, folder: Path, repository: DatasetRepository, face_search: FaceSearch | None, tell: Tell
) -> ReferencesReport:
    """Adds pictures to the set in `folder`; on an error nothing of them stays. Nobody else may be adding any.

    What is like a picture that the set has, set aside or not, is refused: a training may have seen it, or may yet.

    Raises:
        UnknownDataset: there is no such data set.
        InvalidDataset: a source cannot be read, or no picture is left to add.
        InvalidSettings: the face detector cannot be read.
    """
    with temporary_folder(folder) as building:
        found = import_files(
            request.sources, shared_pool(), lambda picture: store_picture(building, picture), tell, face_search
        )
        likenesses = _likenesses(found.pictures, repository.get(request.name))
        fresh = [picture for picture in found.pictures if picture.sha256 not in likenesses]
        rejected = [*found.rejected, *likenesses.values()]
        if not fresh:
            raise _none_left(rejected)
        images = [replace(row, held_out=row.is_kept, is_reference=True) for row in rows_of(fresh, judge(fresh))]
        looked = any(image.face_count is not None for image in images)
        detector = face_search.finder.detector if face_search and looked else None
        try:
            _move(images, building, folder)
            dataset = repository.add_images(request.name, images, detector)
        except BaseException:
            _remove(images, folder)
            raise
    rejected += [FileNote(each.original_name, each.reason, each.measure, each.other) for each in images if each.reason]
    known = {picture.shown_name for picture in found.pictures if picture.sha256 in likenesses}
    warnings = tuple(note for note in found.warnings if note.file not in known)
    return ReferencesReport(dataset, tuple(rejected), warnings, sum(image.is_kept for image in images))


def _likenesses(pictures: Sequence[FoundPicture], dataset: Dataset) -> dict[str, FileNote]:
    """Why pictures would not be unseen, by their sha256."""
    names = {image.image_id: image.original_name for image in dataset.every_image}
    known = list(_measured_again(pictures, dataset.every_image))
    notes: dict[str, FileNote] = {}
    for picture in pictures:
        same = names.get(picture_id(picture.sha256))
        alike = [
            (hash_distance(measures, picture.measures), image.original_name)
            for image, measures in known
            if are_alike(measures, picture.measures)
        ]
        if same is not None:
            notes[picture.sha256] = FileNote(picture.shown_name, FileReason.LIKE_THE_SET, other=same)
        elif alike:
            distance, other = min(alike)
            notes[picture.sha256] = FileNote(picture.shown_name, FileReason.LIKE_THE_SET, float(distance), other)
    return notes


def _measured_again(
    pictures: Sequence[FoundPicture], images: Sequence[DatasetImage]
) -> Iterator[tuple[DatasetImage, PictureMeasures]]:
    """The stored pictures that may be alike: rows keep their hashes, but not their looks."""
    near = [
        image
        for image in images
        if image.measures is None or any(may_be_alike(image.measures, picture.measures) for picture in pictures)
    ]
    for image, result in shared_pool().decode_all((image, image.path.read_bytes) for image in near):
        decoded = result()
        if isinstance(decoded, DecodedPicture):
            yield image, decoded.measures


def _none_left(rejected: Sequence[FileNote]) -> InvalidDataset:
    details = left_out_words(note.reason.value for note in rejected)
    return InvalidDataset(
        "There is no picture to add{details}.", "Choose pictures that are unlike those of the set.", details=details
    )


def _move(images: Sequence[NewImage], building: Path, folder: Path) -> None:
    for image in images:
        for source, target in zip(
            picture_files(building, image.image_id), picture_files(folder, image.image_id), strict=True
        ):
            source.replace(target)


def _remove(images: Sequence[NewImage], folder: Path) -> None:
    for image in images:
        for path in picture_files(folder, image.image_id):
            path.unlink(missing_ok=True)
