"""Tab 1: bring pictures, say what is in them."""

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from profile_studio.domain.arrangement import Arrangement, PictureFilter, PictureOrder, PictureView, first_listed
from profile_studio.domain.crops import CropMode
from profile_studio.domain.datasets import MINIMUM_IMAGES, Dataset, DatasetImage
from profile_studio.domain.errors import BaseModelMissing, InvalidDataset, NotInDemo
from profile_studio.domain.training import AdapterKind
from profile_studio.ui.components.caption_list import (
    AFTER_SAVES,
    SAVE_BEGINS,
    SAVE_ENDS,
    caption_list,
    caption_list_html,
)
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, good_news, notice_area, tells_errors, told
from profile_studio.ui.components.picture_grid import grid_html, picture_grid
from profile_studio.ui.components.set_pictures import (
    PictureList,
    caption_field,
    copies_side_by_side,
    picture_facts,
    small_picture,
)
from profile_studio.ui.components.training_view import training_view_html
from profile_studio.ui.page import LOOK_UP, PICTURES, QUIET, Page, Part
from profile_studio.ui.tabs.bring_pictures import build_bring, shows_invitation, wire_bring
from profile_studio.ui.tabs.set_tools import build_tools, shows_tools, takes_captions_back, wire_tools
from profile_studio.ui.texts import PicturesTexts

_IN_ORDER: dict[str, Any] = {"concurrency_id": "captions", "concurrency_limit": 1, **QUIET}
"""Leaving a caption and choosing the next picture arrive together; the caption must be saved first."""

_AS_BROUGHT = Arrangement()


@dataclass(frozen=True)
class PicturesTab:
    """What the page wires this tab with."""

    tab: gr.Tab
    next: gr.Button
    dataset: gr.Dropdown
    crop: gr.Radio
    shown: Any  # handler: the tab as the disk has it
    shown_inputs: list[Any]
    shown_outputs: list[Any]


