"""Data set rows. The pictures themselves lie in the home; a row knows their content hash."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from profile_studio.domain.datasets import Consent, Dataset, DatasetImage
from profile_studio.domain.errors import InvalidDataset, UnknownDataset
from profile_studio.storage.database import Database, dataset_images, datasets


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
                        created_at=now,
                    )
                )
                connection.execute(
                    dataset_images.insert(),
                    [{"dataset": name, "position": i, **vars(image)} for i, image in enumerate(images)],
                )
        except IntegrityError as error:
            raise InvalidDataset(
                f"There is already a data set called {name!r}.", "Choose another name, or delete that one first."
            ) from error
        return self.get(name)

    def get(self, name: str) -> Dataset:
        """The data set of this name.

        Raises:
            UnknownDataset: there is none.
        """
        with self._database.transaction() as connection:
            row = connection.execute(sa.select(datasets).where(datasets.c.name == name)).first()
            if row is None:
                raise UnknownDataset(f"There is no data set {name!r}.", "`dataset list` shows the ones there are.")
            query = sa.select(dataset_images).where(dataset_images.c.dataset == name)
            images = connection.execute(query.order_by(dataset_images.c.position)).all()
        return Dataset(
            name=name,
            version=_version(row, images),
            trigger_word=row.trigger_word,
            class_word=row.class_word,
            consent=Consent(row.consent) if row.consent else None,
            created_at=row.created_at,
            images=tuple(
                DatasetImage(
                    image_id=image.image_id,
                    path=self._datasets_dir / name / "images" / f"{image.image_id}.png",
                    original_name=image.original_name,
                    caption=image.caption,
                    held_out=image.held_out,
                    height=image.height,
                    width=image.width,
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

    def set_caption(self, name: str, image_id: str, caption: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                dataset_images.update()
                .where(dataset_images.c.dataset == name, dataset_images.c.image_id == image_id)
                .values(caption=caption)
            )

    def set_trigger_word(self, name: str, trigger_word: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(datasets.update().where(datasets.c.name == name).values(trigger_word=trigger_word))

    def delete(self, name: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(dataset_images.delete().where(dataset_images.c.dataset == name))
            connection.execute(datasets.delete().where(datasets.c.name == name))


def _version(row: sa.Row[Any], images: Sequence[sa.Row[Any]]) -> str:
    facts = [row.trigger_word, [[image.sha256, image.caption, image.held_out] for image in images]]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:12]
