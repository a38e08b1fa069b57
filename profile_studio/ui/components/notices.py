"""What a person is told, beside the thing that caused it."""

import functools
import inspect
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import gradio as gr
from pydantic import BaseModel, ValidationError

from profile_studio.domain.errors import InvalidSettings, ProfileStudioError
from profile_studio.domain.jobs import JobError
from profile_studio.domain.places import without_places
from profile_studio.domain.validation import first_problem
from profile_studio.storage.faults import known_fault
from profile_studio.ui.components.markup import details, escape
from profile_studio.ui.texts import CommonTexts

Updates = dict[Any, Any]
Form = TypeVar("Form", bound=BaseModel)
Handler = Callable[..., Updates] | Callable[..., Iterator[Updates]]

_log = logging.getLogger(__name__)


def notice_area() -> gr.HTML:
    """An empty place for a message; it takes no room until there is one."""
    return gr.HTML(visible=False, elem_classes="notice-area")


def told(html: str) -> Any:
    """The update that shows a message in a notice area, or hides the area when there is none."""
    return gr.update(value=html, visible=bool(html))


def good_news(message: str, more: str = "") -> str:
    """A message that something worked; `more` is HTML already."""
    return f'<div class="notice good" role="status"><p>{escape(message)}</p>{more}</div>'


def _last_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()


def error_notice(error: ProfileStudioError, texts: CommonTexts, technical: str = "") -> str:
    """What happened, what to do, and the technical text in a fold with a button that copies it."""
    technical = technical or f"{error.kind}: {_last_line(error.__cause__ or error)}"
    copy = "navigator.clipboard.writeText(this.previousElementSibling.innerText)"
    fold = (
        f'<pre tabindex="0">{escape(without_places(technical))}</pre>'
        f'<button type="button" onclick="{copy}">{escape(texts.copy)}</button>'
    )
    return (
        f'<div class="notice bad" role="alert"><p><b>{escape(texts.said(error.message))}</b> {escape(texts.said(error.fix))}</p>'
        f"{details(texts.details, fold)}</div>"
    )


def error_notice_of_job(error: JobError, texts: CommonTexts) -> str:
    """The same message for what went wrong in another process."""
    return error_notice(ProfileStudioError(error.message, error.fix), texts, error.details or error.kind)


def tells_errors(notice: gr.HTML, texts: CommonTexts) -> Callable[[Handler], Handler]:
    """Decorates handlers that return updates by component: an error becomes a message in `notice`.

    The listener's outputs must include `notice`. Whatever an error leaves unanswered stays as it was.
    """

    def shown(error: Exception) -> Updates:
        known = error if isinstance(error, ProfileStudioError) else known_fault(error)
        if known is not None:
            return {notice: told(error_notice(known, texts))}
        _log.error("A handler failed", exc_info=error)
        technical = "".join(traceback.format_exception(error))
        unexpected = ProfileStudioError(texts.unexpected, texts.unexpected_fix)
        return {notice: told(error_notice(unexpected, texts, technical))}

    def decorate(handler: Handler) -> Handler:
        if inspect.isgeneratorfunction(handler):

            @functools.wraps(handler)
            def generate(*args: Any, **form: Any) -> Iterator[Updates]:
                try:
                    yield {notice: told("")}
                    yield from handler(*args, **form)
                except Exception as error:  # noqa: BLE001  # the page's border: no raw traceback passes
                    yield shown(error)

            return generate

        @functools.wraps(handler)
        def call(*args: Any, **form: Any) -> Updates:
            try:
                return {notice: told(""), **handler(*args, **form)}  # type: ignore[dict-item]
            except Exception as error:  # noqa: BLE001  # the page's border: no raw traceback passes
                return shown(error)

        return call

    return decorate


def leaves_faults_to_the_bar(look: Callable[..., Updates]) -> Callable[..., Updates]:
    """Decorates looks that nobody asked for: a fault that has words is told above, and when it is over all look again."""

    @functools.wraps(look)
    def looked(*seen: Any) -> Updates:
        try:
            return look(*seen)
        except Exception as error:
            if not isinstance(error, ProfileStudioError) and known_fault(error) is None:
                raise
            return {}

    return looked


def parse_form(model: type[Form], form: dict[str, Any], labels: dict[str, str], texts: CommonTexts) -> Form:
    """The form as a checked value.

    Inputs have no bounds of their own: Gradio would say so in English, in a corner, and without the field's name.

    Raises:
        InvalidSettings: a field is out of its bounds; the message names it as the page does.
    """
    try:
        return model(**form)
    except ValidationError as error:
        setting, problem = first_problem(error)
        name = setting.partition(".")[0]
        message = texts.out_of_range.format(field=labels.get(name, name), problem=texts.said(problem))
        raise InvalidSettings(message, texts.out_of_range_fix) from error
