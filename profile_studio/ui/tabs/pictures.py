"""Tab 1: bring pictures, say what is in them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.datasets import (
    MINIMUM_IMAGES,
    Consent,
    Dataset,
    DatasetImage,
    FileNote,
    FileReason,
    ImportReport,
    ImportRequest,
)
from profile_studio.domain.errors import InvalidDataset
from profile_studio.domain.names import suggest_name
from profile_studio.ui.components.markup import details, escape, figure, picture_source
from profile_studio.ui.components.notices import Updates, good_news, notice_area, tells_errors, told
from profile_studio.ui.components.picture_grid import GridPicture, grid_html, picture_grid
from profile_studio.ui.import_words import import_sentences
from profile_studio.ui.page import QUIET, Page
from profile_studio.ui.tabs.set_tools import build_tools, shows_tools, wire_tools
from profile_studio.ui.texts import PicturesTexts

_SHOWN_FILES = 12  # of each reason; the sentence says how many more there are
_IN_ORDER: dict[str, Any] = {"concurrency_id": "captions", "concurrency_limit": 1, **QUIET}
"""Leaving a caption and choosing the next picture arrive together; the caption must be saved first."""


@dataclass(frozen=True)
class PicturesTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    next: gr.Button
    dataset: gr.Dropdown
    shown: Any  # handler: the tab as the disk has it
    shown_outputs: list[Any]


def build(page: Page) -> PicturesTab:
    texts, studio = page.texts.pictures, page.studio
    with gr.Tab(texts.tab, id="pictures") as tab:
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as bring:
            gr.HTML(f"<p>{escape(texts.empty)}</p>")
            files = gr.File(
                label=texts.drop, file_count="multiple", file_types=["image", ".zip"], elem_id="pictures-files"
            )
            with gr.Column(visible=False) as about_files:
                with gr.Row():
                    name = gr.Textbox("", label=texts.name, max_length=64, elem_id="pictures-name")
                    consent = gr.Radio(
                        [(words, consent.value) for consent, words in texts.consents.items()], label=texts.consent
                    )
                use = gr.Button(texts.use, variant="primary", elem_id="pictures-use")
            with gr.Column(visible=False) as try_example:
                gr.HTML(f'<p class="quiet">{escape(texts.or_example)}</p>')
                with gr.Row():
                    examples = [
                        (
                            example,
                            gr.Button(
                                texts.example.format(name=example),
                                icon=studio.datasets.example_picture(example),
                                elem_id=f"example-{example}",
                            ),
                        )
                        for example in studio.datasets.examples()
                    ]
            back = gr.Button(texts.back, size="sm", visible=False)
        with gr.Column(visible=False) as show:
            with gr.Row(elem_classes="card"):
                dataset = gr.Dropdown(label=texts.dataset, choices=[], elem_id="pictures-dataset")
                trigger = gr.Textbox(
                    "", label=texts.trigger, info=texts.trigger_info, max_length=64, interactive=not page.is_demo
                )
                add = gr.Button(
                    texts.new, size="md", scale=0, min_width=160, elem_id="add-set", visible=not page.is_demo
                )
            with gr.Row():
                with gr.Column(scale=3, elem_classes="card"):
                    grid = picture_grid(texts.gallery)
                with gr.Column(scale=2, min_width=280, elem_classes="card picture-side-panel"):
                    chosen = gr.State(None)
                    picture = gr.HTML()
                    fate = gr.Button(texts.set_it_aside, size="sm", elem_id="fate", visible=not page.is_demo)
                    caption = gr.Textbox(
                        "",
                        label=texts.caption,
                        info=texts.caption_info,
                        lines=3,
                        elem_id="caption",
                        interactive=not page.is_demo,
                    )
                    next_picture = gr.Button(texts.next_picture, size="sm", elem_id="next-picture")
            with gr.Column(visible=not page.is_demo, elem_id="set-tools"):
                tools = build_tools(texts)
            next_tab = gr.Button(texts.next, variant="primary", size="lg", elem_id="to-train")
            delete = gr.Button(texts.delete, size="sm", elem_classes="quiet-button", visible=not page.is_demo)
            with gr.Column(visible=False, elem_classes="card danger") as confirm:
                question = gr.HTML()
                with gr.Row():
                    yes = gr.Button(texts.yes_delete, variant="stop", size="sm")
                    no = gr.Button(page.texts.common.keep, size="sm")

    def shows_set(name: str | None, picture_id: str | None = None) -> Updates:
        """The tab with this set open, or any set, or the invitation when there is none."""
        sets = {found.name: found for found in studio.datasets.list()}
        opened = sets.get(name or "") or next(iter(sets.values()), None)
        invitation: Updates = {
            bring: gr.update(visible=opened is None),
            show: gr.update(visible=opened is not None),
            try_example: gr.update(visible=bool(examples)),
            confirm: gr.update(visible=False),
        }
        if opened is None:
            return {**invitation, back: gr.update(visible=False)}
        return {
            **invitation,
            dataset: gr.update(choices=list(sets), value=opened.name),
            trigger: opened.trigger_word,
            next_tab: _next_step(opened, texts),
            **shows_tools(page, tools, opened),
            **shows_picture(opened, picture_id),
        }

    def shows_picture(opened: Dataset, picture_id: str | None) -> Updates:
        """The set's pictures with this one chosen, or the first."""
        everything = opened.every_image
        image = next((image for image in everything if image.image_id == picture_id), everything[0])
        pictures = [_grid_picture(page, opened, each) for each in everything]
        return {
            grid: grid_html(pictures, image.image_id, texts.gallery),
            chosen: image.image_id,
            picture: _large(image, texts),
            fate: gr.update(value=texts.set_it_aside if image.is_kept else texts.keep_it),
            caption: image.caption,
        }

    picture_parts = [grid, chosen, picture, fate, caption]
    set_parts = [bring, show, try_example, back, dataset, trigger, next_tab, confirm, *tools.shown, *picture_parts]
    safe = tells_errors(notice, page.texts.common)

    def asks_about_files(paths: list[str] | None) -> Updates:
        return {about_files: gr.update(visible=bool(paths)), name: _suggested_name(page, paths or [])}

    @safe
    def imports(
        paths: list[str] | None,
        name_text: str,
        consent_value: str | None,
        progress: gr.Progress = gr.Progress(),  # noqa: B008  # Gradio finds it by this default
    ) -> Updates:
        request = ImportRequest(
            [Path(path) for path in paths or []],
            suggest_name(name_text),
            suggest_trigger(name_text),
            consent=Consent(consent_value) if consent_value else None,
        )
        report = studio.datasets.import_sources(request, lambda step: progress((step.done, step.total)))
        _forget_uploads(paths or [])
        news = import_news(report, texts)
        return {
            files: None,
            about_files: gr.update(visible=False),
            **shows_set(report.dataset.name),
            notice: told(news),
        }

    def takes_example(example: str) -> Any:
        @safe
        def take() -> Updates:
            report = studio.datasets.import_example(example, _free_name(page, example))
            return {**shows_set(report.dataset.name), notice: told(import_news(report, texts))}

        return take

    @safe
    def saves_caption(name: str, picture_id: str | None, text: str) -> Updates:
        if picture_id is None or text == _caption_of(studio.datasets.get(name), picture_id):
            return {}
        studio.datasets.set_caption(name, picture_id, text)
        return {next_tab: _next_step(studio.datasets.get(name), texts)}

    @safe
    def saves_and_goes_on(name: str, picture_id: str | None, text: str) -> Updates:
        if picture_id is None:
            return {}
        if text != _caption_of(studio.datasets.get(name), picture_id):
            studio.datasets.set_caption(name, picture_id, text)
        opened = studio.datasets.get(name)
        return shows_picture(opened, _after(opened, picture_id))

    @safe
    def chooses(name: str, picture_id: str | None, event: gr.EventData) -> Updates:
        if str(event.value) == picture_id:
            return {}  # its caption may be half written: an answer from here would undo the typing
        return shows_picture(studio.datasets.get(name), str(event.value))

    @safe
    def overrules(name: str, picture_id: str | None) -> Updates:
        if picture_id is None:
            return {}
        decide = studio.datasets.set_aside
        if not _image(studio.datasets.get(name), picture_id).is_kept:
            decide = studio.datasets.keep
        decide(name, picture_id)
        return shows_set(name, picture_id)

    @safe
    def saves_trigger(name: str, word: str) -> Updates:
        if word != studio.datasets.get(name).trigger_word:
            studio.datasets.set_trigger_word(name, word)
            return {notice: told(good_news(texts.saved))}
        return {}

    @safe
    def asks_before_deleting(name: str) -> Updates:
        opened = studio.datasets.get(name)
        words = texts.confirm_delete.format(name=opened.name, n=len(opened.images))
        return {question: f"<p>{escape(words)}</p>", confirm: gr.update(visible=True)}

    @safe
    def deletes(name: str) -> Updates:
        deleted = studio.datasets.delete(name)
        news = [texts.deleted.format(name=name), texts.removed.format(what=", ".join(deleted.removed))]
        if deleted.left:
            news.append(texts.left.format(what=", ".join(deleted.left)))
        return {**shows_set(None), notice: told(good_news(" ".join(news)))}

    # It says nothing itself and leaves the notice alone: an import empties the files and has just told what it did.
    files.change(asks_about_files, files, [about_files, name], **QUIET)
    use.click(
        imports, [files, name, consent], [files, about_files, *set_parts, notice], show_progress_on=use,
        api_visibility="private",
    )  # fmt: skip
    for example, button in examples:
        button.click(
            takes_example(example), None, [*set_parts, notice], show_progress_on=button, api_visibility="private"
        )
    add.click(lambda: (gr.update(visible=True), gr.update(visible=True)), None, [bring, back], **QUIET)
    back.click(lambda: (gr.update(visible=False), gr.update(visible=False)), None, [bring, back], **QUIET)
    dataset.input(safe(shows_set), dataset, [*set_parts, notice], **QUIET)
    grid.select(chooses, [dataset, chosen], [*picture_parts, notice], **_IN_ORDER)
    caption.blur(saves_caption, [dataset, chosen, caption], [next_tab, notice], **_IN_ORDER)
    gr.on(
        [caption.submit, next_picture.click],
        saves_and_goes_on, [dataset, chosen, caption], [*picture_parts, notice], **_IN_ORDER,
    )  # fmt: skip
    fate.click(overrules, [dataset, chosen], [*set_parts, notice], **_IN_ORDER)
    wire_tools(page, tools, dataset, chosen, notice, shows_set, set_parts)
    gr.on([trigger.blur, trigger.submit], saves_trigger, [dataset, trigger], [notice], **QUIET)
    delete.click(asks_before_deleting, dataset, [question, confirm, notice], **QUIET)
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    yes.click(deletes, dataset, [*set_parts, notice], **QUIET)
    return PicturesTab(tab, next_tab, dataset, safe(shows_set), [*set_parts, notice])


