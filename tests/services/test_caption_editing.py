"""Captions changed one by one or all at once, taken back, counted; versions; export; deletion."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from profile_studio.domain.captions import CaptionEdit, tag_frequencies
from profile_studio.domain.datasets import CaptionSource, Dataset, ImportRequest
from profile_studio.domain.jobs import JobKind
from profile_studio.services.datasets import DatasetService
from profile_studio.services.exporting import ExportFormat
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository


@pytest.fixture
def datasets(settings: Settings) -> DatasetService:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    return DatasetService(settings, database)


@pytest.fixture
def imported(datasets: DatasetService, tmp_path: Path) -> Dataset:
    folder = tmp_path / "2_pxl person"
    folder.mkdir()
    for seed in range(13):
        pixels = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((64, 64), Image.Resampling.NEAREST).save(folder / f"{seed:02d}.png")
        if seed:
            (folder / f"{seed:02d}.txt").write_text(f"a red hat, number {seed}", encoding="utf-8")
    return datasets.import_sources(ImportRequest([folder], "hats")).dataset


def captions(dataset: Dataset) -> list[str]:
    return [image.caption for image in dataset.images]


def test_many_captions_change_at_once_and_come_back(datasets: DatasetService, imported: Dataset) -> None:
    assert datasets.edit_captions("hats", CaptionEdit.REPLACE, "red hat", "cap") == 12
    datasets.edit_captions("hats", CaptionEdit.PREFIX, "photo")
    datasets.edit_captions("hats", CaptionEdit.PREFIX, "photo")
    datasets.edit_captions("hats", CaptionEdit.SUFFIX, "indoors")
    assert captions(datasets.get("hats"))[:2] == ["photo, indoors", "photo, a cap, number 1, indoors"]
    assert datasets.get("hats").images[1].caption_source is CaptionSource.HAND

    undone = [datasets.undo_captions("hats") for _ in range(4)]

    assert undone == ["suffix: indoors", "prefix: photo", "replace: red hat by cap", None]
    assert captions(datasets.get("hats")) == captions(imported)
    assert datasets.get("hats").version == imported.version
    assert datasets.get("hats").images[1].caption_source is CaptionSource.FILE


def test_captions_changed_one_by_one_are_by_hand_and_come_back_one_by_one(
    datasets: DatasetService, imported: Dataset
) -> None:
    first, second = imported.images[:2]
    datasets.set_caption("hats", first.image_id, "bare  head")
    datasets.set_caption("hats", second.image_id, "a cap")
    changed = datasets.get("hats").images[:2]
    assert [(image.caption, image.caption_source) for image in changed] == [
        ("bare head", CaptionSource.HAND),
        ("a cap", CaptionSource.HAND),
    ]

    assert datasets.undo_captions("hats") == f"the caption of {second.original_name}"
    assert captions(datasets.get("hats"))[:2] == ["bare head", second.caption]
    datasets.undo_captions("hats")
    assert captions(datasets.get("hats")) == captions(imported)


def test_each_change_is_a_version_that_says_what_changed(datasets: DatasetService, imported: Dataset) -> None:
    datasets.set_caption("hats", "00.png", "bare head")
    datasets.set_trigger_word("hats", "pixelme")
    changes = datasets.changes("hats")
    assert [change.what for change in changes] == ["the trigger word: pixelme", "the caption of 00.png", "imported"]
    assert len({change.version for change in changes}) == 3
    assert changes[-1].version == imported.version


def test_tags_are_counted_by_the_captions_that_hold_them() -> None:
    assert tag_frequencies(["a, b", "b, b", ""]) == {"b": 2, "a": 1}


def test_a_set_says_what_it_lacks(datasets: DatasetService, imported: Dataset) -> None:
    assert any("add two from the side" in sentence for sentence in datasets.advice("hats", is_face=True))


def test_a_trigger_word_that_a_base_model_knows_is_pointed_out(datasets: DatasetService, imported: Dataset) -> None:
    def speaks_of(word: str) -> bool:
        datasets.set_trigger_word("hats", word)
        return any("made-up word" in sentence for sentence in datasets.advice("hats"))

    assert speaks_of("mohawk")  # a token of the starter's
    assert speaks_of("beach")
    assert not speaks_of("pixelme")


@pytest.mark.parametrize("export_format", list(ExportFormat))
def test_an_exported_set_comes_back_as_it_was(
    datasets: DatasetService, imported: Dataset, tmp_path: Path, export_format: ExportFormat
) -> None:
    path = datasets.export("hats", export_format, tmp_path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    again = datasets.import_sources(ImportRequest([path], "again")).dataset
    assert {image.image_id for image in again.images} == {image.image_id for image in imported.images}
    texts = {image.image_id: image.caption for image in again.images}
    assert texts[imported.images[1].image_id] == "pxl, a red hat, number 1"
    if export_format is ExportFormat.KOHYA:
        assert sum(name.startswith("2_pxl person/") for name in names) == 22
        assert sum(name.startswith("held_out/") for name in names) == 4
    else:
        assert {"train/metadata.jsonl", "test/metadata.jsonl"} <= set(names)


def test_deleting_a_set_lists_what_went_with_it_and_what_could_not(
    datasets: DatasetService, imported: Dataset, settings: Settings
) -> None:
    jobs = JobRepository(Database(settings.resolved_database_url))
    finished = jobs.create(JobKind.TRAIN, {"dataset": "hats"}, 1, 0.0)
    waiting = jobs.create(JobKind.TRAIN, {"dataset": "hats"}, 1, 1.0)
    jobs.ask_cancel(finished.id, 2.0)
    for job in (finished, waiting):
        (settings.jobs_dir / job.id / "samples").mkdir(parents=True)
        (settings.jobs_dir / job.id / "cache.safetensors").write_bytes(b"encoded pictures")

    deleted = datasets.delete("hats")

    assert deleted.removed[:2] == ("13 pictures", "13 thumbnails")
    assert f"cache.safetensors of the training {finished.id}" in deleted.removed
    assert list((settings.jobs_dir / finished.id).iterdir()) == []
    assert (settings.jobs_dir / waiting.id / "cache.safetensors").is_file()
    assert [waiting.id in sentence for sentence in deleted.left] == [True]
    assert json.dumps(deleted.removed)


def test_half_an_emoji_is_left_out_of_captions_and_of_what_undo_says(
    datasets: DatasetService, imported: Dataset
) -> None:
    first = imported.images[0]
    datasets.set_caption("hats", first.original_name, "a party \ud83c")
    assert captions(datasets.get("hats"))[0] == "a party"
    datasets.edit_captions("hats", CaptionEdit.SUFFIX, "smiling \ud83c")
    assert captions(datasets.get("hats"))[0] == "a party, smiling"
    assert datasets.undo_captions("hats") == "suffix: smiling"
