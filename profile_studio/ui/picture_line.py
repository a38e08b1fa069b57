"""The one line in which everybody's pictures wait: windows and programs alike, in the order in which they asked.

They wait in Gradio's queue, where a wait costs no thread and ends when its window closes.
"""

from typing import Any

import gradio as gr
from gradio.context import get_blocks_context
from gradio.queueing import Event

from profile_studio.domain.errors import EngineUnavailable

LONGEST_LINE = 200
_NAME = "pictures"
IN_LINE: dict[str, Any] = {"concurrency_id": _NAME, "concurrency_limit": 2}
"""How listeners are wired that make pictures: one is drawn, the next is with the engine already."""


class PictureLine:
    """Who waits for a picture of this page."""

    def __init__(self, blocks: gr.Blocks) -> None:
        self._blocks = blocks

    @classmethod
    def of_this_page(cls) -> "PictureLine":
        """The line of the `gr.Blocks` that is being built."""
        context = get_blocks_context()
        assert context is not None
        return cls(context.root_block)

    def waiting_before(self, session: str | None) -> int:
        """How many pictures of others wait.

        Raises:
            EngineUnavailable: too many do.
        """
        waiting = [event for event in self._waiting() if event.session_hash != session]
        if len(waiting) >= LONGEST_LINE:
            raise EngineUnavailable("{count} pictures wait already.", "Try again in a minute.", count=len(waiting))
        return len(waiting)

    def waits(self, session: str | None) -> bool:
        """Whether a picture of this session waits."""
        return any(event.session_hash == session for event in self._waiting())

    def check_another_of(self, session: str | None) -> None:
        """Refuses a program's picture beyond the one that is drawn and the one that waits.

        Raises:
            EngineUnavailable: it has both, or too many others wait.
        """
        waiting = self._waiting()
        places = [place for place, event in enumerate(waiting, start=1) if event.session_hash == session]
        if places and len(places) + self._running(session) > 1:
            raise EngineUnavailable(
                "A picture of yours waits already, at place {place} in the line.",
                "Wait for it, then ask again.",
                place=places[-1],
            )
        self.waiting_before(session)

    def _waiting(self) -> list[Event]:
        queue = self._blocks._queue.event_queue_per_concurrency_id.get(_NAME)  # pyright: ignore[reportPrivateUsage]
        return list(queue.queue) if queue else []

    def _running(self, session: str | None) -> int:
        running = [event for events in self._blocks._queue.active_jobs for event in events or ()]  # pyright: ignore[reportPrivateUsage]
        return sum(event.concurrency_id == _NAME and event.session_hash == session for event in running)
