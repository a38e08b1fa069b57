"""The big picture: empty, forming, done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from profile_studio.ui.components.markup import escape, progress_bar
from profile_studio.ui.texts import Texts


@dataclass(frozen=True)
class Tile:
    """One picture of the stage. `source` is a data address; `is_done` tells a preview from a picture."""

    source: str = ""
    step: int = 0
    steps: int = 0
    seed: int = 0
    is_done: bool = False


@dataclass(frozen=True)
class Stage:
    """All pictures of one request, as far as they are."""

    count: int
    prompt: str
    tiles: Mapping[int, Tile] = field(default_factory=dict[int, Tile])

    def with_tile(self, index: int, tile: Tile) -> "Stage":
        return replace(self, tiles={**self.tiles, index: tile})

    def html(self, texts: Texts) -> str:
        tiles = [_tile_html(self.tiles.get(index, Tile()), self.prompt, texts) for index in range(self.count)]
        return f'<div class="stage count-{min(self.count, 5)}">{"".join(tiles)}</div>'


def empty_stage(words: str, is_busy: bool = False) -> str:
    """The stage before its first picture."""
    return (
        f'<div class="stage count-1"><figure class="tile empty {"busy" if is_busy else ""}">'
        f'<div class="blank"><p role="status">{escape(words)}</p></div><figcaption></figcaption></figure></div>'
    )


def _tile_html(tile: Tile, prompt: str, texts: Texts) -> str:
    alt = escape(texts.blend.alt.format(prompt=prompt))
    if tile.is_done:
        words = escape(texts.blend.seed_of.format(seed=tile.seed))
        return (
            f'<figure class="tile done"><img src="{tile.source}" alt="{alt}">'
            f"<figcaption><span>{words}</span></figcaption></figure>"
        )
    if tile.source:
        forming = texts.blend.forming.format(step=tile.step, steps=tile.steps)
        bar = progress_bar(texts.common.progress, tile.step / max(tile.steps, 1), forming)
        return (
            f'<figure class="tile forming"><img src="{tile.source}" alt="{alt}"><figcaption>{bar}</figcaption></figure>'
        )
    return f'<figure class="tile empty"><div class="blank"><p>{escape(texts.blend.next_up)}</p></div></figure>'
