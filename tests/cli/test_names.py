"""Where a name is asked for, a path opens nothing."""

import shutil
from pathlib import Path

import gradio as gr
import pytest

from profile_studio.domain.errors import UnknownDataset
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.storage.database import Database
from profile_studio.storage.datasets import DatasetRepository
from profile_studio.storage.references import style_reference
from profile_studio.ui.api import StudioApi
from tests.cli.conftest import CommandLine


@pytest.fixture
def secret(settings: Settings) -> Path:
    """A whole LoRA for the starter, outside the folder of LoRAs; given as a name would be, without its suffix."""
    shutil.copy(REPOSITORY_ROOT / "loras" / "pixel-art.safetensors", settings.resolved_home / "secret.safetensors")
    return settings.resolved_home / "secret"


@pytest.mark.parametrize("spelling", ["{secret}", "../secret"])
@pytest.mark.parametrize(
    "words",
    [
        ["generate", "--prompt", "hair", "--num-inference-steps", "1", "--adapter", "{name}=0.8", "--out", "{out}"],
        ["compare", "--models", "{name}=0.8", "--out", "{out}"],
        ["compare", "--models", "{name}@50", "--out", "{out}"],
        ["compare", "--models", "pixel-art", "--dataset", "{name}", "--out", "{out}"],
        ["adapters", "show", "{name}"],
        ["adapters", "delete", "{name}"],
        ["adapters", "export", "{name}", "--out", "{out}"],
        ["adapters", "import", "{secret}.safetensors", "--name", "{name}"],
        ["train", "{name}"],
        ["dataset", "show", "{name}"],
        ["dataset", "delete", "{name}"],
        ["dataset", "caption", "{name}"],
        ["dataset", "example", "{name}"],
        ["dataset", "example", "pixel-art", "--name", "{name}"],
        ["jobs", "show", "{name}"],
        ["jobs", "cancel", "{name}"],
    ],
)
def test_the_command_line_refuses_a_path(
    command_line: CommandLine, secret: Path, tmp_path: Path, words: list[str], spelling: str
) -> None:
    name, out = spelling.format(secret=secret), tmp_path / "out"

    code, reply = command_line.call(*(word.format(name=name, out=out, secret=secret) for word in words))

    assert (code, set(reply["error"])) == (2, {"kind", "message", "fix"})
    assert reply["error"]["kind"] != "invalid_settings"
    assert secret.with_suffix(".safetensors").is_file()
    assert not out.exists() or not list(out.iterdir())


def test_other_programs_make_no_picture_with_a_path(settings: Settings, secret: Path) -> None:
    with pytest.raises(gr.Error, match="is not a valid name"):
        StudioApi(Studio.open(settings)).make_picture("hair", {str(secret): 0.8})


def test_a_lora_file_with_a_strange_name_is_not_offered(settings: Settings) -> None:
    shutil.copy(REPOSITORY_ROOT / "loras" / "pixel-art.safetensors", settings.user_loras_dir / "My Style.safetensors")

    assert [each.name for each in Studio.open(settings).adapters.list() if not each.ships] == []


def test_a_lora_that_names_a_path_as_its_data_set_opens_no_pictures(settings: Settings, tmp_path: Path) -> None:
    for part in ("train", "reference"):
        (tmp_path / "album" / part).mkdir(parents=True)
        (tmp_path / "album" / part / "1.png").touch()
    Studio.open(settings)
    datasets = DatasetRepository(Database(settings.resolved_database_url), settings.datasets_dir)

    for name in (str(tmp_path / "album"), f"{'../' * 20}{tmp_path}/album"):
        with pytest.raises(UnknownDataset):
            style_reference(name, settings, datasets)
