"""Where things lie, what is big, and making room."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from profile_studio.domain.errors import InvalidSettings
from profile_studio.services.storage_space import Space, SpaceGroup, SpaceItem, SpaceKind, SpaceOverview
from profile_studio.ui.components.job_view import job_label
from profile_studio.ui.components.markup import escape, file_size
from profile_studio.ui.components.notices import Updates, good_news, notice_area, tells_errors, told
from profile_studio.ui.page import QUIET, STORAGE, Page
from profile_studio.ui.texts import Texts

_COPY = "navigator.clipboard.writeText(this.previousElementSibling.innerText)"


def build(page: Page) -> gr.Tab:
    """The tab; it wires itself, as nothing of it changes with the others."""
    texts, studio = page.texts.storage, page.studio
    with gr.Tab(texts.tab, id=STORAGE, elem_id=STORAGE, alignment="right", visible=not page.is_demo) as tab:
        notice = notice_area()
        with gr.Column(elem_classes="card"):
            space = gr.HTML(elem_id="space")
        with gr.Column(elem_classes="card"):
            gr.HTML(f"<h3>{escape(texts.make_room)}</h3>")
            nothing = gr.HTML(f'<p class="quiet">{escape(texts.nothing)}</p>', visible=False)
            kind = gr.Radio([], label=texts.doomed_kind, elem_id="doomed-kind")
            with gr.Column(visible=False) as choice:
                items = gr.CheckboxGroup([], label=texts.items, elem_classes="jobs", elem_id="doomed")
                goes = gr.HTML()
                with gr.Row(elem_classes="job-buttons"):
                    choose_all = gr.Button(texts.all_items, size="sm", elem_id="choose-all")
                    delete = gr.Button(texts.delete, size="sm", elem_id="delete-chosen")
                with gr.Column(visible=False, elem_classes="danger") as confirm:
                    question = gr.HTML(elem_id="delete-question")
                    with gr.Row():
                        yes = gr.Button(texts.yes_delete, variant="stop", size="sm", elem_id="yes-delete-chosen")
                        no = gr.Button(page.texts.common.keep, size="sm")
    safe = tells_errors(notice, page.texts.common)
    choice_parts = [choice, items, choose_all, goes, confirm]
    all_parts = [space, nothing, kind, *choice_parts]

    def shows(wanted: str | None) -> Updates:
        """The disk as it is now, with this kind's items to choose from while there are any."""
        overview = studio.storage.overview()
        spare = [group for group in overview.groups if group.items]
        opened = next((group for group in spare if group.kind.value == wanted), None)
        kinds = [(texts.doomed_kinds[group.kind], group.kind.value) for group in spare]
        return {
            space: overview_html(overview, page.texts),
            nothing: gr.update(visible=not spare),
            kind: gr.update(choices=kinds, value=opened.kind.value if opened else None, visible=bool(spare)),
            **shows_items(opened),
        }

    def shows_items(group: SpaceGroup | None) -> Updates:
        if group is None:
            return {choice: gr.update(visible=False), confirm: gr.update(visible=False)}
        labels = [(item_words(group.kind, item, page.texts), item.name) for item in group.items]
        only = [item.name for item in group.items] if len(group.items) == 1 else []
        return {
            choice: gr.update(visible=True),
            items: gr.update(choices=labels, value=only),
            choose_all: gr.update(visible=len(group.items) > 1),
            goes: f'<p class="quiet">{escape(texts.goes[group.kind])}</p>',
            confirm: gr.update(visible=False),
        }

    @safe
    def opens(kind_value: str) -> Updates:
        return shows_items(studio.storage.overview().group(SpaceKind(kind_value)))

    @safe
    def chooses_all(kind_value: str) -> Updates:
        return {items: [item.name for item in studio.storage.overview().group(SpaceKind(kind_value)).items]}

    @safe
    def asks(kind_value: str, names: list[str]) -> Updates:
        chosen = [item for item in studio.storage.overview().group(SpaceKind(kind_value)).items if item.name in names]
        if not chosen:
            raise InvalidSettings(texts.nothing_chosen, texts.nothing_chosen_fix)
        return {question: question_html(SpaceKind(kind_value), chosen, page.texts), confirm: gr.update(visible=True)}

    @safe
    def deletes(kind_value: str, names: list[str]) -> Updates:
        freed = studio.storage.delete(SpaceKind(kind_value), names)
        news = [texts.deleted.format(size=file_size(freed.space.bytes))]
        if freed.left:
            news.append(page.texts.pictures.left.format(what=", ".join(map(page.texts.common.said, freed.left))))
        return {**shows(kind_value), notice: told(good_news(" ".join(news)))}

    def hides() -> Any:
        return gr.update(visible=False)

    tab.select(safe(shows), kind, [*all_parts, notice], **QUIET)
    kind.input(opens, kind, [*choice_parts, notice], **QUIET)
    choose_all.click(chooses_all, kind, [items, notice], **QUIET)
    items.change(hides, None, confirm, **QUIET)  # what was asked about is what will go
    delete.click(asks, [kind, items], [question, confirm, notice], **QUIET)
    no.click(hides, None, confirm, **QUIET)
    yes.click(deletes, [kind, items], [*all_parts, notice], **QUIET)
    return tab


def overview_html(overview: SpaceOverview, texts: Texts) -> str:
    """The folder, the disk, and a table with the largest first."""
    words = texts.storage
    used = words.used.format(used=file_size(overview.space.bytes), free=file_size(overview.free_bytes))
    rows = [(words.kinds[group.kind], group.space) for group in overview.groups if group.space.files]
    body = "".join(_row(name, space) for name, space in rows) + _row(words.total, overview.space)
    return (
        f'<p>{escape(words.home)}</p><p class="home"><code>{escape(str(overview.home))}</code>'
        f'<button type="button" onclick="{_COPY}">{escape(texts.common.copy)}</button></p><p>{escape(used)}</p>'
        f'<div class="scroll" tabindex="0"><table><thead><tr><th scope="col">{escape(words.kind)}</th>'
        f'<th scope="col">{escape(words.files)}</th><th scope="col">{escape(words.size)}</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(name: str, space: Space) -> str:
    return f'<tr><th scope="row">{escape(name)}</th><td>{space.files}</td><td>{file_size(space.bytes)}</td></tr>'


def item_words(kind: SpaceKind, item: SpaceItem, texts: Texts) -> str:
    """One thing that may go, with its size."""
    is_all = kind in (SpaceKind.PICTURES, SpaceKind.THUMBNAILS)
    name = job_label(item.job, texts) if item.job else texts.storage.doomed_kinds[kind] if is_all else item.name
    return texts.storage.item.format(name=name, files=item.space.files, size=file_size(item.space.bytes))


def question_html(kind: SpaceKind, chosen: Sequence[SpaceItem], texts: Texts) -> str:
    """What goes, each by name with its size, and what goes with it."""
    whole = sum((item.space for item in chosen), Space())
    asked = texts.storage.confirm.format(files=whole.files, size=file_size(whole.bytes))
    items = "".join(f"<li>{escape(item_words(kind, item, texts))}</li>" for item in chosen)
    return f"<p><b>{escape(asked)}</b></p><ul>{items}</ul><p>{escape(texts.storage.goes[kind])}</p>"
