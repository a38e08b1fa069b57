"""Listing, importing, exporting and deleting LoRA files."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.domain.errors import InvalidAdapter, InvalidName, UnknownAdapter
from profile_studio.domain.jobs import JobKind
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.test_lora_files import halves, trained_file, write_tensors


@pytest.fixture
def foreign_file(tmp_path: Path) -> Path:
    """A LoRA for Stable Diffusion 1.5 from another program."""
    path = tmp_path / "My Style v2.safetensors"
    write_tensors(path, halves(), {"modelspec.trigger_phrase": "zzz"})
    return path


def test_an_imported_file_gets_a_valid_name_and_is_found_by_it(settings: Settings, foreign_file: Path) -> None:
    service = AdapterService(settings)

    imported = service.import_file(foreign_file)

    assert imported.name == "my-style-v2"
    assert service.get("my-style-v2") == imported
    assert imported in service.list()


def test_a_name_is_taken_once(settings: Settings, foreign_file: Path) -> None:
    service = AdapterService(settings)
    service.import_file(foreign_file, "mine")

    with pytest.raises(InvalidName):
        service.import_file(foreign_file, "mine")


def test_the_name_of_an_unfinished_training_is_taken(settings: Settings, foreign_file: Path) -> None:
    database = Database(settings.resolved_database_url)
    database.upgrade()
    jobs = JobRepository(database)
    service = AdapterService(settings, jobs)
    training = jobs.create(JobKind.TRAIN, {"adapter_name": "mine"}, 1, now=1.0)

    with pytest.raises(InvalidName) as error:
        service.import_file(foreign_file, "mine")

    assert error.value.message == "A training of 'mine' is queued already."
    jobs.ask_cancel(training.id, now=2.0)
    assert service.import_file(foreign_file, "mine").name == "mine"


def test_a_refused_file_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "evil.safetensors"
    path.write_bytes(b"\x80\x04cos\nsystem\n")

    with pytest.raises(InvalidAdapter):
        AdapterService(settings).import_file(path)

    assert list(settings.user_loras_dir.iterdir()) == []


def header_with_infinity(path: Path) -> None:
    header = b'{"__metadata__":{"ss_steps":Infinity}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header)


@pytest.mark.parametrize(
    ("entry", "make", "reason"),
    [
        ("broken", lambda path: path.write_bytes(b"x"), "not a whole"),
        ("a-folder", lambda path: path.mkdir(), "not a file"),
        ("infinite", header_with_infinity, "not a whole"),
        ("empty", lambda path: path.touch(), "not a whole"),
        ("A Name", lambda path: write_tensors(path, halves(), {}), "not a valid name"),
        ("dangling", lambda path: path.symlink_to("nowhere"), "not a file"),
    ],
)
def test_a_strange_entry_is_named_and_hides_nothing(
    settings: Settings, foreign_file: Path, entry: str, make: Callable[[Path], object], reason: str
) -> None:
    service = AdapterService(settings)
    service.import_file(foreign_file, "mine")
    make(settings.user_loras_dir / f"{entry}.safetensors")

    assert [adapter.name for adapter in service.list() if not adapter.ships] == ["mine"]
    (named,) = service.unreadable()
    assert named.file == f"{entry}.safetensors"
    assert reason in named.reason


def test_only_adapters_that_fit_the_base_are_offered(settings: Settings, tiny_base: Path, foreign_file: Path) -> None:
    service = AdapterService(settings)
    service.import_file(foreign_file, "for-sd15")
    trained_file(settings.user_loras_dir / "for-another.safetensors")

    assert [adapter.name for adapter in service.list(str(tiny_base)) if not adapter.ships] == ["for-sd15"]


def test_a_deleted_adapter_is_gone(settings: Settings, foreign_file: Path) -> None:
    service = AdapterService(settings)
    cover = service.import_file(foreign_file, "mine").cover_path
    cover.write_bytes(b"a picture")

    service.delete("mine")

    assert not cover.exists()
    with pytest.raises(UnknownAdapter):
        service.get("mine")
    with pytest.raises(UnknownAdapter):
        service.delete("mine")


def test_the_kohya_export_is_the_file_itself(settings: Settings, foreign_file: Path, tmp_path: Path) -> None:
    service = AdapterService(settings)
    service.import_file(foreign_file, "mine")

    exported = service.export("mine", "kohya", tmp_path / "out")

    assert exported == tmp_path / "out" / "mine.safetensors"
    assert exported.read_bytes() == foreign_file.read_bytes()
