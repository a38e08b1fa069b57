"""The import that a page started: it goes on when the page is closed, and every window sees it."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from profile_studio.domain.datasets import ImportProgress, ImportReport, ImportRequest, ReferencesRequest
from profile_studio.domain.errors import InvalidDataset, Stopped
from profile_studio.services.datasets import DatasetService

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BackgroundImport:
    """How an import stands. `number` counts the imports of this process."""

    number: int
    name: str
    adds_references: bool = False
    """Whether the set is there already and gets pictures that are never trained on."""
    progress: ImportProgress | None = None
    """None until the first picture is done."""
    is_stopping: bool = False
    outcome: ImportReport | Exception | None = None
    """None while it goes on; `Stopped` where a person ended it."""

    @property
    def is_going_on(self) -> bool:
        return self.outcome is None

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.progress.done / self.progress.total if self.progress else 0.0

    @property
    def seconds_left(self) -> float | None:
        return self.progress.seconds_left if self.progress else None


class BackgroundImports:
    """Imports one after the other, on a thread of the process that serves the page.

    It is no job of the queue: pictures are wanted now, and a training of an hour may be running.
    """

    def __init__(self, datasets: DatasetService) -> None:
        self._datasets = datasets
        self._lock = threading.Lock()
        self._newest: BackgroundImport | None = None
        self._thread: threading.Thread | None = None

    def going_on(self) -> BackgroundImport | None:
        """The import that goes on, if one does."""
        newest = self._newest
        return newest if newest is not None and newest.is_going_on else None

    def newest(self) -> BackgroundImport | None:
        """The import that goes on, or the last one that did."""
        return self._newest

    def start(self, request: ImportRequest | ReferencesRequest, uploads: Sequence[Path] = ()) -> BackgroundImport:
        """Begins an import and returns at once.

        Args:
            uploads: files that are deleted when they were imported or a person stopped it: whoever knows the address
                of an upload could fetch it. After an error they stay, for another try; references do not, because
                the page lets go of them at once.

        Raises:
            InvalidDataset: the name is taken, or another import goes on.
            UnknownDataset: references are for a set that there is not.
            InvalidName, InvalidPrompt, InvalidSettings, NotInDemo: the request is refused.
        """
        if isinstance(request, ReferencesRequest):
            self._datasets.check_references(request)
        else:
            self._datasets.check_request(request)
        with self._lock:
            if self._newest is not None and self._newest.is_going_on:
                raise InvalidDataset(
                    "Another import is running already.",
                    "Wait until it is done, or stop it first.",
                )
            self._newest = started = BackgroundImport(
                1 + (self._newest.number if self._newest else 0), request.name, isinstance(request, ReferencesRequest)
            )
        thread = threading.Thread(target=self._run, args=(request, uploads), name="import", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the system has no thread left; the next import may have one
            self._change(outcome=error)
            raise
        self._thread = thread
        return started

    def stop(self) -> None:
        """Ends the import that goes on, if one does; nothing of it stays."""
        self._change(is_stopping=True)

    def close(self) -> None:
        """Ends the import that goes on and waits until nothing of it is left."""
        self.stop()
        self.wait()

    def wait(self) -> None:
        """Returns when no import goes on."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, request: ImportRequest | ReferencesRequest, uploads: Sequence[Path]) -> None:
        outcome: ImportReport | Exception
        try:
            if isinstance(request, ReferencesRequest):
                outcome = self._datasets.add_references(request, self._tell)
            else:
                outcome = self._datasets.import_sources(request, self._tell)
        except Exception as error:  # noqa: BLE001  # whoever looks at the import tells it
            outcome = error.with_traceback(None)  # its frames hold the pictures that were being decoded
        self._change(outcome=outcome)
        if isinstance(outcome, ImportReport | Stopped) or isinstance(request, ReferencesRequest):
            for path in uploads:
                _forget(path)

    def _tell(self, progress: ImportProgress) -> None:
        self._change(progress=progress)
        if self._newest is not None and self._newest.is_stopping:
            raise Stopped("The import was stopped; nothing of it was kept.", "Start it again whenever you like.")

    def _change(self, **changes: object) -> None:
        with self._lock:
            if self._newest is not None and self._newest.is_going_on:
                self._newest = replace(self._newest, **changes)  # pyright: ignore[reportArgumentType]


def _forget(upload: Path) -> None:
    try:
        upload.unlink(missing_ok=True)
    except OSError as error:  # whatever stays is swept with the other uploads
        _log.warning("An upload could not be deleted: %s", error)
