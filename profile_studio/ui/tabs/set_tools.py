"""What is done with a set as a whole: advice, all captions at once, what is kept from training, versions, export."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from profile_studio.domain.arrangement import Arrangement
from profile_studio.domain.captions import CaptionEdit, tag_frequencies
from profile_studio.domain.datasets import Dataset
from profile_studio.domain.jobs import Job
from profile_studio.services.exporting import ExportFormat
from profile_studio.ui.caption_words import left_sentence
from profile_studio.ui.components.caption_list import AFTER_SAVES
from profile_studio.ui.components.job_view import progress_html
from profile_studio.ui.components.markup import details, escape
from profile_studio.ui.components.notices import (
    Updates,
    error_notice_of_job,
    good_news,
    leaves_faults_to_the_bar,
    tells_errors,
    told,
)
from profile_studio.ui.page import POLLING, QUIET, Page, Part
from profile_studio.ui.tabs.honest_check import HonestCheck, build_honest_check, shows_honest_check, wire_honest_check
from profile_studio.ui.texts import PicturesTexts

_SHOWN_TAGS = 30


@dataclass(frozen=True)
class SetTools:
    """The components below the pictures of a set."""

    advice: gr.HTML
    tags: gr.HTML
    find: gr.Textbox
    replacement: gr.Textbox
    words: gr.Textbox
    edits: dict[CaptionEdit, gr.Button]
    undo: gr.Button
    write: gr.Button
    stop: gr.Button
    progress: gr.HTML
    honest: HonestCheck
    export_format: gr.Radio
    export: gr.Button
    exported: gr.File
    versions: gr.HTML
    seen_job: gr.State
    taken_copy: gr.State

    @property
    def shown(self) -> list[Any]:
        """What `shows_tools` updates."""
        return [self.advice, self.tags, *self.honest.shown, self.versions, self.exported]


def build_tools(texts: PicturesTexts) -> SetTools:
    """Advice in the open, everything else one fold away."""
    advice = gr.HTML(elem_id="set-advice")
    with gr.Accordion(texts.all_captions, open=False, elem_id="all-captions"):
        with gr.Row():
            write = gr.Button(texts.write_captions, elem_id="write-captions")
            stop = gr.Button(texts.stop_captions, visible=False, elem_id="stop-captions")
        progress = gr.HTML(visible=False)
        tags = gr.HTML()
        with gr.Row():
            find = gr.Textbox("", label=texts.find, elem_id="find")
            replacement = gr.Textbox("", label=texts.replace, elem_id="replace")
        replace = gr.Button(texts.edits[CaptionEdit.REPLACE], size="sm", elem_id="replace-all")
        words = gr.Textbox("", label=texts.words, elem_id="caption-words")
        with gr.Row():
            prefix = gr.Button(texts.edits[CaptionEdit.PREFIX], size="sm", elem_id="prefix-all")
            suffix = gr.Button(texts.edits[CaptionEdit.SUFFIX], size="sm", elem_id="suffix-all")
            undo = gr.Button(texts.undo, size="sm", elem_id="undo-captions")
    honest = build_honest_check(texts)
    with gr.Accordion(texts.take_along, open=False):
        export_format = gr.Radio(
            [(words_, each.value) for each, words_ in texts.export_formats.items()],
            value=ExportFormat.IMAGEFOLDER.value,
            label=texts.export_format,
        )
        export = gr.Button(texts.export, size="sm", elem_id="export-set")
        exported = gr.File(label=texts.exported, visible=False, interactive=False)
    versions = gr.HTML()
    edits = {CaptionEdit.REPLACE: replace, CaptionEdit.PREFIX: prefix, CaptionEdit.SUFFIX: suffix}
    return SetTools(
        advice, tags, find, replacement, words, edits, undo, write, stop, progress, honest, export_format, export,
        exported, versions, gr.State(None), gr.State(None),
    )  # fmt: skip


def shows_tools(page: Page, tools: SetTools, opened: Dataset) -> Updates:
    """What the set itself says: advice, tags, versions."""
    texts, said = page.texts.pictures, page.texts.common.said
    advice = [said(each) for each in page.studio.datasets.advice(opened.name, is_face=opened.is_face_set)]
    counts = tag_frequencies([image.caption for image in opened.images])
    tags = " \u00b7 ".join(f"{tag} ({count})" for tag, count in list(counts.items())[:_SHOWN_TAGS])
    changes = "".join(
        f"<li><code>{escape(change.version)}</code> {escape(said(change.what))}</li>"
        for change in page.studio.datasets.changes(opened.name)
    )
    return {
        tools.advice: _listed(texts.advice, advice),
        tools.tags: f'<p class="quiet">{escape(tags)}</p>' if tags else "",
        **shows_honest_check(page, tools.honest, opened),
        tools.versions: details(texts.versions.format(version=opened.version), f"<ul>{changes}</ul>"),
        tools.exported: gr.update(value=None, visible=False),
    }


def takes_captions_back(
    page: Page, shows_set: Callable[[str | None, str | None, Arrangement], Updates], notice: gr.HTML
) -> Callable[[str, str | None, Arrangement], Updates]:
    """The handler of a button that undoes the newest change of captions and says in `notice` what it was."""
    texts = page.texts.pictures

    def takes_back(name: str, picture_id: str | None, arranged: Arrangement) -> Updates:
        what = page.studio.datasets.undo_captions(name)
        news = texts.undone.format(what=page.texts.common.said(what)) if what else texts.nothing_to_undo
        return {**shows_set(name, picture_id, arranged), notice: told(good_news(news))}

    return takes_back


def wire_tools(
    page: Page,
    tools: SetTools,
    looked_at: list[Any],
    notice: gr.HTML,
    shows_set: Callable[[str | None, str | None, Arrangement], Updates],
    set_parts: list[Any],
) -> None:
    """Connects the tools; `shows_set`, called with the values of `looked_at`, brings the whole tab up to date."""
    dataset = looked_at[0]
    texts, studio = page.texts.pictures, page.studio
    safe = tells_errors(notice, page.texts.common)
    seen_job, taken_copy = tools.seen_job, tools.taken_copy
    job_parts = [tools.progress, tools.stop, tools.write, seen_job]

    def edits(edit: CaptionEdit) -> Any:
        @safe
        def change(name: str, picture_id: str | None, arranged: Arrangement, words: str, replacement: str) -> Updates:
            count = studio.datasets.edit_captions(name, edit, words, replacement) if words.strip() else 0
            return {**shows_set(name, picture_id, arranged), notice: told(good_news(texts.edited.format(n=count)))}

        return change

    @safe
    def writes(name: str, picture_id: str | None, arranged: Arrangement) -> Updates:
        studio.captioning.submit(name)
        return {**looks(name, picture_id, arranged, None), page.news[Part.CAPTIONINGS]: ""}

    def looks(name: str | None, picture_id: str | None, arranged: Arrangement, seen: str | None) -> Updates:
        """The set's captioning as its row says; the whole tab anew when it has come to an end."""
        job = studio.captioning.newest(name) if name else None
        now = f"{job.id} {job.status.value} {job.step}" if job else ""
        if now == seen or (seen is None and (job is None or job.status.is_finished)):
            return {seen_job: now}
        if job is None:  # another set, which was never captioned
            return {seen_job: now, tools.progress: gr.update(visible=False), tools.stop: gr.update(visible=False)}
        updates = {**_shows_job(page, tools, job), seen_job: now}
        if job.status.is_finished:
            updates.update(shows_set(name, picture_id, arranged))
        return updates

    @safe
    def stops(name: str) -> Updates:
        job = studio.captioning.newest(name)
        if job is not None and not job.status.is_finished:
            studio.jobs.cancel(job.id)
        return {}

    @safe
    def exports(name: str, format_value: str) -> Updates:
        """A copy where Gradio may take it from: it serves nothing out of the home."""
        folder = Path(tempfile.mkdtemp(prefix="profile-studio-"))
        path = studio.datasets.export(name, ExportFormat(format_value), folder)
        return {tools.exported: gr.update(value=str(path), visible=True), taken_copy: str(folder)}

    for edit, button in tools.edits.items():
        words = tools.find if edit is CaptionEdit.REPLACE else tools.words
        button.click(
            edits(edit), [*looked_at, words, tools.replacement], [*set_parts, notice], show_progress_on=button,
            api_visibility="private",
        )  # fmt: skip
    takes_back = safe(takes_captions_back(page, shows_set, notice))
    tools.undo.click(takes_back, looked_at, [*set_parts, notice], js=AFTER_SAVES, **QUIET)
    tools.write.click(writes, looked_at, [*job_parts, *set_parts, notice], **QUIET)
    tools.stop.click(stops, dataset, [notice], **QUIET)
    page.news[Part.CAPTIONINGS].change(
        leaves_faults_to_the_bar(looks), [*looked_at, seen_job], [*job_parts, *set_parts], **POLLING
    )
    wire_honest_check(page, tools.honest, looked_at, notice, shows_set, set_parts)
    # Gradio has its own copy by then, which it sweeps.
    tools.export.click(exports, [dataset, tools.export_format], [tools.exported, taken_copy, notice], **QUIET).success(
        _forget, taken_copy, None, **QUIET
    )


def _shows_job(page: Page, tools: SetTools, job: Job) -> Updates:
    texts = page.texts
    if job.error is not None:
        shown = error_notice_of_job(job.error, texts.common)
    elif left := left_sentence(job.result, texts):
        shown = f'<div class="notice" role="status"><p>{escape(left)}</p></div>'
    else:
        shown = "" if job.status.is_finished else progress_html(job, texts.pictures.picture_step, texts)
    return {
        tools.progress: gr.update(value=shown, visible=bool(shown)),
        tools.stop: gr.update(visible=not job.status.is_finished),
        tools.write: gr.update(interactive=job.status.is_finished),
    }


def _forget(folder: str | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _listed(title: str, sentences: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<p><b>{escape(title)}</b></p><ul>{items}</ul>" if items else ""
