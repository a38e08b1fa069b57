"""Which base model is used: those there are, whether they are on this disk, and fetching one that is not."""

from dataclasses import dataclass

import gradio as gr
from gradio.events import Dependency

from profile_studio.base_models import STARTER, find_base_model
from profile_studio.domain.bases import known_base
from profile_studio.domain.errors import BaseNotFetched, InvalidSettings, ProfileStudioError
from profile_studio.domain.jobs import Job, JobStatus
from profile_studio.hub.cache import hub_id_of
from profile_studio.services.studio import Studio
from profile_studio.settings import Settings
from profile_studio.ui.components.job_view import progress_html
from profile_studio.ui.components.notices import (
    Updates,
    error_notice,
    error_notice_of_job,
    good_news,
    leaves_faults_to_the_bar,
    tells_errors,
    told,
)
from profile_studio.ui.page import POLLING, QUIET, Page, Part
from profile_studio.ui.texts import Texts

MAX_TOKEN_CHARACTERS = 200


def base_choice(studio: Studio, texts: Texts) -> gr.Dropdown:
    """The choice in the bar; on a computer of one's own a folder or a hub id may be typed, too."""
    return gr.Dropdown(
        base_choices(studio, texts),
        value=STARTER,
        allow_custom_value=not studio.settings.is_demo,
        label=texts.header.base,
        elem_id="base",
    )


def base_choices(studio: Studio, texts: Texts) -> list[tuple[str, str]]:
    """What is offered: words and name of each base model that has one."""
    return [(_words(studio, base.name, base.title, texts), base.name) for base in studio.bases.list()]


@dataclass(frozen=True)
class FetchParts:
    """What is shown while a base model is chosen that is to be fetched first."""

    token: gr.Textbox
    fetch: gr.Button
    cancel: gr.Button


def fetch_parts(texts: Texts) -> FetchParts:
    """Fetch, what cancels it, and who asks, where the hub wants to know."""
    token = gr.Textbox(
        type="password",
        label=texts.header.who_asks,
        info=texts.header.who_asks_info,
        visible=False,
        max_length=MAX_TOKEN_CHARACTERS,
        elem_id="hub-token",
    )
    fetch = gr.Button(texts.header.fetch, visible=False, size="sm", elem_id="fetch-base")
    return FetchParts(token, fetch, gr.Button(texts.common.cancel, visible=False, size="sm", elem_id="cancel-fetch"))


def wire_base(page: Page, notice: gr.HTML, parts: FetchParts) -> Dependency:
    """Says at the choice whether the base model can be used; returns the listener of the choice."""
    studio, texts = page.studio, page.texts
    token, fetch, cancel = parts.token, parts.fetch, parts.cancel

    def looks(base: str) -> Updates:
        html, may_be_fetched = told_of_base(studio, base, texts)
        return {
            notice: told(html),
            token: gr.update(visible=may_be_fetched and _asks_who(studio, base)),
            fetch: gr.update(visible=may_be_fetched),
            cancel: gr.update(visible=_unfinished(studio, base) is not None),
            page.base: gr.update(choices=base_choices(studio, texts)),
        }

    @tells_errors(notice, texts.common)
    def fetches(base: str, given: str) -> Updates:
        if given and not _takes_token(studio.settings):
            raise InvalidSettings(
                "A token is not taken over this page, which others can open, too.",
                "Give it where the studio runs: `bases fetch {base} --token-stdin`; on a Space, as its secret HF_TOKEN.",
                base=base,
            )
        studio.bases.fetch(base, given.strip())
        seen = looks(base)
        return {**seen, token: {**seen[token], "value": ""}, page.news[Part.FETCHES]: ""}

    @tells_errors(notice, texts.common)
    def cancels(base: str) -> Updates:
        if (job := _unfinished(studio, base)) is not None:
            studio.jobs.cancel(job.id)
        return {**looks(base), page.news[Part.FETCHES]: ""}

    shown = [notice, token, fetch, cancel, page.base]
    fetch.click(fetches, [page.base, token], [*shown, page.news[Part.FETCHES]], **QUIET)
    cancel.click(cancels, page.base, [*shown, page.news[Part.FETCHES]], **QUIET)
    page.news[Part.FETCHES].change(leaves_faults_to_the_bar(looks), page.base, shown, **POLLING)
    return page.base.input(tells_errors(notice, texts.common)(looks), page.base, shown, **QUIET)


def told_of_base(studio: Studio, base: str, texts: Texts) -> tuple[str, bool]:
    """What is to be said of a chosen base model as HTML, empty if nothing is, and whether it can be fetched now."""
    job = studio.bases.newest_fetch(base)
    try:
        find_base_model(base, studio.settings)
    except BaseNotFetched as error:
        if job is not None and job.error is not None:
            return error_notice_of_job(job.error, texts.common), True
        if job is not None and not job.status.is_finished:
            return progress_html(job, texts.header.fetch_step, texts), job.status is JobStatus.PAUSED
        return error_notice(error, texts.common), True
    except ProfileStudioError as error:
        return error_notice(error, texts.common), False
    is_fetched = job is not None and job.status is JobStatus.COMPLETED
    return good_news(texts.header.fetched) if is_fetched else "", False


def _takes_token(settings: Settings) -> bool:
    """Whether whoever sees the page is at the studio's own computer, or let in to it by its owner."""
    return not (settings.space_id or settings.share)


def _asks_who(studio: Studio, base: str) -> bool:
    """Whether the hub may want to know who fetches this base model."""
    known = known_base(base)
    return _takes_token(studio.settings) and hub_id_of(base) is not None and (known is None or known.is_gated)


def _unfinished(studio: Studio, base: str) -> Job | None:
    job = studio.bases.newest_fetch(base)
    return job if job is not None and not job.status.is_finished and job.wish is None else None


def _words(studio: Studio, base: str, title: str, texts: Texts) -> str:
    if base == STARTER:
        return texts.header.starter
    return title if studio.bases.is_ready(base) else texts.header.not_here.format(title=title)
