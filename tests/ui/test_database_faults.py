"""A database that cannot be used is told on the page and to programs; in Korean, too."""

import sqlite3
from collections.abc import Iterator

import gradio as gr
import pytest

from profile_studio.domain.errors import DatabaseBusy
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.storage import sqlite_faults
from profile_studio.ui.api import StudioApi
from profile_studio.ui.korean import KOREAN


@pytest.fixture
def studio(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setattr(sqlite_faults, "LOCK_TIMEOUT_S", 0.01)
    studio = Studio.open(settings)
    studio.datasets.import_example("pixel-art")
    return studio


@pytest.fixture
def locked(studio: Studio) -> Iterator[None]:
    holder = sqlite3.connect(studio.settings.resolved_home / "studio.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


def test_a_program_is_told_what_is_locked(studio: Studio, locked: None) -> None:
    with pytest.raises(gr.Error) as caught:
        StudioApi(studio).train_style("pixel-art", "mine")
    assert "studio.db locked" in caught.value.message


def test_the_korean_page_says_it_too(studio: Studio, locked: None) -> None:
    with pytest.raises(DatabaseBusy) as caught:
        studio.datasets.set_class_word("pixel-art", "person")
    assert "잠그고 있어요" in KOREAN.common.said(caught.value.message)
    assert "닫으세요" in KOREAN.common.said(caught.value.fix)
