"""Which pictures of a set are looked at, in what order, and beside what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from profile_studio.domain.datasets import DatasetImage, ImageMeasures


class PictureOrder(StrEnum):
    """What pictures are sorted by. The least comes first: whoever sorts looks for what is wrong."""

    AS_BROUGHT = "as-brought"
    SHARPNESS = "sharpness"
    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    SIZE = "size"


class PictureFilter(StrEnum):
    """Which pictures of a set are shown."""

    ALL = "all"
    KEPT = "kept"
    SET_ASIDE = "set-aside"
    NO_CAPTION = "no-caption"
    HELD_OUT = "held-out"


class PictureView(StrEnum):
    """What a person looks through a set for: its pictures, or what is written about them."""

    PICTURES = "pictures"
    CAPTIONS = "captions"


_MEASURES: dict[PictureOrder, Callable[[ImageMeasures], float]] = {
    PictureOrder.SHARPNESS: lambda measures: measures.sharpness,
    PictureOrder.BRIGHTNESS: lambda measures: measures.brightness,
    PictureOrder.CONTRAST: lambda measures: measures.contrast,
}
_FILTERS: dict[PictureFilter, Callable[[DatasetImage], bool]] = {
    PictureFilter.ALL: lambda _: True,
    PictureFilter.KEPT: lambda image: image.is_kept,
    PictureFilter.SET_ASIDE: lambda image: not image.is_kept,
    PictureFilter.NO_CAPTION: lambda image: image.is_kept and not image.caption,
    PictureFilter.HELD_OUT: lambda image: image.is_kept and image.held_out,
}


@dataclass(frozen=True)
class Arrangement:
    """How one person looks through a set."""

    order: PictureOrder = PictureOrder.AS_BROUGHT
    filter: PictureFilter = PictureFilter.ALL
    view: PictureView = PictureView.PICTURES

    def of(self, images: Sequence[DatasetImage]) -> list[DatasetImage]:
        """The pictures that are shown, in order; those nobody measured come last."""
        shown = [image for image in images if _FILTERS[self.filter](image)]
        if self.order is PictureOrder.AS_BROUGHT:
            return shown
        numbers = {image.image_id: self._number(image) for image in shown}
        measured = [image for image in shown if numbers[image.image_id] is not None]
        unmeasured = [image for image in shown if numbers[image.image_id] is None]
        return [*sorted(measured, key=lambda image: numbers[image.image_id] or 0.0), *unmeasured]

    def number_words(self, image: DatasetImage) -> str:
        """The number that the picture is sorted by, if there is one."""
        if self.order is PictureOrder.SIZE:
            return f"{image.width}\u00d7{image.height}"
        number = self._number(image)
        return "" if number is None else f"{number:.0f}"

    def _number(self, image: DatasetImage) -> float | None:
        if self.order is PictureOrder.SIZE:
            return float(image.width * image.height)
        if self.order is PictureOrder.AS_BROUGHT or image.measures is None:
            return None
        return _MEASURES[self.order](image.measures)


def first_listed(before: Sequence[DatasetImage], after: Sequence[DatasetImage], start: int) -> str | None:
    """Id of the first picture from `before[start]` on, past its end to its beginning, that is also in `after`."""
    listed = {image.image_id for image in after}
    ids = [image.image_id for image in before]
    return next((each for each in [*ids[start:], *ids[:start]] if each in listed), None)
