"""Who may still ask: one session neither fills the queue nor the line of pictures."""

from typing import Any

import gradio as gr

from profile_studio.domain.errors import EngineUnavailable
from profile_studio.ui.languages import PAGES
from profile_studio.ui.picture_line import PictureLine

MOST_WAITING_EVENTS = 64  # Gradio's client sends up to 40 at once


def admit_fairly(blocks: gr.Blocks) -> None:
    """Lets a session wait with a few events, and a program with one picture, before Gradio queues them."""
    queue, line = blocks._queue, PictureLine(blocks)  # pyright: ignore[reportPrivateUsage]
    push = queue.push

    async def push_if_fair(body: Any, request: Any, username: str | None) -> Any:
        called = blocks.fns.get(body.fn_index)
        if body.session_hash and len(queue.pending_event_ids_session.get(body.session_hash, ())) >= MOST_WAITING_EVENTS:
            words = PAGES[called.page if called is not None else ""].access
            return False, words.many_waiting.format(n=MOST_WAITING_EVENTS), "error"
        if called is not None and called.api_name == "make_picture":
            try:
                line.check_another_of(body.session_hash)
            except EngineUnavailable as error:  # Gradio's client tells the words of a failed validation, and no others
                words = {"__type__": "validate", "is_valid": False, "message": str(error)}
                return False, [{**words, "parameter_name": "prompt"}], "validator_error"
        return await push(body=body, request=request, username=username)

    queue.push = push_if_fair
