"""How much of a set is kept from training to compare with, what that costs, and pictures for nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.arrangement import Arrangement
from profile_studio.domain.datasets import Dataset, ReferencesRequest
from profile_studio.domain.styles import StyleReference
from profile_studio.services.held_out import OFFERED_FRACTIONS, held_out_by, held_out_fraction
from profile_studio.storage.references import MINIMUM_HELD_OUT
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, good_news, tells_errors, told
from profile_studio.ui.import_words import cost_sentence
from profile_studio.ui.page import LOOK_UP, QUIET, Page
from profile_studio.ui.texts import PicturesTexts

_AS_IT_IS = "as-it-is"
_DROP_PX = 140


@dataclass(frozen=True)
class HonestCheck:
    """The components of the fold."""

    cost: gr.HTML
    held_back: gr.Radio
    files: gr.File
    add: gr.Button

    @property
    def shown(self) -> list[Any]:
        """What `shows_honest_check` updates."""
        return [self.cost, self.held_back]


def build_honest_check(texts: PicturesTexts) -> HonestCheck:
    """A choice with its cost in numbers, and a drop zone for references."""
    with gr.Accordion(texts.honest_check, open=False, elem_id="honest-check"):
        cost = gr.HTML(elem_id="held-back-cost")
        held_back = gr.Radio(
            [], label=texts.held_back, info=texts.held_back_info, elem_classes="chips", elem_id="held-back"
        )
        files = gr.File(label=texts.references, file_count="multiple", height=_DROP_PX, elem_id="reference-files")
        gr.HTML(f'<p class="quiet">{escape(texts.references_info)}</p>')
        add = gr.Button(texts.add_references, size="sm", interactive=False, elem_id="add-references")
    return HonestCheck(cost, held_back, files, add)


def shows_honest_check(page: Page, check: HonestCheck, opened: Dataset) -> Updates:
    """How the set is divided now, and into how many pictures each choice would divide it."""
    texts = page.texts.pictures
    words = cost_words(opened, page.studio.datasets.style_reference(opened.name), texts)
    fraction = held_out_fraction(opened)
    choices = [(_choice(opened, each, texts), f"{each:g}") for each in OFFERED_FRACTIONS]
    if fraction is None:
        count = len(opened.held_out_images) - len(opened.reference_images)
        choices.append((texts.held_back_otherwise.format(n=count), _AS_IT_IS))
    value = _AS_IT_IS if fraction is None else f"{fraction:g}"
    return {check.cost: f"<p>{escape(words)}</p>", check.held_back: gr.update(choices=choices, value=value)}


def cost_words(opened: Dataset, style: StyleReference, texts: PicturesTexts) -> str:
    """What training goes without, and what a comparison gets for it."""
    held_out = {image.path for image in opened.held_out_images}
    sentences = [cost_sentence(opened, texts)]
    if opened.reference_images:
        words = texts.references_among.format(n=len(opened.reference_images), held_out=len(held_out))
        sentences.append(words)
    if not style.is_unseen:
        sentences.append(texts.measured_seen.format(least=MINIMUM_HELD_OUT))
    elif held_out.issuperset(style.reference):
        sentences.append(texts.measured_unseen.format(n=len(held_out)))
    else:
        sentences.append(texts.measured_shipped.format(n=len(style.reference)))
    return " ".join(sentences)


def wire_honest_check(
    page: Page,
    check: HonestCheck,
    looked_at: list[Any],
    notice: gr.HTML,
    shows_set: Callable[[str | None, str | None, Arrangement], Updates],
    set_parts: list[Any],
) -> None:
    """Connects the fold; how far the adding is and what came of it is told where imports are."""
    texts, studio = page.texts.pictures, page.studio
    safe = tells_errors(notice, page.texts.common)

    @safe
    def holds_back(name: str, picture_id: str | None, arranged: Arrangement, choice: str) -> Updates:
        if choice == _AS_IT_IS:
            return {}
        studio.datasets.hold_out(name, float(choice))
        return {**shows_set(name, picture_id, arranged), notice: told(good_news(texts.saved))}

    @safe
    def adds(name: str, paths: list[str] | None) -> Updates:
        request = ReferencesRequest([Path(path) for path in paths or []], name)
        studio.imports.start(request, request.sources)
        return {check.files: None}

    check.held_back.input(holds_back, [*looked_at, check.held_back], [*set_parts, notice], **QUIET)
    check.files.change(lambda paths: gr.update(interactive=bool(paths)), check.files, check.add, **QUIET)
    check.add.click(adds, [looked_at[0], check.files], [check.files, notice], **QUIET).success(
        None, None, None, js=LOOK_UP, **QUIET
    )


def _choice(opened: Dataset, fraction: float, texts: PicturesTexts) -> str:
    if not fraction:
        return texts.held_back_nothing
    return texts.held_back_part.format(percent=100 * fraction, n=len(held_out_by(opened, fraction)))
