"""A window that looks at an import keeps to the one it waits for."""

from collections.abc import Callable
from typing import Any

import gradio as gr
from filelock import FileLock

from profile_studio.domain.datasets import ImportRequest
from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.ui.app import build

PICTURES = sorted((REPOSITORY_ROOT / "assets" / "examples" / "pixel-art" / "train").glob("*.png"))[:2]


def test_a_late_look_does_not_undo_which_import_a_window_waits_for(
    settings: Settings, in_a_loop: Callable[[Callable[[], gr.Blocks]], gr.Blocks]
) -> None:
    """It may have begun before the window started the import, and its answer come after."""
    studio = Studio.open(settings)
    page = in_a_loop(lambda: build(studio))
    listeners = [fn.fn for fn in page.fns.values() if fn.fn is not None]
    looks: Any = next(each for each in listeners if each.__qualname__ == "wire_bring.<locals>.looks")
    none_yet = looks(None, 0, "club")
    with FileLock(settings.run_dir / "import-band.lock"):
        studio.imports.start(ImportRequest(PICTURES, "band"))
        answer = looks(next(iter(none_yet.values())), 0, "club")
    studio.imports.close()
    assert [value for value in answer.values() if isinstance(value, int)] == []
