"""The page as a whole: the bar above, the tabs, and how they hand on to each other."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from profile_studio.domain.adapters import Adapter
from profile_studio.services.studio import Studio
from profile_studio.ui.api import open_api
from profile_studio.ui.components.adapter_slots import chosen_weights
from profile_studio.ui.components.base_choice import base_choice, fetch_parts, wire_base
from profile_studio.ui.components.job_view import status_line
from profile_studio.ui.components.language_switch import language_switch
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import notice_area
from profile_studio.ui.languages import LANGUAGES
from profile_studio.ui.page import (
    BLEND,
    COMPARE,
    GALLERY,
    OPEN_REMEMBERED_TAB,
    PICTURES,
    POLL_INTERVAL_S,
    QUIET,
    REMEMBER_TAB,
    STORAGE,
    TRAIN,
    Page,
    Part,
    ask_for_news,
)
from profile_studio.ui.serving import CACHE_AGE_S, CACHE_SWEEP_S, LONGEST_QUEUE
from profile_studio.ui.tabs import blend, compare, gallery, pictures, storage, train
from profile_studio.ui.texts import ENGLISH, Texts


def build(studio: Studio) -> gr.Blocks:
    """The page for this studio, once a language. It only calls services; whatever takes long happens elsewhere."""
    with gr.Blocks(
        title=ENGLISH.header.title,
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(CACHE_SWEEP_S, CACHE_AGE_S),
    ) as blocks:
        _build_page(blocks, studio, ENGLISH)
        open_api(studio)
    for texts in LANGUAGES[1:]:
        with blocks.route(texts.language_name, texts.language):
            _build_page(blocks, studio, texts)
    return blocks.queue(api_open=False, max_size=LONGEST_QUEUE)


def _build_page(blocks: gr.Blocks, studio: Studio, texts: Texts) -> None:
    with gr.Row(elem_id="bar", equal_height=True):
        gr.HTML(f"<h1>{escape(texts.header.title)}</h1>", elem_id="title")
        base = base_choice(studio, texts)
        status = gr.HTML(status_line([], worker_is_running=True, texts=texts), elem_id="status")
        gr.HTML(language_switch(LANGUAGES, texts), elem_id="languages")
    if studio.settings.space_id:
        _space_banner(studio.settings.is_demo, texts)
    notice = notice_area()
    parts = fetch_parts(texts)
    carried_dataset, carried_adapter, carried_picture = gr.State(None), gr.State(None), gr.State(None)
    news = {part: gr.Textbox("", label=part, visible="hidden") for part in Part}
    with gr.Tabs(selected=BLEND, overflow_behavior="wrap") as tabs:  # no door hides behind a menu
        page = Page(studio, texts, tabs, base, carried_dataset, carried_adapter, carried_picture, news)
        pictures_tab = pictures.build(page)
        train_tab = train.build(page)
        blend_tab = blend.build(page)
        compare_tab = compare.build(page)
        gallery_tab = gallery.build(page)
        storage_tab = storage.build(page)
    clock = gr.Timer(POLL_INTERVAL_S)
    told = [*news.values(), status, clock]
    clock.tick(None, told, told, js=ask_for_news(texts.language), **QUIET)
    _wire_tabs(page, pictures_tab, train_tab, blend_tab, compare_tab)
    for tab, name in ((gallery_tab, GALLERY), (storage_tab, STORAGE)):
        tab.select(None, None, None, js=REMEMBER_TAB % name, **QUIET)
    _wire_first_look(blocks, blend_tab)
    wire_base(page, notice, parts).then(
        lambda *values: blend_tab.shown(False, *values), blend_tab.shown_inputs, blend_tab.shown_outputs, **QUIET
    )


def _space_banner(is_demo: bool, texts: Texts) -> None:
    words = f"{texts.demo.shared} {texts.demo.forgets}" if is_demo else texts.demo.forgets
    with gr.Row(elem_id="space-banner", elem_classes="card"):
        with gr.Column(min_width=260):  # on a phone the button then goes below
            gr.HTML(f'<p role="note">{escape(words)}</p>')
        if is_demo:
            gr.DuplicateButton(texts.demo.duplicate, elem_id="duplicate", min_width=160)


def _wire_tabs(
    page: Page,
    pictures_tab: pictures.PicturesTab,
    train_tab: train.TrainTab,
    blend_tab: blend.BlendTab,
    compare_tab: compare.CompareTab,
) -> None:
    """A tab shows what the disk has when it opens, and hands on what the next one needs."""
    for tab, name in (
        (pictures_tab.tab, PICTURES),
        (train_tab.tab, TRAIN),
        (blend_tab.tab, BLEND),
        (compare_tab.tab, COMPARE),
    ):
        tab.select(None, None, None, js=REMEMBER_TAB % name, **QUIET)
    pictures_tab.tab.select(pictures_tab.shown, pictures_tab.shown_inputs, pictures_tab.shown_outputs, **QUIET)
    blend_tab.tab.select(
        lambda *values: blend_tab.shown(False, *values), blend_tab.shown_inputs, blend_tab.shown_outputs, **QUIET
    ).then(**blend_tab.awaited, **QUIET)
    compare_tab.tab.select(compare_tab.shown, compare_tab.shown_inputs, compare_tab.shown_outputs, **QUIET)

    pictures_tab.next.click(
        lambda dataset: (dataset, gr.Tabs(selected=TRAIN)),
        pictures_tab.dataset,
        [page.carried_dataset, page.tabs],
        **QUIET,
    )
    # How pictures are cut is one choice, made where one sees it or where one trains.
    pictures_tab.crop.input(lambda mode: mode, pictures_tab.crop, train_tab.crop, **QUIET)
    train_tab.crop.input(lambda mode: mode, train_tab.crop, pictures_tab.crop, **QUIET)
    train_tab.to_pictures.click(lambda: gr.Tabs(selected=PICTURES), None, page.tabs, **QUIET)
    compare_tab.to_train.click(lambda: gr.Tabs(selected=TRAIN), None, page.tabs, **QUIET)
    train_tab.next.click(
        lambda job_id: (page.studio.jobs.get(job_id).adapter_name, gr.Tabs(selected=BLEND)),
        train_tab.shown_job,
        [page.carried_adapter, page.tabs],
        **QUIET,
    )
    blend_tab.next.click(
        lambda *chosen: (*carried_models(page.studio.adapters.list(), chosen), gr.Tabs(selected=COMPARE)),
        blend_tab.chosen,
        [compare_tab.models, compare_tab.specs, page.tabs],
        **QUIET,
    )


def carried_models(adapters: Sequence[Adapter], chosen: Sequence[Any]) -> tuple[Any, str]:
    """What is blended now becomes what is compared: each LoRA by itself, and all together as a blend.

    A LoRA that steadies faces says little by itself; it is compared alone only when nothing else is on.
    """
    weights = chosen_weights(chosen)
    blend_spec = "+".join(f"{each.adapter_name}={each.weight:g}" for each in weights) if len(weights) > 1 else ""
    steadying = {adapter.name for adapter in adapters if adapter.steadies_faces}
    names = [each.adapter_name for each in weights]
    names = [name for name in names if name not in steadying] or names
    return gr.update(choices=names, value=names), blend_spec


def _wire_first_look(blocks: gr.Blocks, blend_tab: blend.BlendTab) -> None:
    """A page that is opened or reloaded comes back to its tab, whose opening shows what the rows say."""
    blocks.load(None, None, None, js=OPEN_REMEMBERED_TAB, **QUIET)
    blocks.load(
        lambda *values: blend_tab.shown(True, *values), blend_tab.shown_inputs, blend_tab.shown_outputs, **QUIET
    ).then(**blend_tab.first, **QUIET)
