import sys
from pathlib import Path

import pytest

from profile_studio.settings import Settings


def test_our_processes_wait_without_spinning_unless_a_person_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert Settings(home=tmp_path).child_environment()["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert Settings(home=tmp_path).child_environment()["OMP_WAIT_POLICY"] == "ACTIVE"


def test_a_password_makes_a_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(home=tmp_path).login is None
    monkeypatch.setenv("PROFILE_STUDIO_PASSWORD", "sesame")
    assert Settings(home=tmp_path).login == ("studio", "sesame")


def test_our_processes_use_the_same_home_wherever_they_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings(home=Path("data")).child_environment()["PROFILE_STUDIO_HOME"] == str(tmp_path / "data")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders by other means")
@pytest.mark.parametrize("mode", [None, 0o755, 0o777, 0o750, 0o700])
def test_nobody_else_on_the_machine_looks_into_the_home(tmp_path: Path, mode: int | None) -> None:
    settings = Settings(home=tmp_path / "home")
    if mode is not None:
        settings.home.mkdir()
        settings.home.chmod(mode)
    settings.create_folders()
    assert [folder.stat().st_mode & 0o777 for folder in (settings.home, settings.run_dir)] == [0o700, 0o700]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folders by other means")
@pytest.mark.parametrize("error", [PermissionError(1, "Operation not permitted"), None])
def test_a_home_that_cannot_be_closed_is_used_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: OSError | None
) -> None:
    def refuses(_folder: Path, _mode: int) -> None:
        if error is not None:
            raise error

    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir(mode=0o755)
    settings.home.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuses)  # what a disk without rights, or another owner's, does
    settings.create_folders()
    assert settings.pictures_dir.is_dir()
    assert "Other users of this machine may be able to read" in caplog.text
