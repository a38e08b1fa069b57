"""All pictures that were made: search, look at a recipe, make again, delete."""

from typing import Any

import gradio as gr

from profile_studio.domain.errors import InvalidPicture
from profile_studio.services.gallery import GalleryPage, MadePicture
from profile_studio.services.picture_files import save_pictures
from profile_studio.ui.components.markup import details, escape, picture_source
from profile_studio.ui.components.notices import Updates, good_news, notice_area, tells_errors, told
from profile_studio.ui.components.picture_grid import GridPicture, grid_html, picture_grid
from profile_studio.ui.components.recipe import recipe_html
from profile_studio.ui.components.save_panel import (
    GIVE_FILE,
    file_link,
    fill_save_panel,
    save_options,
    save_panel,
    wire_save_panel,
)
from profile_studio.ui.page import BLEND, GALLERY, QUIET, CarriedPicture, Page
from profile_studio.ui.texts import GalleryTexts


def build(page: Page) -> gr.Tab:
    """The tab; it wires itself, as nothing of it changes with the others."""
    texts, studio = page.texts.gallery, page.studio
    with gr.Tab(texts.tab, id=GALLERY, elem_id=GALLERY, alignment="right", visible=not page.is_demo) as tab:
        number, chosen = gr.State(0), gr.State(None)
        notice = notice_area()
        with gr.Column(elem_classes="card welcome", visible=False) as empty:
            gr.HTML(f"<p>{escape(texts.empty)}</p>")
            to_blend = gr.Button(texts.to_blend, variant="primary")
        with gr.Row(visible=False) as show:
            with gr.Column(scale=3, min_width=300, elem_classes="card"):
                search = gr.Textbox("", label=texts.search, info=texts.search_info, elem_id="gallery-search")
                count = gr.HTML(elem_id="gallery-count")
                grid = picture_grid(texts.grid, elem_id="gallery-grid")
                with gr.Row(visible=False, elem_classes="pager") as pager:
                    newer = gr.Button(texts.newer, size="sm", elem_id="gallery-newer")
                    place = gr.HTML()
                    older = gr.Button(texts.older, size="sm", elem_id="gallery-older")
                save_page = gr.Button(texts.save_page, size="sm", elem_classes="quiet-button", elem_id="save-page")
            with gr.Column(scale=2, min_width=280, elem_classes="card picture-side-panel gallery-chosen"):
                hint = gr.HTML(f'<p class="quiet">{escape(texts.choose)}</p>')
                with gr.Column(visible=False) as panel:
                    picture = gr.HTML(elem_id="gallery-picture")
                    saver = save_panel(page.texts, "save-picture")
                    with gr.Row(elem_classes="job-buttons"):
                        again = gr.Button(texts.again, variant="primary", size="sm", elem_id="make-again")
                        start = gr.Button(texts.start, size="sm", elem_id="use-as-start")
                    gr.HTML(f'<p class="quiet">{escape(texts.again_info)}</p>')
                    delete = gr.Button(texts.delete, size="sm", elem_classes="quiet-button", elem_id="delete-picture")
                    with gr.Column(visible=False, elem_classes="danger") as confirm:
                        gr.HTML(f"<p>{escape(texts.confirm_delete)}</p>")
                        with gr.Row():
                            yes = gr.Button(texts.yes_delete, variant="stop", size="sm")
                            no = gr.Button(page.texts.common.keep, size="sm")
    safe = tells_errors(notice, page.texts.common)
    list_parts = [empty, show, count, grid, pager, place, newer, older, number]
    panel_parts = [chosen, hint, panel, picture, *saver.parts, confirm]

    def shows_list(query: str, wanted: int, opened: str | None) -> Updates:
        """A page of what the search finds."""
        found = studio.gallery.find(query, wanted)
        pictures = [_grid_picture(page, each) for each in found.pictures]
        return {
            empty: gr.update(visible=not found.made),
            show: gr.update(visible=bool(found.made)),
            count: count_html(found, texts),
            grid: grid_html(pictures, opened, texts.grid),
            pager: gr.update(visible=found.pages > 1),
            place: f"<p>{escape(texts.page.format(number=found.number + 1, pages=found.pages))}</p>",
            newer: gr.update(interactive=found.number > 0),
            older: gr.update(interactive=found.number + 1 < found.pages),
            number: found.number,
        }

    def shows_picture(opened: MadePicture | None) -> Updates:
        """The chosen picture as it was made, and its recipe; or how to choose one."""
        return {
            chosen: opened.picture_id if opened else None,
            hint: gr.update(visible=opened is None),
            panel: gr.update(visible=opened is not None),
            picture: _large(opened, page) if opened else "",
            **fill_save_panel(saver, [opened.path] if opened else [], page.texts),
            confirm: gr.update(visible=False),
        }

    @safe
    def shown(query: str, wanted: int, opened: str | None) -> Updates:
        listed = shows_list(query, wanted, opened)
        is_there = opened in [path.stem for path in studio.gallery.recent()]
        return listed if is_there else {**listed, **shows_picture(None)}

    @safe
    def searches(query: str, opened: str | None) -> Updates:
        return shows_list(query, 0, opened)

    @safe
    def opens(event: gr.EventData) -> Updates:
        return shows_picture(studio.gallery.get(str(event.value)))

    @safe
    def deletes(picture_id: str, query: str, wanted: int) -> Updates:
        studio.gallery.delete(picture_id)
        news = told(good_news(texts.deleted))
        return {**shows_list(query, wanted, None), **shows_picture(None), notice: news}

    def carries(is_made_again: bool) -> Any:
        """Hands the recipe to Blend, which takes it when it opens."""
        return lambda picture_id: (CarriedPicture(picture_id, is_made_again), gr.Tabs(selected=BLEND))

    @safe
    def saves_page(query: str, shown_now: int, side: str, keeps_recipe: bool) -> Updates:
        paths = [each.path for each in studio.gallery.find(query, shown_now).pictures]
        return {saver.file: file_link(save_pictures(paths, save_options(side, keeps_recipe)))}

    wire_save_panel(saver, page.texts, notice)
    save_page.click(
        saves_page, [search, number, *saver.options], [saver.file, notice], show_progress_on=save_page,
        api_visibility="private",
    ).success(None, saver.file, None, js=GIVE_FILE, **QUIET)  # fmt: skip
    tab.select(shown, [search, number, chosen], [*list_parts, *panel_parts, notice], **QUIET)
    search.change(searches, [search, chosen], [*list_parts, notice], trigger_mode="always_last", **QUIET)
    newer.click(
        safe(lambda query, shown_now, opened: shows_list(query, shown_now - 1, opened)),
        [search, number, chosen], [*list_parts, notice], **QUIET,
    )  # fmt: skip
    older.click(
        safe(lambda query, shown_now, opened: shows_list(query, shown_now + 1, opened)),
        [search, number, chosen], [*list_parts, notice], **QUIET,
    )  # fmt: skip
    grid.select(opens, None, [*panel_parts, notice], **QUIET)
    again.click(carries(is_made_again=True), chosen, [page.carried_picture, page.tabs], **QUIET)
    start.click(carries(is_made_again=False), chosen, [page.carried_picture, page.tabs], **QUIET)
    to_blend.click(lambda: gr.Tabs(selected=BLEND), None, page.tabs, **QUIET)
    delete.click(lambda: gr.update(visible=True), None, confirm, **QUIET)
    no.click(lambda: gr.update(visible=False), None, confirm, **QUIET)
    yes.click(deletes, [chosen, search, number], [*list_parts, *panel_parts, notice], **QUIET)
    return tab


def count_html(found: GalleryPage, texts: GalleryTexts) -> str:
    """How many pictures there are, how many of them the search finds, and what cannot be shown."""
    words = texts.made if found.found == found.made else texts.found if found.found else texts.nothing_found
    lines = [words.format(n=found.made, found=found.found)]
    if found.without_recipe:
        lines.append(texts.without_recipe.format(n=found.without_recipe))
    return "".join(f'<p class="quiet" role="status">{escape(line)}</p>' for line in lines)


def _grid_picture(page: Page, made: MadePicture) -> GridPicture:
    label = page.texts.gallery.label.format(prompt=made.recipe.request.prompt, seed=made.recipe.seed)
    try:
        source = picture_source(page.studio.gallery.thumbnail(made.path))
    except InvalidPicture:  # its words stand in its place, so that it can be opened and deleted all the same
        source = ""
    return GridPicture(made.picture_id, source, label)


def _large(made: MadePicture, page: Page) -> str:
    alt = page.texts.blend.alt.format(prompt=made.recipe.request.prompt)
    recipe = details(page.texts.blend.recipe, recipe_html(made.recipe, page.texts.blend), is_open=True)
    return f'<img src="{picture_source(made.path)}" alt="{escape(alt)}">{recipe}'
