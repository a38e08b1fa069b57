"""A data set as a zip that other trainers read."""

import json
import zipfile
from enum import StrEnum
from pathlib import Path

from profile_studio.decoding.stored import read_stored
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.errors import InvalidDataset
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.trigger_words import as_folder, prompt_with_trigger
from profile_studio.files.atomic import write_atomically
from profile_studio.files.full_disk import disk_full
from profile_studio.services.found_files import HELD_OUT_FOLDER


class ExportFormat(StrEnum):
    """How the zip is laid out."""

    IMAGEFOLDER = "imagefolder"
    KOHYA = "kohya"


def export_dataset(dataset: Dataset, export_format: ExportFormat, out: Path) -> Path:
    """Writes the kept pictures and their captions; held-out pictures lie apart and stay untrained.

    `imagefolder` has `train/metadata.jsonl` (and `test/`) with `file_name` and `text`; `kohya` has folders
    `N_trigger class` with a `.txt` beside each picture, as an import reads them back.

    Raises:
        InvalidDataset: the zip cannot be written there.
        InvalidPicture: the file of a picture is gone or damaged.
    """
    for image in dataset.images:
        read_stored(image.path, image.original_name)  # before half a zip is written
    path = out / f"{dataset.name}-{export_format.value}.zip" if out.is_dir() else out
    try:
        with write_atomically(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
            if export_format is ExportFormat.KOHYA:
                _write_kohya(dataset, archive)
            else:
                _write_imagefolder(dataset, archive)
    except OSError as error:
        if (full := disk_full(error)) is not None:
            raise full from error
        raise InvalidDataset(
            "{path} cannot be written: {problem}.",
            "Choose another place.",
            path=str(path),
            problem=Sentence(error.strerror or str(error)),
        ) from error
    return path


def _write_imagefolder(dataset: Dataset, archive: zipfile.ZipFile) -> None:
    for split, images in (("train", dataset.training_images), ("test", dataset.held_out_images)):
        if not images:
            continue
        rows = [{"file_name": image.path.name, "text": _text(dataset, image)} for image in images]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        archive.writestr(f"{split}/metadata.jsonl", lines)
        for image in images:
            archive.write(image.path, f"{split}/{image.path.name}")


def _write_kohya(dataset: Dataset, archive: zipfile.ZipFile) -> None:
    # Without a trigger word the class word stands behind a space, so that it is not taken for one.
    words = f"{dataset.trigger_word} {dataset.class_word}" if dataset.class_word else dataset.trigger_word
    for image in dataset.images:
        folder = HELD_OUT_FOLDER if image.held_out else f"{image.repeats}_{as_folder(words)}"
        archive.write(image.path, f"{folder}/{image.path.name}")
        if text := _text(dataset, image):  # kohya's trainer stops at an empty caption file
            archive.writestr(f"{folder}/{image.path.stem}.txt", text)


def _text(dataset: Dataset, image: DatasetImage) -> str:
    return prompt_with_trigger(dataset.trigger_word, image.caption)
