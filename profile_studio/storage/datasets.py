"""Data set rows. The pictures themselves lie in the home; a row knows their content hash."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from profile_studio.domain.datasets import (
    CaptionSource,
    Consent,
    Dataset,
    DatasetChange,
    DatasetImage,
    FaceBox,
    FaceDetector,
    FileReason,
    ImageMeasures,
)
from profile_studio.domain.errors import InvalidDataset, UnknownDataset
from profile_studio.domain.sentences import Sentence, from_json, to_json
from profile_studio.storage.database import Database, dataset_changes, dataset_images, datasets


@dataclass(frozen=True)
class NewImage:
    """A stored picture about to become a row; `sha256` is of its pixels."""

    image_id: str
    original_name: str
    caption: str
    held_out: bool
    sha256: str
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


class DatasetRepository:
    """Reads and writes data sets; pictures are expected at `<datasets_dir>/<name>/images/<image_id>.png`."""

    def __init__(self, database: Database, datasets_dir: Path) -> None:
        self._database = database
        self._datasets_dir = datasets_dir

    def create(
        self,
        name: str,
        images: Sequence[NewImage],
        now: float,
        *,
        trigger_word: str = "",
        class_word: str = "",
        consent: Consent | None = None,
        example: str | None = None,
        face_detector: FaceDetector | None = None,
    ) -> Dataset:
        """A new data set.

        Raises:
            InvalidDataset: the name is taken.
        """
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    datasets.insert().values(
                        name=name,
                        trigger_word=trigger_word,
                        class_word=class_word,
                        consent=consent,
                        example=example,
                        face_detector=face_detector,
                        created_at=now,
                    )
                )
                connection.execute(
                    dataset_images.insert(),
                    [{"dataset": name, "position": i, **asdict(image)} for i, image in enumerate(images)],
                )
        except IntegrityError as error:
            raise InvalidDataset(
                "There is already a data set called {name!r}.",
                "Choose another name, or delete that one first.",
                name=name,
            ) from error
        return self.get(name)

    def add_images(self, name: str, images: Sequence[NewImage], face_detector: FaceDetector | None) -> Dataset:
        """More pictures at the end of a data set, all or none.

        Args:
            face_detector: who looked for faces in them, if anybody did.

        Raises:
            UnknownDataset: there is no such data set.
        """
        column = dataset_images.c
        with self._database.transaction() as connection:
            if connection.execute(sa.select(datasets.c.name).where(datasets.c.name == name)).first() is None:
                raise _unknown(name)
            last = connection.execute(sa.select(sa.func.max(column.position)).where(column.dataset == name)).scalar()
            start = 0 if last is None else last + 1
            connection.execute(
                dataset_images.insert(),
                [{"dataset": name, "position": i, **asdict(image)} for i, image in enumerate(images, start)],
            )
            if face_detector is not None:
                connection.execute(datasets.update().where(datasets.c.name == name).values(face_detector=face_detector))
        return self.get(name)

    def get(self, name: str) -> Dataset:
        """The data set of this name.

        Raises:
            UnknownDataset: there is none.
        """
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(datasets).where(datasets.c.name == name)).first()
            if row is None:
                raise _unknown(name)
            query = sa.select(dataset_images).where(dataset_images.c.dataset == name)
            images = connection.execute(query.order_by(dataset_images.c.position)).all()
        return Dataset(
            name=name,
            version=_version(row, images),
            trigger_word=row.trigger_word,
            class_word=row.class_word,
            consent=Consent(row.consent) if row.consent else None,
            face_detector=FaceDetector(row.face_detector) if row.face_detector else None,
            created_at=row.created_at,
            every_image=tuple(
                DatasetImage(
                    image_id=image.image_id,
                    path=self._datasets_dir / name / "images" / f"{image.image_id}.png",
                    original_name=image.original_name,
                    caption=image.caption,
                    held_out=image.held_out,
                    height=image.height,
                    width=image.width,
                    repeats=image.repeats,
                    is_kept=image.is_kept,
                    reason=FileReason(image.reason) if image.reason else None,
                    measure=image.measure,
                    other=image.other,
                    group_id=image.group_id or image.image_id,
                    measures=ImageMeasures(**image.measures) if image.measures else None,
                    caption_source=CaptionSource(image.caption_source),
                    face_box=FaceBox(*image.face_box) if image.face_box else None,
                    face_count=image.face_count,
                    is_reference=image.is_reference,
                    drawn_face=image.drawn_face,
                )
                for image in images
            ),
        )

    def example(self, name: str) -> str | None:
        """The shipped example this data set was made from, if any."""
        with self._database.transaction() as connection:
            return connection.execute(sa.select(datasets.c.example).where(datasets.c.name == name)).scalar()

    def names(self) -> list[str]:
        """All names, sorted."""
        with self._database.transaction() as connection:
            return list(connection.execute(sa.select(datasets.c.name).order_by(datasets.c.name)).scalars())

    def set_captions(self, name: str, captions: Mapping[str, str], source: CaptionSource) -> None:
        """Changes the captions of the pictures with these ids."""
        with self._database.transaction() as connection:
            for image_id, caption in captions.items():
                self._update(connection, name, image_id, caption=caption, caption_source=source)

    def fill_caption(self, name: str, image_id: str, caption: str, expected: str) -> bool:
        """Writes an automatic caption unless the picture's caption is no longer the expected one."""
        with self._database.transaction() as connection:
            changed = connection.execute(
                dataset_images.update()
                .where(
                    dataset_images.c.dataset == name,
                    dataset_images.c.image_id == image_id,
                    dataset_images.c.caption == expected,
                )
                .values(caption=caption, caption_source=CaptionSource.AUTO)
            )
        return changed.rowcount > 0

    def set_fate(
        self,
        name: str,
        image_id: str,
        *,
        is_kept: bool,
        held_out: bool,
        reason: FileReason | None,
        measure: float | None,
    ) -> None:
        """Keeps a picture or sets it aside."""
        with self._database.transaction() as connection:
            self._update(connection, name, image_id, is_kept=is_kept, held_out=held_out, reason=reason, measure=measure)

    def swap_copy(self, name: str, copy: DatasetImage, original: DatasetImage) -> None:
        """Keeps a copy in the place of its original, which becomes the copy; so do the original's other copies."""
        column = dataset_images.c
        with self._database.transaction() as connection:
            connection.execute(
                dataset_images.update()
                .where(
                    column.dataset == name,
                    column.group_id == original.group_id,
                    column.reason == FileReason.DUPLICATE,
                    column.other == original.original_name,
                )
                .values(other=copy.original_name)
            )
            self._update(
                connection, name, copy.image_id,
                is_kept=True, held_out=original.held_out, reason=None, measure=None, other="",
            )  # fmt: skip
            self._update(
                connection, name, original.image_id,
                is_kept=False, held_out=False, reason=FileReason.DUPLICATE, measure=copy.measure,
                other=copy.original_name,
            )  # fmt: skip

    def set_held_out(self, name: str, image_ids: Iterable[str]) -> None:
        """Holds out exactly these pictures, and the references, which it leaves as they are."""
        chosen, column = set(image_ids), dataset_images.c
        with self._database.transaction() as connection:
            ids = sa.select(column.image_id).where(column.dataset == name, sa.not_(column.is_reference))
            for image_id in list(connection.execute(ids).scalars()):
                self._update(connection, name, image_id, held_out=image_id in chosen)

    def set_consent(self, name: str, consent: Consent) -> None:
        with self._database.transaction() as connection:
            connection.execute(datasets.update().where(datasets.c.name == name).values(consent=consent))

    def set_faces(self, name: str, detector: FaceDetector, faces: Mapping[str, Sequence[FaceBox]]) -> None:
        """Remembers the faces of the photographs with these ids, largest first, and who found them."""
        with self._database.transaction() as connection:
            connection.execute(datasets.update().where(datasets.c.name == name).values(face_detector=detector))
            for image_id, boxes in faces.items():
                largest = boxes[0] if boxes else None
                self._update(connection, name, image_id, face_box=largest, face_count=len(boxes))

    def set_drawn_faces(self, name: str, scores: Mapping[str, float]) -> None:
        """Remembers how surely the critic sees a face in the drawings with these ids."""
        with self._database.transaction() as connection:
            for image_id, score in scores.items():
                self._update(connection, name, image_id, drawn_face=score)

    def add_change(
        self,
        name: str,
        version: str,
        now: float,
        what: Sentence,
        captions_before: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Remembers a version; with `captions_before` (image id to caption and source) it can be undone."""
        before = dict(captions_before) if captions_before is not None else sa.null()
        with self._database.transaction() as connection:
            connection.execute(
                dataset_changes.insert().values(
                    dataset=name,
                    version=version,
                    made_at=now,
                    what=what,
                    sentence=to_json(what),
                    captions_before=before,
                )
            )

    def changes(self, name: str) -> list[DatasetChange]:
        """All versions, newest first."""
        query = sa.select(dataset_changes).where(dataset_changes.c.dataset == name)
        with self._database.transaction() as connection:
            rows = connection.execute(query.order_by(dataset_changes.c.id.desc())).all()
        return [DatasetChange(row.version, row.made_at, _what(row)) for row in rows]

    def take_undo(self, name: str) -> tuple[Sentence, dict[str, list[str]]] | None:
        """What the newest change of captions was and what they were before; that change can no longer be undone."""
        query = sa.select(dataset_changes).where(
            dataset_changes.c.dataset == name, dataset_changes.c.captions_before.is_not(None)
        )
        with self._database.transaction() as connection:
            row = connection.execute(query.order_by(dataset_changes.c.id.desc())).first()
            if row is None:
                return None
            connection.execute(
                dataset_changes.update().where(dataset_changes.c.id == row.id).values(captions_before=sa.null())
            )
        return _what(row), row.captions_before

    def _update(self, connection: sa.Connection, name: str, image_id: str, **values: Any) -> None:
        connection.execute(
            dataset_images.update()
            .where(dataset_images.c.dataset == name, dataset_images.c.image_id == image_id)
            .values(**values)
        )

    def set_trigger_word(self, name: str, trigger_word: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(datasets.update().where(datasets.c.name == name).values(trigger_word=trigger_word))

    def set_class_word(self, name: str, class_word: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(datasets.update().where(datasets.c.name == name).values(class_word=class_word))

    def delete(self, name: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(dataset_changes.delete().where(dataset_changes.c.dataset == name))
            connection.execute(dataset_images.delete().where(dataset_images.c.dataset == name))
            connection.execute(datasets.delete().where(datasets.c.name == name))


def _what(change: sa.Row[Any]) -> Sentence:
    """Rows of earlier versions have the text only."""
    return from_json(change.sentence) if change.sentence else Sentence(change.what)


def _unknown(name: str) -> UnknownDataset:
    return UnknownDataset("There is no data set {name!r}.", "`dataset list` shows the ones there are.", name=name)


def _version(row: sa.Row[Any], images: Sequence[sa.Row[Any]]) -> str:
    """The same for the same kept pictures in whatever order they came."""
    kept = sorted([image.sha256, image.caption, image.held_out, image.repeats] for image in images if image.is_kept)
    facts = [row.trigger_word, kept]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:12]
