"""Data sets: import, look, edit, delete."""

import contextlib
import shutil
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from filelock import Timeout

from profile_studio.base_models import known_words
from profile_studio.decoding.decode import GRID_QUALITY, GRID_SIDE_PX
from profile_studio.decoding.faces import FaceFinder
from profile_studio.decoding.pool import DecodedPicture, shared_pool
from profile_studio.domain.captions import MAXIMUM_CAPTION_CHARACTERS, CaptionEdit, clean_caption, edited
from profile_studio.domain.counting import counted, left_out_words
from profile_studio.domain.datasets import (
    MINIMUM_IMAGES,
    CaptionSource,
    Consent,
    Dataset,
    DatasetChange,
    DatasetImage,
    DeletedDataset,
    FaceBox,
    FaceDetector,
    FileNote,
    FileReason,
    ImportReport,
    ImportRequest,
    ReferencesReport,
    ReferencesRequest,
)
from profile_studio.domain.errors import InvalidAdapter, InvalidDataset, InvalidPrompt, InvalidSettings, UnknownDataset
from profile_studio.domain.names import check_name
from profile_studio.domain.sentences import Sentence
from profile_studio.domain.styles import StyleReference
from profile_studio.domain.trigger_words import check_class_word, check_trigger_word
from profile_studio.files.atomic import create_folder_atomically
from profile_studio.files.full_disk import check_room
from profile_studio.files.pictures import write_thumbnail
from profile_studio.lora_files import read_adapter
from profile_studio.services.cleaning import Fate, judge
from profile_studio.services.coverage import coverage_advice
from profile_studio.services.demo import refuse_in_demo
from profile_studio.services.drawn_faces import DrawnFaces, FaceSearch
from profile_studio.services.exporting import ExportFormat, export_dataset
from profile_studio.services.found_again import FOUND_AGAIN, forget_import_lock, has_files, import_lock
from profile_studio.services.held_out import choose_held_out, held_out_by
from profile_studio.services.housekeeping import forget_deleted_rows
from profile_studio.services.importing import FoundPicture, ImportedFiles, Tell, import_files
from profile_studio.services.reference_pictures import add_references
from profile_studio.services.stored_pictures import rows_of, store_picture
from profile_studio.services.traces import TracesOfDatasets
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository, NewImage
from profile_studio.storage.jobs import JobRepository
from profile_studio.storage.references import style_reference

_WRITE_ANEW = Sentence(
    "The rows of this set were lost and it was found again by its folder: write its captions anew, and say who is in it."
)


def _tell_nobody(_progress: object) -> None:
    """For imports and looks that nobody watches."""


