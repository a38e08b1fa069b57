"""One picture of a set as the page shows it: small in the grid, its facts beside it, and why it is in or out."""

from collections.abc import Sequence
from dataclasses import dataclass

from profile_studio.domain.arrangement import Arrangement, PictureFilter, PictureView
from profile_studio.domain.datasets import Dataset, DatasetImage
from profile_studio.domain.faces import face_warning
from profile_studio.ui.components.caption_list import CaptionField
from profile_studio.ui.components.markup import escape, figure, figures, picture_source
from profile_studio.ui.components.picture_grid import GridPicture
from profile_studio.ui.page import Page
from profile_studio.ui.texts import PicturesTexts

PAGE_SIZES = {PictureView.PICTURES: 80, PictureView.CAPTIONS: 24}  # thumbnails in one answer


@dataclass(frozen=True)
class PictureList:
    """Pictures of a set, a page at a time: the page that has the chosen one, which is the first by default."""

    pictures: Sequence[DatasetImage]
    chosen_id: str | None
    page_size: int

    @staticmethod
    def of(opened: Dataset, arrangement: Arrangement, chosen_id: str | None) -> "PictureList":
        """The set's pictures as somebody looks through them."""
        return PictureList(arrangement.of(opened.every_image), chosen_id, PAGE_SIZES[arrangement.view])

    @property
    def chosen(self) -> DatasetImage | None:
        """None where there is no picture."""
        return self.pictures[self.index] if self.pictures else None

    @property
    def number(self) -> int:
        """Of the page, from 0."""
        return self.index // self.page_size

    @property
    def pages(self) -> int:
        return -(-len(self.pictures) // self.page_size)

    @property
    def shown(self) -> Sequence[DatasetImage]:
        return self.pictures[self.number * self.page_size : (self.number + 1) * self.page_size]

    def turned(self, pages: int) -> str | None:
        """Id of the first picture so many pages on, or back; the first and the last page are ends."""
        number = max(min(self.number + pages, self.pages - 1), 0)
        return self.pictures[number * self.page_size].image_id if self.pictures else None

    @property
    def index(self) -> int:
        return next((index for index, each in enumerate(self.pictures) if each.image_id == self.chosen_id), 0)


def small_picture(page: Page, opened: Dataset, image: DatasetImage, arrangement: Arrangement) -> GridPicture:
    """The picture as a choice of the grid: crossed out when set aside, marked as a reference or while it has no caption.

    Sorted by a number, it says the number too.
    """
    texts = page.texts.pictures
    thumbnail = picture_source(page.studio.datasets.grid_thumbnail(opened.name, image.image_id))
    number = arrangement.number_words(image)
    if not image.is_kept:
        return GridPicture(image.image_id, thumbnail, fate_words(image, texts), f"\u2715 {number}".strip())
    marks = [texts.reference_badge] if image.is_reference else []
    marks += [] if image.caption else ["\u270e"]
    label = image.caption or image.original_name
    if image.held_out:
        label = f"{label} ({texts.reference if image.is_reference else texts.set_aside})"
    return GridPicture(image.image_id, thumbnail, label, " ".join([*marks, number]).strip())


def caption_field(page: Page, opened: Dataset, image: DatasetImage, arrangement: Arrangement) -> CaptionField:
    """The picture with its caption, called by its file's name; and what the grid marks with signs, in words."""
    texts = page.texts.pictures
    facts = [image.original_name, arrangement.number_words(image)]
    facts += [texts.reference if image.is_reference else texts.set_aside] if image.held_out else []
    facts += [] if image.is_kept else [texts.filters[PictureFilter.SET_ASIDE]]
    thumbnail = picture_source(page.studio.datasets.grid_thumbnail(opened.name, image.image_id))
    return CaptionField(image.image_id, thumbnail, " \u00b7 ".join(filter(None, facts)), image.caption)


def picture_facts(opened: Dataset, image: DatasetImage, texts: PicturesTexts) -> str:
    """What is known about a picture of this set: its name and size, and why it is in or out."""
    facts = f"{image.original_name} \u00b7 {texts.numbers.format(width=image.width, height=image.height)}"
    if image.is_reference or image.held_out:
        facts += f" \u00b7 {texts.reference if image.is_reference else texts.set_aside}"
    if image.repeats > 1:
        facts += f" \u00b7 {texts.counts.format(n=image.repeats)}"
    words = f"{fate_words(image, texts)} {_face_words(opened, image, texts)}".strip()
    return f'<p class="quiet">{escape(facts)}</p><p class="fate">{escape(words)}</p>'


def copies_side_by_side(page: Page, opened: Dataset, copy: DatasetImage, original: DatasetImage) -> str:
    """A picture that was set aside as a copy beside the one that is kept, and why that one."""
    texts = page.texts.pictures
    shown = [
        figure(picture_source(page.studio.datasets.thumbnail(opened.name, image.image_id)), words)
        for image, words in (
            (original, texts.kept_copy.format(file=original.original_name)),
            (copy, texts.set_aside_copy.format(file=copy.original_name)),
        )
    ]
    return f"{figures(shown)}<p>{escape(_why_kept(copy, original, texts))}</p>"


def _why_kept(copy: DatasetImage, original: DatasetImage, texts: PicturesTexts) -> str:
    if original.height * original.width > copy.height * copy.width:
        return texts.kept_as_larger
    if original.caption and not copy.caption:
        return texts.kept_as_captioned
    if original.measures and copy.measures and original.measures.sharpness > copy.measures.sharpness:
        return texts.kept_as_sharper
    return ""


def _face_words(opened: Dataset, image: DatasetImage, texts: PicturesTexts) -> str:
    if not opened.is_face_set:
        return ""
    reason = face_warning(image.face_count, image.face_box, image.height, image.width, image.drawn_face)
    return texts.deserves_a_look.format(reason=texts.reasons[reason]) if reason else ""


def fate_words(image: DatasetImage, texts: PicturesTexts) -> str:
    """Why a picture is in the set or not, with the number that decided."""
    if image.reason is None:
        return texts.in_the_set
    facts = [texts.like.format(other=image.other)] if image.other else []
    facts += [texts.measured.format(measure=image.measure)] if image.measure is not None else []
    sentence = texts.kept_all_the_same if image.is_kept else texts.is_set_aside
    words = sentence.format(file=image.original_name, reason=texts.reasons[image.reason])
    return f"{words} ({', '.join(facts)})" if facts else words
