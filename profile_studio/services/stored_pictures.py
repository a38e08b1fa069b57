"""Pictures that were accepted, as files of a set's folder and as rows about to be written."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from profile_studio.decoding.pool import DecodedPicture
from profile_studio.domain.datasets import CaptionSource, ImageMeasures
from profile_studio.files.full_disk import check_room
from profile_studio.services.cleaning import Fate
from profile_studio.services.importing import FoundPicture
from profile_studio.storage.datasets import NewImage

_ID_DIGITS = 16  # of the pixels' sha256; 64 bits keep 100 pictures apart


def picture_id(sha256: str) -> str:
    """What a picture with these pixels is called in its set."""
    return sha256[:_ID_DIGITS]


def picture_files(folder: Path, image_id: str) -> tuple[Path, Path, Path]:
    """Where a set's folder has a picture, its small copy, and the copy for a grid."""
    thumbs = folder / "thumbs"
    return folder / "images" / f"{image_id}.png", thumbs / f"{image_id}.webp", thumbs / f"{image_id}-grid.webp"


def store_picture(folder: Path, picture: DecodedPicture) -> None:
    """Writes a picture and its copies.

    Raises:
        DiskFull: the disk would have no room for anything but rows then.
    """
    contents = (picture.png, picture.thumbnail, picture.grid_thumbnail)
    check_room(folder, sum(map(len, contents)))
    for path, content in zip(picture_files(folder, picture_id(picture.sha256)), contents, strict=True):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def rows_of(pictures: Sequence[FoundPicture], fates: Sequence[Fate]) -> list[NewImage]:
    """A row for each picture with its fate; none is held out yet."""
    return [
        NewImage(
            image_id=picture_id(picture.sha256),
            original_name=picture.shown_name,
            caption=picture.caption,
            caption_source=CaptionSource.FILE if picture.caption else CaptionSource.NONE,
            held_out=False,
            sha256=picture.sha256,
            height=picture.height,
            width=picture.width,
            repeats=picture.repeats,
            is_kept=fate.reason is None,
            reason=fate.reason,
            measure=fate.measure,
            other=fate.other,
            group_id=picture_id(pictures[fate.group].sha256),
            measures=_kept_measures(picture),
            face_box=picture.faces[0] if picture.faces else None,
            face_count=None if picture.faces is None else len(picture.faces),
            drawn_face=picture.drawn_face,
        )
        for picture, fate in zip(pictures, fates, strict=True)
    ]


def _kept_measures(picture: FoundPicture) -> ImageMeasures:
    measures = asdict(picture.measures)
    for served_the_import in ("look", "fine_detail"):
        del measures[served_the_import]
    return ImageMeasures(**measures)