def import_news(report: ImportReport, texts: PicturesTexts) -> str:
    """What an import did, in sentences; the files it left out by reason."""
    sentences = import_sentences(report, texts)
    folds = [
        details(title.format(n=len(notes)), _files_by_reason(notes, texts))
        for title, notes in ((texts.rejected, report.rejected), (texts.warned, report.warnings))
        if notes
    ]
    return good_news(" ".join(sentences), "".join(folds))


def _files_by_reason(notes: Sequence[FileNote], texts: PicturesTexts) -> str:
    by_reason: dict[FileReason, list[str]] = defaultdict(list)
    for note in notes:
        by_reason[note.reason].append(note.file)
    items = "".join(
        f"<li>{escape(_some(files, texts))} {escape(texts.reasons[reason])}</li>" for reason, files in by_reason.items()
    )
    return f"<ul>{items}</ul>"


def _some(files: Sequence[str], texts: PicturesTexts) -> str:
    shown = ", ".join(files[:_SHOWN_FILES])
    more = len(files) - _SHOWN_FILES
    return f"{shown} {texts.and_more.format(n=more)}" if more > 0 else shown


def suggest_trigger(name: str) -> str:
    """One made-up word for a set: "My club" becomes "myclub"."""
    return suggest_name(name).replace("-", "")


