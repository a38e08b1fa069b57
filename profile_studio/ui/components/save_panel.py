"""Taking made pictures along: which size, with the recipe or without, and how they look as avatars.

The file travels inside the answer and is handed to the browser there, so it lies nowhere an address could fetch it.
"""

import base64
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.errors import InvalidPicture
from profile_studio.services.picture_files import AVATAR_SIDES_PX, SavedFile, SaveOptions, avatar, save_pictures
from profile_studio.ui.components.markup import as_source, escape
from profile_studio.ui.components.notices import Updates, tells_errors
from profile_studio.ui.page import QUIET
from profile_studio.ui.texts import Texts

GIVE_FILE = """async (html) => {
  const holder = document.createElement('div');
  holder.innerHTML = html;
  const link = holder.querySelector('a');
  link.href = URL.createObjectURL(await (await fetch(link.href)).blob());
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}"""
"""Hands the file of a `file_link` to the browser; runs after the listener that made it."""

_AS_MADE = "as made"
_CHAT_PX, _LARGE_PX = 48, 96


@dataclass(frozen=True)
class SavePanel:
    """The components under a picture; `pictures` holds the paths of what would be saved."""

    panel: gr.Column
    pictures: gr.State
    preview: gr.HTML
    size: gr.Radio
    keeps_recipe: gr.Checkbox
    save: gr.Button
    file: gr.HTML

    @property
    def parts(self) -> list[Any]:
        """What `fill_save_panel` updates."""
        return [self.panel, self.pictures, self.preview, self.save]

    @property
    def options(self) -> list[Any]:
        """What `save_options` is called with."""
        return [self.size, self.keeps_recipe]


def save_panel(texts: Texts, elem_id: str) -> SavePanel:
    """The panel, hidden until there is a picture."""
    words = texts.save
    sizes = [(words.as_made, _AS_MADE), *((words.side.format(side=side), str(side)) for side in AVATAR_SIDES_PX)]
    pictures = gr.State([])
    with gr.Column(visible=False, elem_classes="save-panel", elem_id=elem_id) as panel:
        preview = gr.HTML()
        size = gr.Radio(sizes, value=_AS_MADE, label=words.size, elem_classes="chips")
        keeps_recipe = gr.Checkbox(True, label=words.keep_recipe, container=False)
        save = gr.Button(words.save, size="sm", elem_classes="save")
        file = gr.HTML(elem_classes="offstage")
    return SavePanel(panel, pictures, preview, size, keeps_recipe, save, file)


def fill_save_panel(panel: SavePanel, paths: Sequence[Path], texts: Texts) -> Updates:
    """Offers these pictures: one as a file, several as a zip; without any the panel hides."""
    words = texts.save
    label = words.save if len(paths) < 2 else words.save_all.format(n=len(paths))
    return {
        panel.panel: gr.update(visible=bool(paths)),
        panel.pictures: list(paths),
        panel.preview: avatars_html(paths, texts),
        panel.save: label,
    }


def wire_save_panel(panel: SavePanel, texts: Texts, notice: gr.HTML) -> None:
    """Connects the panel's button."""

    @tells_errors(notice, texts.common)
    def saves(paths: list[Path], side: str, keeps_recipe: bool) -> Updates:
        return {panel.file: file_link(save_pictures(paths, save_options(side, keeps_recipe)))}

    panel.save.click(
        saves, [panel.pictures, *panel.options], [panel.file, notice], show_progress_on=panel.save,
        api_visibility="private",
    ).success(None, panel.file, None, js=GIVE_FILE, **QUIET)  # fmt: skip


def save_options(side: str, keeps_recipe: bool) -> SaveOptions:
    """The panel's choices."""
    return SaveOptions(None if side == _AS_MADE else int(side), keeps_recipe)


def file_link(file: SavedFile) -> str:
    """A link that holds the file itself, for `GIVE_FILE`."""
    media_type = mimetypes.guess_type(file.name)[0]
    content = base64.b64encode(file.content).decode()
    return f'<a download="{escape(file.name)}" href="data:{media_type};base64,{content}"></a>'


def avatars_html(paths: Sequence[Path], texts: Texts) -> str:
    """The pictures in circles: the first one large, then each as small as in a chat."""
    if not paths:
        return ""
    try:
        large = _circle(paths[0], _LARGE_PX, "large")
        circles = large + "".join(_circle(path, _CHAT_PX, "small") for path in paths)
    except InvalidPicture:  # told when somebody saves it; until then it can still be looked at and deleted
        return ""
    label = escape(texts.save.preview)
    return f'<p class="quiet">{label}</p><div class="avatars" role="img" aria-label="{label}">{circles}</div>'


def _circle(path: Path, side_px: int, css_class: str) -> str:
    source = as_source(avatar(path, 2 * side_px), "png")  # sharp on screens of twice the density
    return f'<img class="{css_class}" src="{source}" alt="">'
