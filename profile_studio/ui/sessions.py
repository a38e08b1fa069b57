"""What the page's process remembers of each window and each program that calls: little, and not for long.

Gradio 6.31 copies the configuration of all components for every session (1.4 MB of ours), keeps in it whatever was
shown there, and lets none of it go when the window closes. Only its deep links read it, and the page has none.
"""

import datetime
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradio.blocks import Block, BlocksConfig
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder

MOST_SESSIONS = 500  # an open window's take 140 kB each, a program's 5 kB
KEPT_AFTER_CLOSING_S = (
    600.0  # a phone that shows its pictures' folder, or a laptop that slept, comes back to its window
)


@dataclass(frozen=True)
class _PageWithoutConfiguration:
    default_config: BlocksConfig
    blocks: Mapping[int, Block] = field(default_factory=dict[int, Block])


class Session(SessionState):
    """A session's own values, and those components that an answer changed; all others are the page's."""

    def __init__(self, page: BlocksConfig) -> None:
        super().__init__(_PageWithoutConfiguration(page))  # pyright: ignore[reportArgumentType]
        self.blocks_config.blocks = ChainMap({}, page.blocks)  # pyright: ignore[reportAttributeAccessIssue]
        self.blocks_config.fns = ChainMap({}, page.fns)  # pyright: ignore[reportAttributeAccessIssue]

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None: ...

    def _update_value_in_config(self, key: int, value: Any) -> None: ...


class Sessions(StateHolder):
    """The sessions of a page. Beyond Gradio's limit, those of closed windows are let go."""

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks.default_config)
        return super().__getitem__(session_id)

    def delete_all_expired_state(self) -> None:
        """Gradio calls this every second."""
        super().delete_all_expired_state()
        self.let_go_of_closed(datetime.datetime.now())
        self._let_go_of_answers()

    def let_go_of_closed(self, now: datetime.datetime) -> None:
        """Forgets windows that were closed and have not been heard of for a while."""
        heard_of_since = now - datetime.timedelta(seconds=KEPT_AFTER_CLOSING_S)
        with self.lock:
            for session_id, session in list(self.session_data.items()):
                if session.is_closed and self.time_last_used[session_id] < heard_of_since:
                    del self.session_data[session_id], self.time_last_used[session_id]

    def _let_go_of_answers(self) -> None:
        """Forgets answers that nobody fetched, once their session is forgotten; Gradio keeps a note of each for ever."""
        queue = self.blocks._queue  # pyright: ignore[reportPrivateUsage]
        for session_id, event_ids in list(queue.pending_event_ids_session.items()):
            if session_id not in self.session_data and event_ids.isdisjoint(queue.event_ids_to_events):
                del queue.pending_event_ids_session[session_id]
                queue.pending_messages_per_session.pop(session_id, None)


def keep_light_sessions(app: App) -> None:
    """Gives the app our sessions; to be called before it answers anybody."""
    sessions = Sessions()
    sessions.set_blocks(app.get_blocks())
    app.state_holder = sessions
