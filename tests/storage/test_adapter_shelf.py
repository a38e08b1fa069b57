"""A LoRA's header is read once a file."""

import os
from pathlib import Path

import pytest

from profile_studio.domain.errors import InvalidAdapter
from profile_studio.settings import Settings
from profile_studio.storage.adapter_shelf import shelved_adapter
from tests.random_adapter import write_random_adapter


def test_a_file_is_read_once_until_it_is_written_anew(tmp_path: Path, tiny_base: Path) -> None:
    path = write_random_adapter(tmp_path / "ink.safetensors", tiny_base, Settings(), "one")
    first = shelved_adapter(path)

    assert shelved_adapter(path) is first
    write_random_adapter(path, tiny_base, Settings(), "another")
    assert shelved_adapter(path).trigger_word == "another"


def test_what_cannot_be_read_is_looked_at_again(tmp_path: Path, tiny_base: Path) -> None:
    path = tmp_path / "ink.safetensors"
    path.write_bytes(b"no LoRA")
    with pytest.raises(InvalidAdapter):
        shelved_adapter(path)

    write_random_adapter(path, tiny_base, Settings())
    os.utime(path, ns=(1, 1))

    assert shelved_adapter(path).name == "ink"
