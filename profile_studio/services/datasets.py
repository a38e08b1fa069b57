"""Data sets: import, look, edit, delete."""

import math
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from profile_studio.domain.datasets import (
    DEFAULT_HELD_OUT_FRACTION,
    HELD_OUT_FROM_IMAGES,
    MINIMUM_IMAGES,
    Dataset,
    ImportReport,
    ImportRequest,
)
from profile_studio.domain.errors import InvalidDataset, InvalidPrompt, InvalidSettings, UnknownDataset
from profile_studio.domain.names import check_name
from profile_studio.services.demo import refuse_in_demo
from profile_studio.services.importing import MAXIMUM_CAPTION_CHARACTERS, FoundPicture, ImportedFiles, import_files
from profile_studio.services.pictures import OwnPicture, thumbnail
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository, NewImage
from profile_studio.storage.files import create_folder_atomically

_LONGEST_IMPORT_S = 24 * 3600
_ID_DIGITS = 16  # of the pixels' sha256; 64 bits keep 100 pictures apart


class DatasetService:
    """Everything the page and the command line do with training sets."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._repository = DatasetRepository(database, settings.datasets_dir)

    def import_sources(self, request: ImportRequest) -> ImportReport:
        """Makes a data set of files, folders and zips; on an error nothing of it stays.

        Raises:
            InvalidName: the name is not allowed.
            InvalidDataset: the name is taken, a source cannot be read, or fewer than two pictures are usable.
            InvalidSettings: the held-out fraction is out of range.
        """
        refuse_in_demo(self._settings, "Uploads are")
        return self._import(request, example=None)

    def import_example(self, name: str, dataset_name: str | None = None) -> ImportReport:
        """Makes a data set of the training pictures of an example that ships.

        Raises:
            UnknownDataset: there is no such example.
            NotInDemo: a demo has each example already.
        """
        refuse_in_demo(self._settings, "More copies of the examples are")
        return self._import_example(name, dataset_name)

    def take_all_examples(self) -> None:
        """Makes a data set of each example that has none yet: what a demo shows."""
        for name in self.examples():
            if name not in self._repository.names():
                self._import_example(name, None)

    def _import_example(self, name: str, dataset_name: str | None) -> ImportReport:
        if name not in self.examples():
            raise UnknownDataset(
                f"There is no example {name!r}.", f"Take one of these: {', '.join(self.examples()) or 'none yet'}."
            )
        folder = self._settings.examples_dir / name / "train"
        request = ImportRequest([folder], dataset_name or name, suggest_trigger_word(name), held_out_fraction=0.0)
        # Its reference pictures are held out already, for good.
        return self._import(request, example=name)

    def examples(self) -> list[str]:
        """Names of the examples that ship, sorted."""
        folders = self._settings.examples_dir.glob("*/train")
        return sorted(folder.parent.name for folder in folders if folder.is_dir())

    def example_picture(self, name: str) -> Path:
        """The picture that stands for an example."""
        return self._settings.examples_dir / name / "train" / "001.png"

    def list(self) -> list[Dataset]:
        """All data sets, by name."""
        return [self._repository.get(name) for name in self._repository.names()]

    def get(self, name: str) -> Dataset:
        """The data set of this name.

        Raises:
            UnknownDataset: there is none.
        """
        return self._repository.get(name)

    def thumbnail(self, name: str, image_id: str) -> Path:
        """Where the small copy of a picture lies: WebP, at most 256 px."""
        return self._settings.datasets_dir / name / "thumbs" / f"{image_id}.webp"

    def set_caption(self, name: str, image_id: str, text: str) -> None:
        """Changes the text a picture is trained with.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it has no such picture.
            InvalidPrompt: the text is too long.
        """
        refuse_in_demo(self._settings, "Changing captions is")
        if image_id not in {image.image_id for image in self.get(name).images}:
            raise InvalidDataset(f"{name!r} has no picture {image_id!r}.", f"`dataset show {name}` lists them.")
        if len(text) > MAXIMUM_CAPTION_CHARACTERS:
            raise InvalidPrompt(
                f"A caption may have {MAXIMUM_CAPTION_CHARACTERS} characters; this has {len(text)}.", "Shorten it."
            )
        self._repository.set_caption(name, image_id, " ".join(text.split()))

    def set_trigger_word(self, name: str, word: str) -> None:
        """Changes the word that calls the style up.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidPrompt: it is not one word.
        """
        refuse_in_demo(self._settings, "Changing trigger words is")
        self.get(name)
        self._repository.set_trigger_word(name, _check_trigger_word(word))

    def delete(self, name: str) -> None:
        """Removes a data set and its pictures; adapters trained on it stay.

        Raises:
            UnknownDataset: there is none.
        """
        refuse_in_demo(self._settings, "Deleting is")
        self.get(name)
        self._repository.delete(name)
        shutil.rmtree(self._settings.datasets_dir / name, ignore_errors=True)

    def _import(self, request: ImportRequest, example: str | None) -> ImportReport:
        folder = self._settings.datasets_dir / check_name(request.name)
        if request.name in self._repository.names():
            raise _name_taken(request.name)
        fraction = _check_fraction(request.held_out_fraction)
        trigger_word = _check_trigger_word(request.trigger_word)
        _sweep(self._settings.datasets_dir)
        with FileLock(self._settings.run_dir / f"import-{request.name}.lock"):
            with create_folder_atomically(folder) as building:
                found = import_files(request.sources, lambda picture: _store(building, picture))
                _check_enough(found)
                # A folder without a row is what a crash left; a row without a folder cannot be.
                if folder.exists() and request.name not in self._repository.names():
                    shutil.rmtree(folder)
                elif folder.exists():
                    raise _name_taken(request.name)
            images = _with_held_out(found.pictures, fraction)
            try:
                dataset = self._repository.create(
                    request.name,
                    images,
                    time.time(),
                    trigger_word=trigger_word,
                    class_word=request.class_word.strip(),
                    consent=request.consent,
                    example=example,
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return ImportReport(dataset, found.rejected, found.warnings)


def _sweep(datasets_dir: Path) -> None:
    """Deletes what killed imports left, so that nobody's pictures stay where no page shows them."""
    for unfinished in datasets_dir.glob(".*.tmp"):
        if time.time() - unfinished.stat().st_mtime > _LONGEST_IMPORT_S:
            shutil.rmtree(unfinished, ignore_errors=True)


