"""How pictures come in: dropped files, or an example that ships."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.datasets import Consent, ImportRequest
from profile_studio.domain.names import suggest_name
from profile_studio.ui.components.import_news import import_news
from profile_studio.ui.components.markup import escape
from profile_studio.ui.components.notices import Updates, tells_errors, told
from profile_studio.ui.page import QUIET, Page


@dataclass(frozen=True)
class BringForm:
    """The components of the invitation."""

    card: gr.Column
    files: gr.File
    about_files: gr.Column
    name: gr.Textbox
    consent: gr.Radio
    use: gr.Button
    try_example: gr.Column
    examples: dict[str, gr.Button]
    back: gr.Button

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
    texts, datasets = page.texts.pictures, page.studio.datasets
    with gr.Column(elem_classes="card welcome", visible=False) as card:
        gr.HTML(f"<p>{escape(texts.empty)}</p>")
        files = gr.File(label=texts.drop, file_count="multiple", file_types=["image", ".zip"], elem_id="pictures-files")
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
                examples = {
                    example: gr.Button(
                        texts.example.format(name=example),
                        icon=datasets.example_picture(example),
                        elem_id=f"example-{example}",
                    )
                    for example in datasets.examples()
                }
        back = gr.Button(texts.back, size="sm", visible=False)
    camera.click(None, None, None, js=_TAKE_PICTURE, **QUIET)
    return BringForm(card, files, about_files, name, consent, use, try_example, examples, back)


def shows_invitation(form: BringForm, *, has_sets: bool) -> Updates:
    """The invitation while there is no set; out of the way otherwise."""
    updates: Updates = {
        form.card: gr.update(visible=not has_sets),
        form.try_example: gr.update(visible=bool(form.examples)),
    }
    return updates if has_sets else {**updates, form.back: gr.update(visible=False)}


def wire_bring(
    page: Page,
    form: BringForm,
    add: gr.Button,
    notice: gr.HTML,
    shows_set: Callable[[str | None], Updates],
    set_parts: list[Any],
) -> None:
    """Connects the invitation; `add` calls it back, `shows_set` opens what was brought."""
    texts, studio = page.texts.pictures, page.studio
    safe = tells_errors(notice, page.texts.common)

    def asks_about_files(paths: list[str] | None) -> Updates:
        return {form.about_files: gr.update(visible=bool(paths)), form.name: _suggested_name(page, paths or [])}

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
            form.files: None,
            form.about_files: gr.update(visible=False),
            **shows_set(report.dataset.name),
            notice: told(news),
        }

    def takes_example(example: str) -> Any:
        @safe
        def take() -> Updates:
            report = studio.datasets.import_example(example, _free_name(page, example))
            return {**shows_set(report.dataset.name), notice: told(import_news(report, texts))}

        return take

    # It says nothing itself and leaves the notice alone: an import empties the files and has just told what it did.
    form.files.change(asks_about_files, form.files, [form.about_files, form.name], **QUIET)
    form.use.click(
        imports, [form.files, form.name, form.consent], [form.files, form.about_files, *set_parts, notice],
        show_progress_on=form.use, api_visibility="private",
    )  # fmt: skip
    for example, button in form.examples.items():
        button.click(
            takes_example(example), None, [*set_parts, notice], show_progress_on=button, api_visibility="private"
        )
    both = [form.card, form.back]
    add.click(lambda: (gr.update(visible=True), gr.update(visible=True)), None, both, **QUIET)
    form.back.click(lambda: (gr.update(visible=False), gr.update(visible=False)), None, both, **QUIET)


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
