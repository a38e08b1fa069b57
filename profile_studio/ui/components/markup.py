"""Small pieces of HTML. Whatever a person or a file wrote passes through `escape`."""

import base64
import io
from html import escape
from pathlib import Path

from PIL import Image

__all__ = [
    "as_source",
    "details",
    "duration",
    "escape",
    "figure",
    "figures",
    "file_size",
    "picture_source",
    "progress_bar",
]


def picture_source(path: Path, max_side_px: int | None = None) -> str:
    """A picture on our disk as a data address: the page shows it and no copy is left in any cache.

    Args:
        max_side_px: the longer side after shrinking; None sends the file as it is, with the recipe it carries.
    """
    if max_side_px is None:
        return as_source(path.read_bytes(), path.suffix.lstrip("."))
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail((max_side_px, max_side_px))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=88)
    return as_source(buffer.getvalue(), "webp")


def as_source(content: bytes, file_format: str) -> str:
    return f"data:image/{file_format};base64,{base64.b64encode(content).decode()}"


def figure(source: str, caption: str, alt: str = "", css_class: str = "") -> str:
    """A rounded picture with words under it."""
    return (
        f'<figure class="portrait {css_class}"><img src="{source}" alt="{escape(alt or caption)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def figures(items: list[str], css_class: str = "") -> str:
    return f'<div class="portraits {css_class}">{"".join(items)}</div>'


def details(summary: str, content: str, is_open: bool = False) -> str:
    """A fold; `content` is HTML already."""
    return f"<details{' open' if is_open else ''}><summary>{escape(summary)}</summary>{content}</details>"


def progress_bar(label: str, fraction: float, words: str) -> str:
    percent = round(100 * min(max(fraction, 0.0), 1.0))
    return (
        f'<div class="progress"><div class="track" role="progressbar" aria-label="{escape(label)}" '
        f'aria-valuenow="{percent}" aria-valuemin="0" aria-valuemax="100">'
        f'<div class="bar" style="width:{percent}%"></div></div>'
        f'<div class="words"><b>{percent} %</b> <span>{escape(words)}</span></div></div>'
    )


def file_size(n_bytes: int) -> str:
    """For a table: 43 kB, 12.3 MB, 1.2 GB."""
    if n_bytes < 1e5:
        return f"{n_bytes / 1e3:.0f}\u00a0kB"
    return f"{n_bytes / 1e9:.1f}\u00a0GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f}\u00a0MB"


def duration(seconds: float) -> str:
    """For a receipt or a countdown: 0:45, 2:05, 1:02:00."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
