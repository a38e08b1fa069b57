"""Listing, importing, exporting and deleting LoRA files."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from profile_studio.base_models import find_base_model
from profile_studio.domain.errors import InvalidAdapter, InvalidName, UnknownAdapter
from profile_studio.domain.jobs import JobKind
from profile_studio.lora_files import read_header, read_tensors
from profile_studio.services.adapters import AdapterService
from profile_studio.settings import Settings
from profile_studio.storage.base_folders import remember_folder
from profile_studio.storage.database import Database
from profile_studio.storage.jobs import JobRepository
from tests.random_adapter import write_random_adapter
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
        ("broken", lambda path: path.write_bytes(b"x"), "truncated"),
        ("a-folder", lambda path: path.mkdir(), "not a file"),
        ("infinite", header_with_infinity, "truncated"),
        ("empty", lambda path: path.touch(), "truncated"),
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


def test_the_kohya_export_of_a_file_of_ours_holds_the_same_tensors(settings: Settings, tmp_path: Path) -> None:
    path = trained_file(settings.user_loras_dir / "mine.safetensors")

    exported = AdapterService(settings).export("mine", "kohya", tmp_path / "out")

    assert exported == tmp_path / "out" / "mine.safetensors"
    assert read_tensors(exported) == read_tensors(path)
    assert read_header(exported).metadata == read_header(path).metadata


def test_a_file_that_does_not_tell_its_base_is_asked_for_it(
    settings: Settings, tiny_base: Path, tmp_path: Path
) -> None:
    service = AdapterService(settings)
    path = tmp_path / "mine.safetensors"
    write_tensors(path, halves(width=32), {})

    with pytest.raises(InvalidAdapter) as question:
        service.import_file(path)
    imported = service.import_file(path, base=str(tiny_base))

    assert "--base" in question.value.fix
    assert imported.base == tiny_base.name
    assert imported in service.list(str(tiny_base))


def test_a_file_for_another_kind_of_base_stays_refused_whatever_a_person_says(
    settings: Settings, tiny_base: Path, tmp_path: Path
) -> None:
    path = tmp_path / "xl.safetensors"
    write_tensors(path, halves(width=2048), {})

    with pytest.raises(InvalidAdapter) as refusal:
        AdapterService(settings).import_file(path, base=str(tiny_base))

    assert "Stable Diffusion XL" in refusal.value.message


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({}, "holds no LoRA"),
        ({"unet_lora/adapter_model.bin": b"x", "unet_lora/adapter_config.json": b"{}"}, "pickle"),
        ({"adapter_model.safetensors": b"a LoRA"}, "adapter_config.json"),
        ({"adapter_model.safetensors": b"a LoRA", "adapter_config.json": b"{"}, "adapter_config.json"),
        ({"adapter_model.safetensors": b"a LoRA", "adapter_config.json": b'{"peft_type": "IA3"}'}, "IA3"),
    ],
)
def test_a_folder_that_is_no_lora_is_refused_as_what_it_is(
    settings: Settings, foreign_file: Path, tmp_path: Path, files: dict[str, bytes], word: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(foreign_file.read_bytes() if content == b"a LoRA" else content)

    with pytest.raises(InvalidAdapter) as refusal:
        AdapterService(settings).import_file(folder)

    assert word in refusal.value.message


def test_an_adapter_is_used_on_the_base_it_was_trained_on(settings: Settings, tiny_base: Path) -> None:
    write_random_adapter(settings.user_loras_dir / "dotted.safetensors", tiny_base, settings)
    service = AdapterService(settings)
    assert service.base_for("dotted", "starter") == "starter"  # where that one lies is not known
    remember_folder(find_base_model(str(tiny_base), settings), settings)
    assert service.base_for("dotted", "starter") == str(tiny_base)
    assert service.base_for("pixel-art", str(tiny_base)) == "starter"