class DatasetService:
    """Everything the page and the command line do with training sets."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._repository = DatasetRepository(database, settings.datasets_dir)
        self._jobs = JobRepository(database)

    def import_sources(self, request: ImportRequest, tell: Tell = _tell_nobody) -> ImportReport:
        """Makes a data set of files, folders and zips; on an error nothing of it stays.

        Args:
            tell: called after each picture; what it raises ends the import.

        Raises:
            InvalidName: the name is not allowed.
            InvalidDataset: the name is taken, a source cannot be read, or fewer than two pictures are usable.
            InvalidSettings: the held-out fraction is out of range.
            DiskFull: the disk would have no room for anything but rows.
        """
        refuse_in_demo(self._settings, "Uploads are")
        return self._import(request, None, tell)

    def check_request(self, request: ImportRequest) -> None:
        """Refuses what an import would refuse before it looks at a file.

        Raises:
            InvalidName, InvalidDataset, InvalidPrompt, InvalidSettings, NotInDemo, DiskFull: as `import_sources`.
        """
        refuse_in_demo(self._settings, "Uploads are")
        self._check(request)

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
                "There is no example {name!r}.",
                "Take one of these: {names}.",
                name=name,
                names=self.examples() or Sentence("none yet"),
            )
        folder = self._settings.examples_dir / name / "train"
        request = ImportRequest([folder], dataset_name or name, _trigger_word_of_example(name), held_out_fraction=0.0)
        # Its reference pictures are held out already, for good.
        return self._import(request, name, _tell_nobody)

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

    def grid_thumbnail(self, name: str, image_id: str) -> Path:
        """Where the copy for a grid lies: WebP, at most 128 px; made here for sets that were brought before there was one.

        Raises:
            InvalidPicture: the small copy is gone or broken.
        """
        thumbnail = self.thumbnail(name, image_id)
        smaller = thumbnail.with_name(f"{image_id}-grid.webp")
        if not smaller.is_file():
            write_thumbnail(thumbnail, smaller, GRID_SIDE_PX, GRID_QUALITY)
        return smaller

    def set_caption(self, name: str, file: str, text: str) -> None:
        """Changes the text a picture is trained with.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it has no such picture.
            InvalidPrompt: the text is too long.
        """
        refuse_in_demo(self._settings, "Changing captions is")
        image = self._image(name, file)
        if len(text) > MAXIMUM_CAPTION_CHARACTERS:
            raise InvalidPrompt(
                "A caption may have {limit} characters; this has {count}.",
                "Shorten it.",
                limit=MAXIMUM_CAPTION_CHARACTERS,
                count=len(text),
            )
        self.change_captions(name, {image.image_id: text}, Sentence("the caption of {file}", file=image.original_name))

    def change_captions(
        self, name: str, captions: Mapping[str, str], what: Sentence, source: CaptionSource = CaptionSource.HAND
    ) -> int:
        """Changes captions by image id as one change that `undo_captions` takes back; returns how many differ."""
        refuse_in_demo(self._settings, "Changing captions is")
        images = {image.image_id: image for image in self.get(name).every_image}
        clean = {image_id: clean_caption(text)[:MAXIMUM_CAPTION_CHARACTERS] for image_id, text in captions.items()}
        differing = {image_id: text for image_id, text in clean.items() if text != images[image_id].caption}
        if differing:
            before = {each: (images[each].caption, images[each].caption_source.value) for each in differing}
            self._repository.set_captions(name, differing, source)
            self._remember(self.get(name), what, before)
        return len(differing)

    def edit_captions(self, name: str, edit: CaptionEdit, words: str, replacement: str = "") -> int:
        """Changes many captions of the kept pictures at once; returns how many differ.

        Raises:
            UnknownDataset: there is no such data set.
        """
        refuse_in_demo(self._settings, "Changing captions is")
        captions = {image.image_id: image.caption for image in self.get(name).images}
        how, shown = Sentence(edit.value), clean_caption(words)
        what = (
            Sentence("{edit}: {words} by {replacement}", edit=how, words=shown, replacement=clean_caption(replacement))
            if replacement
            else Sentence("{edit}: {words}", edit=how, words=shown)
        )
        return self.change_captions(name, edited(captions, edit, words, replacement), what)

    def undo_captions(self, name: str) -> Sentence | None:
        """Takes the newest change of captions back; returns what it was, or None if there is none (any more).

        Raises:
            UnknownDataset: there is no such data set.
        """
        refuse_in_demo(self._settings, "Changing captions is")
        self.get(name)
        undo = self._repository.take_undo(name)
        if undo is None:
            return None
        what, before = undo
        for source in {source for _, source in before.values()}:
            captions = {image_id: text for image_id, (text, its_source) in before.items() if its_source == source}
            self._repository.set_captions(name, captions, CaptionSource(source))
        self._remember(self.get(name), Sentence("undone: {what}", what=what))
        return what

    def set_trigger_word(self, name: str, word: str) -> None:
        """Changes the word that calls the style up.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidPrompt: it is not one word.
        """
        refuse_in_demo(self._settings, "Changing trigger words is")
        self.get(name)
        self._repository.set_trigger_word(name, check_trigger_word(word))
        self._remember(self.get(name), Sentence("the trigger word: {word}", word=word.strip()))

    def set_class_word(self, name: str, word: str) -> None:
        """Changes the ordinary word for what the trigger word calls up; comparisons say it to the base.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidPrompt: it is not one thing in a few words.
        """
        refuse_in_demo(self._settings, "Changing class words is")
        self.get(name)
        word = check_class_word(word)
        self._repository.set_class_word(name, word)
        self._remember(self.get(name), Sentence("the class word: {word}", word=word))

    def set_consent(self, name: str, consent: Consent) -> None:
        """Remembers who is in the pictures; a set that becomes a face set by it is looked through for faces.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidSettings: the face detector cannot be read.
        """
        refuse_in_demo(self._settings, "Changing consent is")
        dataset = self.get(name)
        if not dataset.is_face_set:
            self._look_for_faces(dataset)
        self._repository.set_consent(name, consent)

    def keep(self, name: str, file: str) -> None:
        """Takes a picture that was set aside back into the set; the reason stays with it.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it has no such picture.
        """
        refuse_in_demo(self._settings, "Choosing pictures is")
        image = self._image(name, file)
        if image.is_kept:
            return
        alike = [each for each in self.get(name).images if each.group_id == image.group_id]
        held_out = image.is_reference or any(
            each.held_out for each in alike
        )  # its likeness is a secret of the held-out part
        reason = None if image.reason is FileReason.BY_HAND else image.reason
        self._repository.set_fate(
            name, image.image_id, is_kept=True, held_out=held_out, reason=reason, measure=image.measure
        )
        self._remember(self.get(name), Sentence("kept: {file}", file=image.original_name))

    def keep_instead(self, name: str, file: str) -> None:
        """Keeps a picture that was set aside as a copy, and sets the one it is a copy of aside.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it has no such picture, or it is no copy of a kept one.
        """
        refuse_in_demo(self._settings, "Choosing pictures is")
        copy, dataset = self._image(name, file), self.get(name)
        original = dataset.original_of(copy)
        if original is None:
            raise InvalidDataset("{dataset} no longer has this picture.", "Choose the set again.", dataset=name)
        self._repository.swap_copy(name, copy, original)
        self._remember(self.get(name), Sentence("kept: {file}", file=copy.original_name))

    def set_aside(self, name: str, file: str) -> None:
        """Takes a picture out of the set without deleting it.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it has no such picture.
        """
        refuse_in_demo(self._settings, "Choosing pictures is")
        image = self._image(name, file)
        if not image.is_kept:
            return
        reason = image.reason or FileReason.BY_HAND
        self._repository.set_fate(
            name, image.image_id, is_kept=False, held_out=False, reason=reason, measure=image.measure
        )
        self._remember(self.get(name), Sentence("set aside: {file}", file=image.original_name))

    def hold_out(self, name: str, fraction: float) -> Dataset:
        """Sets another part of the pictures apart for comparing; references are apart whatever it is.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidSettings: the fraction is out of range.
        """
        refuse_in_demo(self._settings, "Holding pictures out is")
        fraction = _check_fraction(fraction) or 0.0
        self._repository.set_held_out(name, held_out_by(self.get(name), fraction))
        self._remember(self.get(name), Sentence("held out: {fraction}", fraction=f"{fraction:g}"))
        return self.get(name)

    def sweep(self) -> None:
        """Deletes what killed imports left, so that nobody's pictures stay where no page shows them."""
        for unfinished in self._settings.datasets_dir.glob(".*.tmp"):
            name = unfinished.name.removeprefix(".").split(".")[0]
            with contextlib.suppress(Timeout), import_lock(self._settings, name).acquire(timeout=0):
                shutil.rmtree(unfinished, ignore_errors=True)

    def add_references(self, request: ReferencesRequest, tell: Tell = _tell_nobody) -> ReferencesReport:
        """Adds pictures that are never trained on, looked through as at an import; on an error nothing of them stays.

        Args:
            tell: called after each picture; what it raises ends it.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: a source cannot be read, or no picture is left to add.
            InvalidSettings: the face detector cannot be read.
            DiskFull: the disk would have no room for anything but rows.
        """
        self.check_references(request)
        face_search = _face_search(self._settings) if self.get(request.name).is_face_set else None
        self.sweep()
        with import_lock(self._settings, request.name):
            folder = self._settings.datasets_dir / request.name
            report = add_references(request, folder, self._repository, face_search, tell)
        self._remember(report.dataset, Sentence("references added: {count}", count=report.added))
        return report

    def check_references(self, request: ReferencesRequest) -> None:
        """Refuses what `add_references` would refuse before it looks at a file.

        Raises:
            UnknownDataset, NotInDemo, DiskFull: as `add_references`.
        """
        refuse_in_demo(self._settings, "Uploads are")
        check_room(self._settings.datasets_dir, 0)
        self.get(request.name)

    def style_reference(self, name: str) -> StyleReference:
        """The pictures that a comparison measures the set's style against, and those that are trained on.

        Raises:
            UnknownDataset: there is no such data set.
        """
        return style_reference(name, self._settings, self._repository)

    def changes(self, name: str) -> "Sequence[DatasetChange]":
        """The versions of a data set, newest first, and by what each came about."""
        return self._repository.changes(self.get(name).name)

    def advice(self, name: str, *, is_face: bool = False) -> "Sequence[str]":
        """What the set lacks, in sentences; the most important first.

        Raises:
            UnknownDataset: there is no such data set.
        """
        taken: dict[str, str] = {}
        for folder in (self._settings.user_loras_dir, self._settings.shipped_loras_dir):
            for path in folder.glob("*.safetensors"):
                with contextlib.suppress(InvalidAdapter):
                    adapter = read_adapter(path)
                    if adapter.trigger_word and adapter.dataset != name:
                        taken[adapter.trigger_word.lower()] = adapter.name
        dataset = self.get(name)
        advice = coverage_advice(dataset, is_face, taken, known_words(self._settings))
        *_, first = self._repository.changes(name) or [None]
        was_lost = first is not None and first.what == FOUND_AGAIN and not dataset.captioned
        return [*([_WRITE_ANEW] if was_lost else []), *advice]

    def export(self, name: str, export_format: ExportFormat, out: Path) -> Path:
        """Writes a set as a zip; `out` is the zip or a folder for it.

        Raises:
            UnknownDataset: there is no such data set.
            InvalidDataset: it cannot be written there.
        """
        return export_dataset(self.get(name), export_format, out)

    def delete(self, name: str, *, with_adapters: bool = False) -> DeletedDataset:
        """Removes a data set with everything made of its pictures, and says what that was.

        Args:
            with_adapters: whether the person's LoRAs that were trained on it go as well, with what was made with them
                but the gallery's pictures; trainings and comparisons that are not over are canceled then.

        Raises:
            UnknownDataset: there is none.
            InvalidDataset: its folder cannot be removed; nothing was deleted then.
        """
        refuse_in_demo(self._settings, "Deleting is")
        dataset = self.get(name)
        doomed = _out_of_sight(self._settings.datasets_dir / name)
        self._repository.delete(name)
        shutil.rmtree(doomed, ignore_errors=True)
        forget_import_lock(self._settings, name)
        pictures = len(dataset.every_image)
        removed = [
            counted(pictures, "picture"),
            counted(pictures, "thumbnail"),
            counted(dataset.captioned, "caption"),
        ]
        left = [Sentence("a part of its pictures until the next import removes it")] if doomed.exists() else []
        now = time.time()
        traces = TracesOfDatasets(self._settings, self._jobs)
        removed_traces, left_traces = traces.remove(name, now, with_adapters=with_adapters)
        removed_rows, left_rows = forget_deleted_rows(self._database, now)
        return DeletedDataset(name, (*removed, *removed_traces, *removed_rows), (*left, *left_traces, *left_rows))

    def adapters_of(self, name: str) -> "list[str]":
        """Names of the person's LoRAs that `delete` removes with the set if it is asked to."""
        return TracesOfDatasets(self._settings, self._jobs).adapters_there(name)

    def _image(self, name: str, file: str) -> DatasetImage:
        """A picture by its id, or by the name a person knows."""
        images = self.get(name).every_image
        found = [image for image in images if file == image.image_id]
        found = found or [image for image in images if file in (image.original_name, Path(image.original_name).name)]
        if not found:
            raise InvalidDataset(
                "{dataset!r} has no picture {file!r}.",
                "`dataset show {dataset}` lists them.",
                dataset=name,
                file=file,
            )
        if len(found) > 1:
            ids = ", ".join(image.image_id for image in found)
            raise InvalidDataset(
                "{dataset!r} has {count} pictures called {file!r}.",
                "Name one by its id: {ids}.",
                dataset=name,
                count=len(found),
                file=file,
                ids=ids,
            )
        return found[0]

    def _look_for_faces(self, dataset: Dataset) -> None:
        """What the import of a face set would have done about faces."""
        search = _face_search(self._settings)
        stored = ((image, image.path.read_bytes) for image in dataset.every_image)
        faces: dict[DatasetImage, Sequence[FaceBox]] = {}
        with DrawnFaces(search.critic) as drawn_faces:
            for image, result in shared_pool().decode_all(stored, search.finder):
                decoded = result()
                if not isinstance(decoded, DecodedPicture):
                    continue
                if decoded.faces is not None:
                    faces[image] = decoded.faces
                elif decoded.measures.is_drawing:
                    drawn_faces.look_at(image.image_id, decoded.thumbnail)
            self._repository.set_drawn_faces(dataset.name, drawn_faces.scores(_tell_nobody))
        if not faces:
            return
        self._repository.set_faces(
            dataset.name, search.finder.detector, {image.image_id: boxes for image, boxes in faces.items()}
        )
        crowded = [image for image, boxes in faces.items() if len(boxes) > 1 and image.is_kept and image.reason is None]
        for image in crowded:
            count = float(len(faces[image]))
            self._repository.set_fate(
                dataset.name,
                image.image_id,
                is_kept=False,
                held_out=False,
                reason=FileReason.SEVERAL_FACES,
                measure=count,
            )
        if crowded:
            several = counted(len(crowded), "picture")
            self._remember(
                self.get(dataset.name), Sentence("set aside: {pictures} with several faces", pictures=several)
            )

    def _remember(
        self, dataset: Dataset, what: Sentence, captions_before: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._repository.add_change(dataset.name, dataset.version, time.time(), what, captions_before)

    def _check(self, request: ImportRequest) -> None:
        check_room(self._settings.datasets_dir, 0)
        check_name(request.name)
        self._refuse_taken(request.name)
        _check_fraction(request.held_out_fraction)
        check_trigger_word(request.trigger_word)
        check_class_word(request.class_word)

    def _import(self, request: ImportRequest, example: str | None, tell: Tell) -> ImportReport:
        self._check(request)
        folder = self._settings.datasets_dir / request.name
        face_search = _face_search(self._settings) if request.is_face_set else None
        self.sweep()
        with import_lock(self._settings, request.name):
            with create_folder_atomically(folder) as building:
                found = import_files(
                    request.sources, shared_pool(), lambda picture: store_picture(building, picture), tell, face_search
                )
                fates = judge(found.pictures)
                _check_enough(found, fates)
                self._refuse_taken(request.name)
                if folder.exists():  # without a file in it
                    shutil.rmtree(folder)
            folder_word, folder_class = _words_of_folders(found.pictures)
            trigger_word = request.trigger_word.strip() or folder_word
            rows = rows_of(found.pictures, fates)
            chosen = _held_out_ids(found.pictures, rows, request.held_out_fraction)
            images = [replace(image, held_out=image.image_id in chosen) for image in rows]
            try:
                dataset = self._repository.create(
                    request.name,
                    images,
                    time.time(),
                    trigger_word=trigger_word,
                    class_word=check_class_word(request.class_word) or folder_class,
                    consent=request.consent,
                    example=example,
                    face_detector=face_search.finder.detector
                    if face_search and any(image.face_count is not None for image in images)
                    else None,
                )
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        self._remember(dataset, Sentence("imported"))
        return ImportReport(dataset, (*found.rejected, *_set_aside_notes(dataset)), found.warnings)

    def _refuse_taken(self, name: str) -> None:
        """An import removes no pictures that lie in a set's folder, whether the database knows them or not."""
        if name in self._repository.names():
            raise InvalidDataset(
                "There is already a data set called {name!r}.",
                "Choose another name, or delete that one first.",
                name=name,
            )
        if has_files(self._settings.datasets_dir / name):
            raise InvalidDataset(
                "The folder of an older data set called {name!r} lies here, but the database does not know it.",
                "Start the studio again: it finds the set again by its folder. Or choose another name.",
                name=name,
            )


def _out_of_sight(folder: Path) -> Path:
    """Gives a set's folder a name that is swept: whatever ends this process, it is not found again."""
    doomed = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        folder.replace(doomed)
    except FileNotFoundError:
        pass  # only its rows are left
    except OSError as error:
        raise InvalidDataset(
            "The folder of {name!r} cannot be removed ({reason}).",
            "Close what has its pictures open, then delete the set again.",
            name=folder.name,
            reason=Sentence(error.strerror or str(error)),
        ) from error
    return doomed


def _face_search(settings: Settings) -> FaceSearch:
    return FaceSearch(_face_finder(settings), settings.critic_dir)


def _face_finder(settings: Settings) -> FaceFinder:
    """YuNet where a person named its file, else the cascade that comes with OpenCV.

    Raises:
        InvalidSettings: there is no such file.
    """
    if not settings.yunet:
        return FaceFinder(FaceDetector.HAAR)
    model = Path(settings.yunet).expanduser().resolve()
    if not model.is_file():
        raise InvalidSettings(
            "PROFILE_STUDIO_YUNET names {model}, where there is no file.",
            "Put YuNet's .onnx file there, or unset the variable: OpenCV's Haar cascade then looks for faces.",
            model=str(model),
        )
    return FaceFinder(FaceDetector.YUNET, str(model))


def _trigger_word_of_example(name: str) -> str:
    """What the LoRAs that ship were trained with."""
    return f"{name}-style"


def _check_fraction(fraction: float | None) -> float | None:
    if fraction is not None and not 0 <= fraction <= 0.5:
        raise InvalidSettings(
            "The held-out fraction {fraction} is out of range.",
            "Give a number from 0 to 0.5; 0.15 is usual.",
            fraction=fraction,
        )
    return fraction


def _set_aside_notes(dataset: Dataset) -> list[FileNote]:
    return [
        FileNote(image.original_name, image.reason, image.measure, image.other)
        for image in dataset.set_aside_images
        if image.reason is not None
    ]


def _check_enough(found: ImportedFiles, fates: Sequence[Fate]) -> None:
    if len(fates) >= MINIMUM_IMAGES:
        return  # what was set aside can be kept after all, be it every picture
    reasons = [note.reason for note in found.rejected] + [fate.reason for fate in fates if fate.reason is not None]
    details = left_out_words(reason.value for reason in reasons)
    if fates:
        raise InvalidDataset(
            "There is one usable picture only{details}.", "Add at least one more; 10 to 30 are good.", details=details
        )
    raise InvalidDataset(
        "There is no usable picture{details}.", "Add JPEG, PNG or WebP pictures of 16 px or more.", details=details
    )


def _held_out_ids(pictures: Sequence[FoundPicture], rows: Sequence[NewImage], fraction: float | None) -> set[str]:
    """What was brought as held out stays so; more is chosen where there is none of it, or a person says how much."""
    brought = {row.image_id for picture, row in zip(pictures, rows, strict=True) if picture.held_out and row.is_kept}
    if brought and fraction is None:
        return brought
    return brought | choose_held_out([(row.image_id, row.group_id) for row in rows if row.is_kept], fraction)


def _words_of_folders(pictures: Sequence[FoundPicture]) -> tuple[str, str]:
    """The trigger word and the class word that folders called `10_sks person` name, each if all that name one agree."""
    labels = {picture.folder_words for picture in pictures if picture.folder_words and picture.set_aside is None}
    words = [label.partition(" ") for label in labels]
    trigger_words = {trigger_word for trigger_word, _, _ in words}
    class_words = {class_word.strip() for _, _, class_word in words} - {""}
    try:
        return (
            check_trigger_word(trigger_words.pop()) if len(trigger_words) == 1 else "",
            check_class_word(class_words.pop()) if len(class_words) == 1 else "",
        )
    except InvalidPrompt:
        return "", ""
