from pathlib import Path

import pytest

from profile_studio.files.atomic import create_folder_atomically, write_atomically


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with pytest.raises(RuntimeError), write_atomically(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with write_atomically(path) as temporary:
        temporary.write_text("whole")
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), write_atomically(path) as temporary:
        temporary.write_text("new")
        raise RuntimeError
    assert path.read_text() == "old"


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    with pytest.raises(RuntimeError), create_folder_atomically(folder) as temporary:
        (temporary / "1.png").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    with create_folder_atomically(folder) as temporary:
        (temporary / "1.png").write_text("x")
    assert (folder / "1.png").read_text() == "x"
