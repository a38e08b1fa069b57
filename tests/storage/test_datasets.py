from dataclasses import replace
from pathlib import Path

import pytest

from profile_studio.domain.datasets import CaptionSource, FaceBox
from profile_studio.domain.errors import InvalidDataset, UnknownDataset
from profile_studio.domain.sentences import Sentence
from profile_studio.storage.database import Database, dataset_changes
from profile_studio.storage.datasets import DatasetRepository, NewImage

IMAGES = [NewImage(f"i{n}", f"{n}.png", f"picture {n}", n == 2, f"hash{n}", 8, 8) for n in range(3)]


@pytest.fixture
def repository(tmp_path: Path) -> DatasetRepository:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    return DatasetRepository(database, tmp_path / "datasets")


def test_a_data_set_comes_back_in_order(repository: DatasetRepository) -> None:
    created = repository.create("pixels", IMAGES, now=1.0, trigger_word="pxl")
    assert [image.image_id for image in created.images] == ["i0", "i1", "i2"]
    assert [image.image_id for image in created.held_out_images] == ["i2"]
    assert repository.names() == ["pixels"]


def test_a_face_box_comes_back_as_it_was_found(repository: DatasetRepository) -> None:
    images = [replace(IMAGES[0], face_box=FaceBox(top=1, left=2, height=3, width=4)), IMAGES[1]]
    found, none = repository.create("faces", images, now=1.0).images
    assert found.face_box == FaceBox(top=1, left=2, height=3, width=4)
    assert none.face_box is None


def test_a_change_keeps_its_template_and_one_of_an_earlier_version_is_plain_text(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'studio.db'}")
    database.upgrade()
    repository = DatasetRepository(database, tmp_path / "datasets")
    repository.create("pixels", IMAGES, now=1.0)
    kept = Sentence("kept: {file}", file="1.png")
    with database.transaction() as connection:
        connection.execute(dataset_changes.insert().values(dataset="pixels", version="a", made_at=1.0, what="imported"))
    repository.add_change("pixels", "b", 2.0, Sentence("undone: {what}", what=kept), {"i1": ("before", "hand")})

    undone, imported = (change.what for change in repository.changes("pixels"))
    assert (undone, imported) == ("undone: kept: 1.png", "imported")
    assert (undone.template, imported.template) == ("undone: {what}", "imported")
    assert repository.take_undo("pixels") == (undone, {"i1": ["before", "hand"]})


def test_a_taken_name_is_refused_and_the_first_set_stays(repository: DatasetRepository) -> None:
    repository.create("pixels", IMAGES, now=1.0)
    with pytest.raises(InvalidDataset) as error:
        repository.create("pixels", IMAGES[:1], now=2.0)
    assert "already" in error.value.message
    assert len(repository.get("pixels").images) == 3


def test_the_version_follows_the_content_and_nothing_else(repository: DatasetRepository) -> None:
    first = repository.create("a", IMAGES, now=1.0).version
    assert repository.create("b", IMAGES, now=2.0).version == first
    repository.set_captions("a", {"i0": "changed"}, CaptionSource.HAND)
    assert repository.get("a").version != first
    repository.set_captions("a", {"i0": "picture 0"}, CaptionSource.HAND)
    assert repository.get("a").version == first


def test_more_pictures_come_after_the_others_or_not_at_all(repository: DatasetRepository) -> None:
    repository.create("pixels", IMAGES[:2], now=1.0)
    more = replace(IMAGES[2], is_reference=True)
    assert [image.is_reference for image in repository.add_images("pixels", [more], None).images] == [
        False,
        False,
        True,
    ]
    with pytest.raises(UnknownDataset):
        repository.add_images("voxels", [more], None)


def test_holding_out_leaves_references_as_they_are(repository: DatasetRepository) -> None:
    repository.create("pixels", [*IMAGES[:2], replace(IMAGES[2], is_reference=True)], now=1.0)
    repository.set_held_out("pixels", ["i0"])
    assert [image.image_id for image in repository.get("pixels").held_out_images] == ["i0", "i2"]


def test_a_deleted_set_is_unknown(repository: DatasetRepository) -> None:
    repository.create("pixels", IMAGES, now=1.0)
    repository.delete("pixels")
    with pytest.raises(UnknownDataset):
        repository.get("pixels")
