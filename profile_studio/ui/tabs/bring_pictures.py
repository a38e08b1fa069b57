"""How pictures come in: dropped files, or an example that ships; and how far the import is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from profile_studio.domain.datasets import Consent, ImportRequest
from profile_studio.domain.errors import Stopped
from profile_studio.domain.names import name_from, suggest_name
from profile_studio.domain.trigger_words import suggest_trigger_word
from profile_studio.services.background_import import BackgroundImport
from profile_studio.ui.components.import_news import import_news, import_progress
from profile_studio.ui.components.markup import escape, picture_source
from profile_studio.ui.components.notices import Updates, good_news, tells_errors, told
from profile_studio.ui.page import LOOK_UP, POLLING, QUIET, Page, Part

_ICON_PX = 64


_IS_TYPING = "() => [!!document.activeElement?.closest('#caption-list, #caption')]"
"""Whether the person is in a caption; opening another set would pull it away."""


@dataclass(frozen=True)
class BringForm:
    """The components of the invitation."""

    place: gr.Column
    card: gr.Column
    files: gr.File
    about_files: gr.Column
    name: gr.Textbox
    consent: gr.Radio
    use: gr.Button
    try_example: gr.Column
    examples: dict[str, gr.Button]
    back: gr.Button
    underway: gr.Column
    progress: gr.HTML
    stop: gr.Button
    seen: gr.State
    followed: gr.State
    ended: gr.State
    is_typing: gr.Checkbox

    @property
    def shown(self) -> list[Any]:
        """What `shows_invitation` updates."""
        return [self.card, self.try_example, self.back]


_TAKE_PICTURE = """() => {
  const input = document.querySelector('#pictures-files input[type=file]');
  input.capture = 'user';
  input.click();
  input.removeAttribute('capture');
}"""
"""The camera of a phone, by the field that takes files: what it takes lies beside what was brought before."""


def build_bring(page: Page) -> BringForm:
    """The drop zone, and a button for each example."""
    texts = page.texts.pictures
    with gr.Column(visible=False, elem_classes="card", elem_id="import") as underway:
        progress = gr.HTML()
        stop = gr.Button(texts.stop_import, size="sm", elem_id="import-stop")
    with gr.Column(elem_id="bring") as place, gr.Column(elem_classes="card welcome", visible=False) as card:
        gr.HTML(f"<p>{escape(texts.empty)}</p>")
        # Whatever is dropped goes in: captions lie beside pictures, and what is neither is told by name.
        files = gr.File(label=texts.drop, file_count="multiple", elem_id="pictures-files")
        camera = gr.Button(texts.camera, size="sm", elem_id="camera")  # the style sheet keeps it to touch screens
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
                examples = {example: _example_button(page, example) for example in page.studio.datasets.examples()}
        back = gr.Button(texts.back, size="sm", visible=False)
    camera.click(None, None, None, js=_TAKE_PICTURE, **QUIET)
    return BringForm(
        place, card, files, about_files, name, consent, use, try_example, examples, back, underway, progress, stop,
        gr.State(None), gr.State(0), gr.State(0), gr.Checkbox(visible=False),
    )  # fmt: skip


def _example_button(page: Page, example: str) -> gr.Button:
    button = gr.Button(page.texts.pictures.example.format(name=example), elem_id=f"example-{example}")
    # Inside the page: Gradio would make a copy of the file and name it by its content, so whoever brings the same
    # picture would bring that copy, which is deleted after the import.
    source = picture_source(page.studio.datasets.example_picture(example), _ICON_PX)
    button.icon = {"path": source, "url": source}
    return button


def shows_invitation(form: BringForm, *, has_sets: bool) -> Updates:
    """The invitation while there is no set; where there are some, it may be open, half filled, and stays so."""
    updates: Updates = {
        form.try_example: gr.update(visible=bool(form.examples)),
        form.back: gr.update(visible=has_sets),
    }
    return updates if has_sets else {**updates, form.card: gr.update(visible=True)}


def wire_bring(
    page: Page,
    form: BringForm,
    add: gr.Button,
    dataset: gr.Dropdown,
    notice: gr.HTML,
    shows_set: Callable[[str | None], Updates],
    set_parts: list[Any],
) -> None:
    """Connects the invitation; `add` calls it back, `shows_set` opens what was brought as the set of `dataset`."""
    texts, studio = page.texts.pictures, page.studio
    safe = tells_errors(notice, page.texts.common)
    seen, followed, ended = form.seen, form.followed, form.ended
    import_parts = [form.place, form.underway, form.progress, form.stop, seen, followed, page.news[Part.IMPORTS]]

    def asks_about_files(paths: list[str] | None) -> Updates:
        return {form.about_files: gr.update(visible=bool(paths)), form.name: _suggested_name(page, paths or [])}

    @safe
    def imports(paths: list[str] | None, name_text: str, consent_value: str | None) -> Updates:
        request = ImportRequest(
            [Path(path) for path in paths or []],
            name_from(name_text),
            suggest_trigger_word(name_text),
            consent=Consent(consent_value) if consent_value else None,
        )
        now = studio.imports.newest()
        if now is not None and now.is_going_on and now.name == request.name:  # the second press of a double click
            return follows(now)
        return follows(studio.imports.start(request, request.sources))

    def follows(now: BackgroundImport) -> Updates:
        """Its beginning, and one more look: a short import may be over before this answer comes."""
        return {**shows_import(now), followed: now.number, page.news[Part.IMPORTS]: ""}

    def shows_import(now: BackgroundImport) -> Updates:
        return {
            seen: _look_of(now),
            form.place: gr.update(visible=not now.is_going_on),
            form.underway: gr.update(visible=now.is_going_on),
            form.progress: import_progress(now, page.texts) if now.is_going_on else "",
            form.stop: gr.update(interactive=not now.is_stopping),
        }

    def looks(before: _Look | None, waited_for: int, name: str | None) -> Updates:
        """How far the import is, whichever window started it.

        Its set opens at its end, except in a window that had another one open when a second window began.
        """
        now = studio.imports.newest()
        if now is None or (before is None and not now.is_going_on):
            return {seen: _look_of(now)}
        updates: Updates = shows_import(now) if _look_of(now) != before else {seen: before}
        if before is None or (name in (None, now.name) and before.number != now.number):
            waited_for = now.number
            updates[followed] = waited_for  # otherwise left alone: the window may just have started one itself
        if waited_for == now.number and not now.is_going_on:
            updates[ended] = now.number
        return updates

    @safe
    def tells_outcome(is_typing: bool) -> Updates:
        now = studio.imports.newest()
        if now is None or now.outcome is None:  # the next one has begun
            return {}
        if isinstance(now.outcome, Exception) and not isinstance(now.outcome, Stopped):
            raise now.outcome
        forgets: Updates = {form.files: None, form.about_files: gr.update(visible=False)}
        if isinstance(now.outcome, Stopped):
            return {**forgets, notice: told(good_news(texts.import_stopped))}
        news: Updates = {**forgets, form.card: gr.update(visible=False), notice: told(import_news(now.outcome, texts))}
        if is_typing:
            return {**news, dataset: gr.update(choices=[each.name for each in studio.datasets.list()])}
        return {**shows_set(now.name), **news}

    @safe
    def stops() -> Updates:
        studio.imports.stop()
        return {form.stop: gr.update(interactive=False)}

    def takes_example(example: str) -> Any:
        @safe
        def take() -> Updates:
            report = studio.datasets.import_example(example, _free_name(page, example))
            return {
                **shows_set(report.dataset.name),
                form.card: gr.update(visible=False),
                notice: told(import_news(report, texts)),
            }

        return take

    # It says nothing itself and leaves the notice alone: an import empties the files and has just told what it did.
    form.files.change(asks_about_files, form.files, [form.about_files, form.name], **QUIET)
    form.use.click(
        imports, [form.files, form.name, form.consent], [*import_parts, notice],
        show_progress_on=form.use, api_visibility="private",
    ).then(None, None, None, js=LOOK_UP, **QUIET)  # fmt: skip
    page.news[Part.IMPORTS].change(looks, [seen, followed, dataset], [*import_parts, ended], **POLLING)
    ended.change(
        tells_outcome, form.is_typing, [form.files, form.about_files, *set_parts, notice], js=_IS_TYPING, **QUIET
    )
    form.stop.click(stops, None, [form.stop, notice], **QUIET)
    for example, button in form.examples.items():
        button.click(
            takes_example(example), None, [*set_parts, notice], show_progress_on=button, api_visibility="private"
        )
    add.click(lambda: gr.update(visible=True), None, form.card, **QUIET)
    form.back.click(lambda: gr.update(visible=False), None, form.card, **QUIET)


class _Look(NamedTuple):
    """What a window has seen of an import; `number` is 0 where there was none."""

    number: int = 0
    done: int = 0
    is_stopping: bool = False
    is_going_on: bool = False


def _look_of(now: BackgroundImport | None) -> _Look:
    if now is None:
        return _Look()
    return _Look(now.number, now.progress.done if now.progress else 0, now.is_stopping, now.is_going_on)


def _free_name(page: Page, name: str) -> str:
    taken = {dataset.name for dataset in page.studio.datasets.list()}
    return next(free for free in [name, *(f"{name}-{n}" for n in range(2, 1000))] if free not in taken)


def _suggested_name(page: Page, paths: Sequence[str]) -> str:
    zips = [Path(path).stem for path in paths if path.lower().endswith(".zip")]
    return _free_name(page, suggest_name(zips[0]) if zips else "my-pictures")
