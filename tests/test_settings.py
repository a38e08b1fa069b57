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