def suggest_trigger_word(name: str) -> str:
    """A word for this data set that no base model knows yet: "my-dog" becomes "my-dog-style"."""
    return f"{name}-style"


def _name_taken(name: str) -> InvalidDataset:
    return InvalidDataset(
        f"There is already a data set called {name!r}.", "Choose another name, or delete that one first."
    )


def _check_fraction(fraction: float | None) -> float | None:
    if fraction is not None and not 0 <= fraction <= 0.5:
        raise InvalidSettings(
            f"The held-out fraction {fraction} is out of range.", "Give a number from 0 to 0.5; 0.15 is usual."
        )
    return fraction


def _check_trigger_word(word: str) -> str:
    word = word.strip()
    if not re.fullmatch(r"[^\s,()+]{0,64}", word) or word.endswith("-"):
        raise InvalidPrompt(
            f"{word!r} cannot be a trigger word.", "Use one made-up word without spaces, commas, brackets or +."
        )
    return word


def _check_enough(found: ImportedFiles) -> None:
    if len(found.pictures) >= MINIMUM_IMAGES:
        return
    counts: dict[str, int] = {}
    for note in found.rejected:
        counts[note.reason.value] = counts.get(note.reason.value, 0) + 1
    left_out = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(counts.items()))
    details = f" (left out: {left_out})" if left_out else ""
    if found.pictures:
        raise InvalidDataset(f"There is one usable picture only{details}.", "Add at least one more; 10 to 30 are good.")
    raise InvalidDataset(f"There is no usable picture{details}.", "Add JPEG, PNG or WebP pictures of 16 px or more.")


def _store(building: Path, picture: OwnPicture) -> None:
    name = picture.sha256[:_ID_DIGITS]
    for path, image in (
        (building / "images" / f"{name}.png", picture.image),
        (building / "thumbs" / f"{name}.webp", thumbnail(picture.image)),
    ):
        path.parent.mkdir(exist_ok=True)
        # Level 1 writes a photo in a fifth of the usual time, a sixth larger; WebP does not know the word.
        image.save(path, compress_level=1)


def _with_held_out(pictures: Sequence[FoundPicture], fraction: float | None) -> list[NewImage]:
    if fraction is None:
        fraction = DEFAULT_HELD_OUT_FRACTION if len(pictures) >= HELD_OUT_FROM_IMAGES else 0.0
    count = min(math.floor(len(pictures) * fraction + 0.5), len(pictures) - MINIMUM_IMAGES)
    # The hash of the pixels decides, so the same pictures are always divided in the same way.
    held_out = set(sorted(picture.sha256 for picture in pictures)[:count])
    return [
        NewImage(
            image_id=picture.sha256[:_ID_DIGITS],
            original_name=picture.shown_name,
            caption=picture.caption,
            held_out=picture.sha256 in held_out,
            sha256=picture.sha256,
            height=picture.height,
            width=picture.width,
        )
        for picture in pictures
    ]
