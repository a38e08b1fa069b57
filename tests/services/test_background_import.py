"""An import that a page started can be looked at, stopped, and left alone."""

import threading
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from profile_studio.domain.datasets import ImportReport, ImportRequest, ReferencesReport, ReferencesRequest
from profile_studio.domain.errors import InvalidDataset, Stopped, UnknownDataset
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings


@pytest.fixture
def studio(settings: Settings) -> Studio:
    return Studio.open(settings)


@pytest.fixture
def uploads(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "uploads"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(4):
        Image.fromarray(random.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(folder / f"{index}.png")
    return sorted(folder.iterdir())


def held(studio: Studio, name: str) -> FileLock:
    """While this is held, an import of that name waits before its first file."""
    return FileLock(studio.settings.run_dir / f"import-{name}.lock")


def finish(studio: Studio) -> object:
    """Waits for the import that goes on and returns how it ended."""
    studio.imports.wait()
    newest = studio.imports.newest()
    assert newest is not None
    return newest.outcome


def test_an_import_goes_on_by_itself_and_forgets_the_uploads(studio: Studio, uploads: list[Path]) -> None:
    assert studio.imports.newest() is None
    with held(studio, "club"):
        started = studio.imports.start(ImportRequest(uploads, "club"), uploads)
        assert (started.name, started.progress, started.fraction) == ("club", None, 0.0)
        assert studio.imports.going_on() == started

    outcome = finish(studio)

    assert isinstance(outcome, ImportReport)
    assert len(studio.datasets.get("club").images) == 4
    assert studio.imports.going_on() is None
    newest = studio.imports.newest()
    assert newest is not None and newest.progress is not None
    assert (newest.progress.done, newest.progress.total, newest.seconds_left) == (4, 4, 0.0)
    assert [path.name for path in uploads if path.exists()] == []


def test_a_stopped_import_leaves_nothing(studio: Studio, uploads: list[Path]) -> None:
    with held(studio, "club"):
        studio.imports.start(ImportRequest(uploads, "club"), uploads)
        studio.imports.stop()
        going_on = studio.imports.going_on()
        assert going_on is not None and going_on.is_stopping

    assert isinstance(finish(studio), Stopped)
    assert list(studio.settings.datasets_dir.iterdir()) == []
    assert [path.name for path in uploads if path.exists()] == []
    with pytest.raises(UnknownDataset):
        studio.datasets.get("club")
    again = studio.imports.start(ImportRequest([], "club"))
    assert (again.number, again.is_stopping) == (2, False)
    studio.imports.close()


def test_references_are_added_in_the_same_way(studio: Studio, uploads: list[Path]) -> None:
    studio.datasets.import_sources(ImportRequest(uploads[:2], "club"))
    with held(studio, "club"):
        started = studio.imports.start(ReferencesRequest(uploads[2:], "club"))
        assert (started.name, started.adds_references) == ("club", True)
        studio.imports.stop()
    assert isinstance(finish(studio), Stopped)
    assert len(studio.datasets.get("club").images) == 2

    studio.imports.start(ReferencesRequest(uploads[2:], "club"), uploads[2:])
    outcome = finish(studio)
    assert isinstance(outcome, ReferencesReport)
    assert (outcome.added, len(studio.datasets.get("club").training_images)) == (2, 2)
    assert [path.name for path in uploads if path.exists()] == ["0.png", "1.png"]
    studio.imports.start(ReferencesRequest(uploads[:1], "club"), uploads[:1])
    assert isinstance(finish(studio), InvalidDataset)  # it is in the set
    assert [path.name for path in uploads if path.exists()] == ["1.png"]
    with pytest.raises(UnknownDataset):
        studio.imports.start(ReferencesRequest(uploads, "band"))


def test_after_an_error_the_uploads_stay_for_another_try(studio: Studio, uploads: list[Path]) -> None:
    studio.imports.start(ImportRequest(uploads[:1], "club"), uploads[:1])
    outcome = finish(studio)
    assert isinstance(outcome, InvalidDataset)
    assert "one usable picture only" in outcome.message
    assert uploads[0].exists()


def test_one_import_at_a_time_and_none_under_a_taken_name(studio: Studio, uploads: list[Path]) -> None:
    with held(studio, "club"):
        studio.imports.start(ImportRequest(uploads, "club"))
        with pytest.raises(InvalidDataset, match="Another import is running"):
            studio.imports.start(ImportRequest(uploads, "other"))
    finish(studio)
    with pytest.raises(InvalidDataset, match="already a data set"):
        studio.imports.start(ImportRequest(uploads, "club"))


def test_closing_the_studio_ends_the_import(studio: Studio, uploads: list[Path]) -> None:
    with held(studio, "club"):
        studio.imports.start(ImportRequest(uploads, "club"), uploads)
        studio.imports.stop()
    studio.imports.close()
    assert studio.imports.going_on() is None
    assert list(studio.settings.datasets_dir.iterdir()) == []


def test_an_import_is_over_also_where_an_upload_cannot_be_deleted(studio: Studio, uploads: list[Path]) -> None:
    stuck = uploads[0].parent / "stuck"
    stuck.mkdir()  # unlinking a folder fails, as does a file that Windows still holds

    studio.imports.start(ImportRequest(uploads, "club"), [stuck, *uploads])

    assert isinstance(finish(studio), ImportReport)
    assert studio.imports.going_on() is None
    assert [path.name for path in uploads if path.exists()] == []


def test_an_import_that_gets_no_thread_does_not_stand_in_the_way_of_the_next(
    studio: Studio, uploads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(threading.Thread, "start", refuse)
        studio.imports.start(ImportRequest(uploads, "club"))
    studio.imports.start(ImportRequest(uploads, "club"), uploads)

    assert isinstance(finish(studio), ImportReport)
