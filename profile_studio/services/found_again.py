"""Data sets whose rows were lost are found again by their folders."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from profile_studio.decoding.pool import DecodedPicture, shared_pool
from profile_studio.domain.datasets import MINIMUM_IMAGES, Dataset
from profile_studio.domain.errors import InputError, InvalidAdapter, InvalidName
from profile_studio.domain.names import check_name
from profile_studio.domain.sentences import Sentence
from profile_studio.files.atomic import write_atomically
from profile_studio.lora_files import read_adapter
from profile_studio.services.cleaning import judge
from profile_studio.services.held_out import choose_held_out
from profile_studio.services.importing import import_files
from profile_studio.services.stored_pictures import picture_files, picture_id, rows_of
from profile_studio.settings import Settings
from profile_studio.storage.datasets import DatasetRepository

FOUND_AGAIN = Sentence("found again by its folder; captions and consent were lost")

_log = logging.getLogger(__name__)


def import_lock(settings: Settings, name: str) -> FileLock:
    """Held by whoever is filling or taking in the folder of a set."""
    return FileLock(settings.run_dir / f"import-{name}.lock")


def forget_import_lock(settings: Settings, name: str) -> None:
    """Removes the lock's file, whose name tells the set's, unless somebody holds it."""
    lock = import_lock(settings, name)
    with contextlib.suppress(Timeout, OSError), lock.acquire(timeout=0):
        Path(lock.lock_file).unlink(missing_ok=True)


def has_files(folder: Path) -> bool:
    """Whether anything lies in a folder, however deep."""
    return any(path.is_file() for path in folder.rglob("*"))


def find_again(settings: Settings, repository: DatasetRepository, now: float) -> list[Dataset]:
    """Makes the rows of folders that the database does not know; no file in them is changed or removed.

    What only the rows knew is lost: captions, consent, what was set aside by hand. The words of the set come from a
    LoRA that was trained on it. A folder in which two pictures cannot be read is left as it is.
    """
    found = [_take_in(folder, settings, repository, now) for folder in unknown_folders(settings, repository)]
    return [dataset for dataset in found if dataset is not None]


def unknown_folders(settings: Settings, repository: DatasetRepository) -> Iterator[Path]:
    """Folders that may be data sets and have no row."""
    known = set(repository.names())
    for folder in sorted(settings.datasets_dir.iterdir()):
        with contextlib.suppress(InvalidName):
            if check_name(folder.name) not in known and (folder / "images").is_dir():
                yield folder


def _take_in(folder: Path, settings: Settings, repository: DatasetRepository, now: float) -> Dataset | None:
    name = folder.name
    try:
        with import_lock(settings, name).acquire(timeout=0):
            if name in repository.names():  # its import ended meanwhile
                return None
            pictures = import_files(
                [folder / "images"], shared_pool(), lambda picture: _complete(folder, picture), lambda _: None
            ).pictures
            if len(pictures) < MINIMUM_IMAGES:
                return None
            rows = rows_of(pictures, judge(pictures))
            held_out = choose_held_out([(row.image_id, row.group_id) for row in rows if row.is_kept], None)
            trigger_word, class_word = _words(name, settings)
            dataset = repository.create(
                name,
                [replace(row, held_out=row.image_id in held_out) for row in rows],
                now,
                trigger_word=trigger_word,
                class_word=class_word,
            )
    except (Timeout, InputError, OSError) as error:
        _log.warning("The folder of the data set %s was not taken in: %s", name, error)
        return None
    repository.add_change(name, dataset.version, now, FOUND_AGAIN)
    _log.warning("The data set %s was %s. %d pictures are there.", name, FOUND_AGAIN, len(dataset.every_image))
    return dataset


def _complete(folder: Path, picture: DecodedPicture) -> None:
    """Writes what is missing beside a picture."""
    contents = (picture.png, picture.thumbnail, picture.grid_thumbnail)
    for path, content in zip(picture_files(folder, picture_id(picture.sha256)), contents, strict=True):
        if not path.is_file():
            with write_atomically(path) as temporary:
                temporary.write_bytes(content)


def _words(name: str, settings: Settings) -> tuple[str, str]:
    """Trigger word and class word, if the LoRAs that were trained on the set agree."""
    words: set[tuple[str, str]] = set()
    for path in settings.user_loras_dir.glob("[!.]*.safetensors"):
        with contextlib.suppress(InvalidAdapter):
            adapter = read_adapter(path)
            if adapter.dataset == name:
                words.add((adapter.trigger_word, adapter.class_word))
    return words.pop() if len(words) == 1 else ("", "")