def _free_name(page: Page, name: str) -> str:
    taken = {dataset.name for dataset in page.studio.datasets.list()}
    return next(free for free in [name, *(f"{name}-{n}" for n in range(2, 1000))] if free not in taken)


def _suggested_name(page: Page, paths: Sequence[str]) -> str:
    zips = [Path(path).stem for path in paths if path.lower().endswith(".zip")]
    return _free_name(page, suggest_name(zips[0]) if zips else "my-pictures")


def _forget_uploads(paths: Sequence[str]) -> None:
    """Removes the copies that the upload left: anyone with their address could fetch them."""
    for path in map(Path, paths):
        path.unlink(missing_ok=True)


def _next_step(opened: Dataset, texts: PicturesTexts) -> Any:
    count = len(opened.training_images)
    if count < MINIMUM_IMAGES:
        return gr.update(value=texts.next_few.format(n=count, least=MINIMUM_IMAGES), interactive=False)
    return gr.update(value=texts.next.format(n=count), interactive=True)


def _grid_picture(page: Page, opened: Dataset, image: DatasetImage) -> GridPicture:
    texts = page.texts.pictures
    thumbnail = picture_source(page.studio.datasets.thumbnail(opened.name, image.image_id))
    if not image.is_kept:
        return GridPicture(image.image_id, thumbnail, _fate_words(image, texts), "\u2715")
    badge = "" if image.caption else "\u270e"
    return GridPicture(image.image_id, thumbnail, image.caption or image.original_name, badge)