def build(page: Page) -> PicturesTab:
    texts, studio = page.texts.pictures, page.studio
    with gr.Tab(texts.tab, id=PICTURES, elem_id=PICTURES) as tab:
        notice = notice_area()
        bring = build_bring(page)
        with gr.Column(visible=False) as show:
            with gr.Row(elem_classes="card"):
                dataset = gr.Dropdown(label=texts.dataset, choices=[], elem_id="pictures-dataset")
                trigger = gr.Textbox(
                    "", label=texts.trigger, info=texts.trigger_info, max_length=64, interactive=not page.is_demo
                )
                class_word = gr.Textbox(
                    "",
                    label=texts.class_word,
                    info=texts.class_word_info,
                    max_length=64,
                    interactive=not page.is_demo,
                    elem_id="class-word",
                )
                add = gr.Button(
                    texts.new, size="md", scale=0, min_width=160, elem_id="add-set", visible=not page.is_demo
                )
            with gr.Row():
                with gr.Column(scale=3, elem_classes="card"):
                    arrangement = gr.State(_AS_BROUGHT)
                    with gr.Row(elem_classes="arrangement"):
                        view = gr.Radio(
                            [(words, each.value) for each, words in texts.views.items()],
                            value=PictureView.PICTURES.value,
                            label=texts.view,
                            elem_classes="chips",
                            min_width=170,
                            elem_id="picture-view",
                        )
                        order = gr.Dropdown(
                            [(words, each.value) for each, words in texts.orders.items()],
                            value=PictureOrder.AS_BROUGHT.value,
                            label=texts.order,
                            min_width=150,
                            elem_id="picture-order",
                        )
                        only = gr.Dropdown(
                            [(words, each.value) for each, words in texts.filters.items()],
                            value=PictureFilter.ALL.value,
                            label=texts.filter,
                            min_width=150,
                            elem_id="picture-filter",
                        )
                    grid = picture_grid(texts.gallery)
                    with gr.Column(visible=False) as caption_side:
                        gr.HTML(f'<p class="quiet">{escape(texts.captions_info)}</p>', visible=not page.is_demo)
                        captions = caption_list(elem_id="caption-list")
                        saved = gr.HTML(visible=False, elem_classes="notice-area", elem_id="caption-saved")
                        undo = gr.Button(
                            texts.undo,
                            size="sm",
                            elem_classes="quiet-button",
                            elem_id="undo-caption",
                            visible=not page.is_demo,
                        )
                    with gr.Row(visible=False, elem_classes="pager") as pager:
                        earlier = gr.Button(texts.earlier, size="sm", elem_id="earlier-pictures")
                        place = gr.HTML()
                        later = gr.Button(texts.later, size="sm", elem_id="later-pictures")
                with gr.Column(scale=2, min_width=280, elem_classes="card picture-side-panel") as side:
                    chosen = gr.State(None)
                    seen = gr.HTML(elem_id="training-view")
                    picture = gr.HTML()
                    crop = gr.Radio(
                        [(words, mode.value) for mode, words in texts.crops.items()],
                        value=CropMode.BUCKETS.value,
                        label=texts.crop,
                        elem_classes="chips",
                        elem_id="pictures-crop",
                    )
                    copies = gr.HTML(visible=False, elem_id="copies")
                    instead = gr.Button(texts.keep_instead, size="sm", visible=False, elem_id="keep-instead")
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
                tools = build_tools(page)
            next_tab = gr.Button(texts.next, variant="primary", size="lg", elem_id="to-train")
            delete = gr.Button(texts.delete, size="sm", elem_classes="quiet-button", visible=not page.is_demo)
            with gr.Column(visible=False, elem_classes="card danger") as confirm:
                question = gr.HTML()
                with_adapters = gr.Checkbox(label=texts.with_adapters, elem_id="delete-with-adapters")
                with gr.Row():
                    yes = gr.Button(texts.yes_delete, variant="stop", size="sm")
                    no = gr.Button(page.texts.common.keep, size="sm")

    def shows_set(name: str | None, picture_id: str | None = None, arranged: Arrangement = _AS_BROUGHT) -> Updates:
        """The tab with this set open, or any set, or the invitation when there is none."""
        sets = {found.name: found for found in studio.datasets.list()}
        opened = sets.get(name or "") or next(iter(sets.values()), None)
        invitation: Updates = {
            **shows_invitation(bring, has_sets=opened is not None),
            show: gr.update(visible=opened is not None),
            confirm: gr.update(visible=False),
        }
        if opened is None:
            return invitation
        return {
            **invitation,
            dataset: gr.update(choices=list(sets), value=opened.name),
            trigger: opened.trigger_word,
            class_word: opened.class_word,
            next_tab: _next_step(opened, texts),
            page.news[Part.CAPTIONINGS]: "",  # another set, another captioning
            **shows_tools(page, tools, opened),
            **shows_picture(opened, picture_id, arranged),
        }

    def shows_picture(opened: Dataset, picture_id: str | None, arranged: Arrangement) -> Updates:
        """The page of the set's pictures that has this one, which is chosen, or the first."""
        listed = PictureList.of(opened, arranged, picture_id)
        image, number, pages = listed.chosen, listed.number, listed.pages
        reads = arranged.view is PictureView.CAPTIONS
        choices: Updates = {
            arrangement: arranged,
            view: arranged.view.value,
            order: arranged.order.value,
            only: arranged.filter.value,
            grid: gr.update(visible=not reads),
            side: gr.update(visible=not reads),
            caption_side: gr.update(visible=reads),
            saved: told(""),
        }
        if image is None:
            return {
                **choices,
                pager: gr.update(visible=False),
                grid: gr.update(value=f'<p class="quiet">{escape(texts.none_shown)}</p>', visible=True),
                caption_side: gr.update(visible=False),
                chosen: None,
                picture: "",
                copies: gr.update(visible=False),
                instead: gr.update(visible=False),
                fate: gr.update(visible=False),
                caption: gr.update(value="", interactive=False),
            }
        original = opened.original_of(image)
        if reads:
            fields = [caption_field(page, opened, each, arranged) for each in listed.shown]
            choices[captions] = caption_list_html(fields, texts.captions, is_editable=not page.is_demo)
        else:
            pictures = [small_picture(page, opened, each, arranged) for each in listed.shown]
            choices[grid] = gr.update(value=grid_html(pictures, image.image_id, texts.gallery), visible=True)
        return {
            **choices,
            pager: gr.update(visible=pages > 1),
            place: f"<p>{escape(texts.page.format(number=number + 1, pages=pages))}</p>",
            earlier: gr.update(interactive=number > 0),
            later: gr.update(interactive=number + 1 < pages),
            chosen: image.image_id,
            picture: picture_facts(opened, image, texts),
            copies: told(copies_side_by_side(page, opened, image, original) if original else ""),
            instead: gr.update(visible=original is not None and not page.is_demo),
            fate: gr.update(value=texts.set_it_aside if image.is_kept else texts.keep_it, visible=not page.is_demo),
            caption: gr.update(value=image.caption, interactive=not page.is_demo),
        }

    looked_at = [dataset, chosen, arrangement]
    picture_parts = [
        arrangement,
        view,
        order,
        only,
        grid,
        side,
        caption_side,
        captions,
        saved,
        pager,
        place,
        earlier,
        later,
        chosen,
        picture,
        copies,
        instead,
        fate,
        caption,
    ]
    set_parts = [
        *bring.shown, show, dataset, trigger, class_word, next_tab, confirm, *tools.shown, *picture_parts,
        page.news[Part.CAPTIONINGS],
    ]  # fmt: skip
    safe = tells_errors(notice, page.texts.common)

    @safe
    def saves_caption(name: str, picture_id: str | None, text: str) -> Updates:
        if picture_id is None or text == _caption_of(studio.datasets.get(name), picture_id):
            return {}
        studio.datasets.set_caption(name, picture_id, text)
        return shows_tools(page, tools, studio.datasets.get(name))

    @tells_errors(saved, page.texts.common)
    def saves_field(name: str, event: gr.EventData) -> Updates:
        studio.datasets.set_caption(name, event.picture_id, event.caption)
        opened = studio.datasets.get(name)
        words = texts.caption_saved.format(file=_image(opened, event.picture_id).original_name)
        return {**shows_tools(page, tools, opened), saved: told(good_news(words))}

    @safe
    def saves_and_goes_on(name: str, picture_id: str | None, arranged: Arrangement, text: str) -> Updates:
        if picture_id is None:
            return {}
        before = PictureList.of(studio.datasets.get(name), arranged, picture_id)
        if text != _caption_of(studio.datasets.get(name), picture_id):
            studio.datasets.set_caption(name, picture_id, text)
        opened = studio.datasets.get(name)
        following = first_listed(before.pictures, arranged.of(opened.every_image), before.index + 1)
        return shows_picture(opened, following, arranged)

    @safe
    def chooses(name: str, picture_id: str | None, arranged: Arrangement, event: gr.EventData) -> Updates:
        if str(event.value) == picture_id:
            return {}  # its caption may be half written: an answer from here would undo the typing
        return shows_picture(studio.datasets.get(name), str(event.value), arranged)

    @safe
    def arranges(name: str, arranged: Arrangement, order_value: str, filter_value: str) -> Updates:
        wanted = replace(arranged, order=PictureOrder(order_value), filter=PictureFilter(filter_value))
        if wanted == arranged:
            return {}  # a dropdown says that it changed when one leaves it, too; captions may be half written by then
        return shows_picture(studio.datasets.get(name), None, wanted)

    @safe
    def views(name: str, picture_id: str | None, arranged: Arrangement, view_value: str) -> Updates:
        return shows_picture(studio.datasets.get(name), picture_id, replace(arranged, view=PictureView(view_value)))

    def turns(pages: int) -> Any:
        @safe
        def turn(name: str, picture_id: str | None, arranged: Arrangement) -> Updates:
            opened = studio.datasets.get(name)
            listed = PictureList.of(opened, arranged, picture_id)
            return shows_picture(opened, listed.turned(pages), arranged)

        return turn

    def shows_view(name: str | None, picture_id: str | None, base: str, mode: str) -> str:
        """What training sees of the chosen picture; nothing while its base model is not here."""
        opened = next((found for found in studio.datasets.list() if found.name == name), None)
        image = next((each for each in opened.every_image if each.image_id == picture_id), None) if opened else None
        if opened is None or image is None:
            return ""
        try:
            config = studio.training.preset(AdapterKind.STYLE, base, opened.name, opened.name)
            config = config.model_copy(update={"crop": CropMode(mode)})
            return training_view_html(image, studio.training.view(config, image), config.crop, texts)
        except (BaseModelMissing, NotInDemo):
            return ""

    @safe
    def overrules(name: str, picture_id: str | None, arranged: Arrangement) -> Updates:
        if picture_id is None:
            return {}
        before = PictureList.of(studio.datasets.get(name), arranged, picture_id)
        decide = studio.datasets.set_aside
        if not _image(studio.datasets.get(name), picture_id).is_kept:
            decide = studio.datasets.keep
        decide(name, picture_id)
        after = arranged.of(studio.datasets.get(name).every_image)
        return shows_set(name, first_listed(before.pictures, after, before.index), arranged)

    @safe
    def swaps(name: str, picture_id: str, arranged: Arrangement) -> Updates:
        studio.datasets.keep_instead(name, picture_id)
        return shows_set(name, picture_id, arranged)

    @safe
    def saves_trigger(name: str, word: str) -> Updates:
        if word != studio.datasets.get(name).trigger_word:
            studio.datasets.set_trigger_word(name, word)
            return {**shows_tools(page, tools, studio.datasets.get(name)), notice: told(good_news(texts.saved))}
        return {}

    @safe
    def saves_class_word(name: str, word: str) -> Updates:
        if word != studio.datasets.get(name).class_word:
            studio.datasets.set_class_word(name, word)
            return {**shows_tools(page, tools, studio.datasets.get(name)), notice: told(good_news(texts.saved))}
        return {}

    @safe
    def asks_before_deleting(name: str) -> Updates:
        opened = studio.datasets.get(name)
        words = texts.confirm_delete.format(name=opened.name, n=len(opened.images))
        adapters = ", ".join(studio.datasets.adapters_of(name))
        about = texts.with_adapters_info.format(names=adapters) if adapters else texts.no_adapters_info
        return {
            question: f"<p>{escape(words)}</p>",
            with_adapters: gr.update(value=False, info=about),
            confirm: gr.update(visible=True),
        }

    @safe
    def deletes(name: str, arranged: Arrangement, takes_adapters: bool) -> Updates:
        deleted = studio.datasets.delete(name, with_adapters=takes_adapters)
        said = page.texts.common.said
        news = [texts.deleted.format(name=name), texts.removed.format(what=", ".join(map(said, deleted.removed)))]
        if deleted.left:
            news.append(texts.left.format(what=", ".join(map(said, deleted.left))))
        return {**shows_set(None, None, arranged), notice: told(good_news(" ".join(news)))}

    dataset.input(safe(shows_set), looked_at, [*set_parts, notice], **QUIET)
    gr.on(
        [order.input, only.input], arranges, [dataset, arrangement, order, only], [*picture_parts, notice], **_IN_ORDER
    )
    view.input(views, [*looked_at, view], [*picture_parts, notice], **_IN_ORDER)
    grid.select(chooses, looked_at, [*picture_parts, notice], **_IN_ORDER)
    earlier.click(turns(-1), looked_at, [*picture_parts, notice], **_IN_ORDER)
    later.click(turns(1), looked_at, [*picture_parts, notice], **_IN_ORDER)
    caption.blur(
        saves_caption, [dataset, chosen, caption], [*tools.shown, notice], js=SAVE_BEGINS, **_IN_ORDER
    ).then(None, None, None, js=SAVE_ENDS, **QUIET)  # fmt: skip
    # Every change counts, also one that comes while another is being saved.
    captions.input(saves_field, dataset, [*tools.shown, saved], trigger_mode="multiple", **_IN_ORDER).then(
        None, None, None, js=SAVE_ENDS, **QUIET
    )
    undo.click(
        tells_errors(saved, page.texts.common)(takes_captions_back(page, shows_set, saved)),
        looked_at, set_parts, js=AFTER_SAVES, **_IN_ORDER,
    )  # fmt: skip
    gr.on(
        [caption.submit, next_picture.click],
        saves_and_goes_on, [*looked_at, caption], [*picture_parts, notice], **_IN_ORDER,
    )  # fmt: skip
    gr.on(
        [chosen.change, crop.change, page.base.change],
        shows_view, [dataset, chosen, page.base, crop], seen, trigger_mode="always_last", **QUIET,
    )  # fmt: skip
    instead.click(swaps, looked_at, [*set_parts, notice], **_IN_ORDER)
    fate.click(overrules, looked_at, [*set_parts, notice], **_IN_ORDER)
    wire_bring(page, bring, add, dataset, notice, shows_set, set_parts)
    wire_tools(page, tools, looked_at, notice, shows_set, set_parts)
    gr.on([trigger.blur, trigger.submit], saves_trigger, [dataset, trigger], [*tools.shown, notice], **QUIET)
    gr.on(
        [class_word.blur, class_word.submit],
        saves_class_word, [dataset, class_word], [*tools.shown, notice], **QUIET,
    )  # fmt: skip
    delete.click(asks_before_deleting, dataset, [question, with_adapters, confirm, notice], **QUIET)
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    # What is gone is told at the top, and the next set has the same button in the same place.
    yes.click(deletes, [dataset, arrangement, with_adapters], [*set_parts, notice], **QUIET).then(
        None, None, None, js=LOOK_UP, **QUIET
    )
    dataset.change(lambda name: name, dataset, page.carried_dataset, **QUIET)
    return PicturesTab(tab, next_tab, dataset, crop, safe(shows_set), looked_at, [*set_parts, notice])


def _next_step(opened: Dataset, texts: PicturesTexts) -> Any:
    count = len(opened.training_images)
    if count < MINIMUM_IMAGES:
        return gr.update(value=texts.next_few.format(n=count, least=MINIMUM_IMAGES), interactive=False)
    return gr.update(value=texts.next.format(n=count), interactive=True)


def _image(opened: Dataset, picture_id: str) -> DatasetImage:
    for image in opened.every_image:
        if image.image_id == picture_id:
            return image
    raise InvalidDataset("{dataset} no longer has this picture.", "Choose the set again.", dataset=opened.name)


def _caption_of(opened: Dataset, picture_id: str) -> str:
    return _image(opened, picture_id).caption