def _large(image: DatasetImage, texts: PicturesTexts) -> str:
    facts = f"{image.original_name} \u00b7 {texts.numbers.format(width=image.width, height=image.height)}"
    if image.held_out:
        facts += f" \u00b7 {texts.set_aside}"
    if image.repeats > 1:
        facts += f" \u00b7 {texts.counts.format(n=image.repeats)}"
    shown = figure(picture_source(image.path, max_side_px=512), facts, alt=image.caption or image.original_name)
    return f'{shown}<p class="fate">{escape(_fate_words(image, texts))}</p>'


def _fate_words(image: DatasetImage, texts: PicturesTexts) -> str:
    """Why a picture is in the set or not, with the number that decided."""
    if image.reason is None:
        return texts.in_the_set
    facts = [texts.like.format(other=image.other)] if image.other else []
    facts += [texts.measured.format(measure=image.measure)] if image.measure is not None else []
    sentence = texts.kept_all_the_same if image.is_kept else texts.is_set_aside
    words = sentence.format(file=image.original_name, reason=texts.reasons[image.reason])
    return f"{words} ({', '.join(facts)})" if facts else words


def _image(opened: Dataset, picture_id: str) -> DatasetImage:
    for image in opened.every_image:
        if image.image_id == picture_id:
            return image
    raise InvalidDataset(f"{opened.name} no longer has this picture.", "Choose the set again.")


def _caption_of(opened: Dataset, picture_id: str) -> str:
    return _image(opened, picture_id).caption


def _after(opened: Dataset, picture_id: str) -> str:
    ids = [image.image_id for image in opened.every_image]
    return ids[(ids.index(_image(opened, picture_id).image_id) + 1) % len(ids)]
