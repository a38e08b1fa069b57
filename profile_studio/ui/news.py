"""What goes on in the studio, for every window that asks: often, and all of them, so it is answered from memory.

A window looks at rows, which takes a place in Gradio's queue, only where a part of the answer is new to it.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from profile_studio.domain.errors import ProfileStudioError
from profile_studio.domain.jobs import Job, JobKind, JobStatus
from profile_studio.services.studio import Studio
from profile_studio.storage.faults import known_fault
from profile_studio.ui.components.job_view import status_line, status_trouble
from profile_studio.ui.door import is_let_in
from profile_studio.ui.languages import LANGUAGES
from profile_studio.ui.page import POLL_INTERVAL_S, Part
from profile_studio.ui.texts import Texts

KEPT_S = 1.0
_MOST_LOOKS_A_SECOND = 20  # of all windows together; one takes a hundredth of a second or two
_LANGUAGES = {texts.language: texts for texts in LANGUAGES}


_KINDS = {
    Part.TRAININGS: JobKind.TRAIN,
    Part.COMPARISONS: JobKind.COMPARE,
    Part.CAPTIONINGS: JobKind.CAPTION,
    Part.FETCHES: JobKind.FETCH,
}


@dataclass(frozen=True)
class Seen:
    """How the studio was at one moment.

    `versions` differ where a window would see a difference; `trouble` is why nothing can be known, where that is so.
    """

    jobs: Sequence[Job] = ()
    versions: Sequence[str] = ("",) * len(Part)
    trouble: ProfileStudioError | None = None


class News:
    """Answers for all windows of this process.

    Args:
        windows: how many are open.
        now: seconds on a clock that never goes back.
    """

    def __init__(self, studio: Studio, windows: Callable[[], int], now: Callable[[], float] = time.monotonic) -> None:
        self._studio = studio
        self._windows = windows
        self._now = now
        self._troubles = 0
        self._seen = Seen()
        self._seen_at: float | None = None
        self._status: dict[str, str] = {}
        self._looking = asyncio.Lock()

    async def answer(self, language: str) -> list[str | float]:
        """The versions of all parts, the bar above, and after how many seconds to ask again."""
        async with self._looking:
            if self._seen_at is None or self._now() - self._seen_at >= KEPT_S:
                await run_in_threadpool(self.look)
                self._seen_at = self._now()
        return [*self._seen.versions, self._status[language], calm_interval_s(self._windows())]

    def look(self) -> None:
        """Looks at the rows and at what this process does.

        Where a fault is in the way, the bar says so, and the versions stay until it is over: then all are new, for whoever
        met the fault.
        """
        seen = self._look()
        if seen.trouble is not None:
            self._troubles += self._seen.trouble is None
            seen = replace(seen, versions=self._seen.versions)
        self._seen = seen
        self._status = {tag: self._status_html(seen, texts) for tag, texts in _LANGUAGES.items()}

    def _look(self) -> Seen:
        try:
            jobs = self._studio.jobs.list()
        except Exception as error:
            known = error if isinstance(error, ProfileStudioError) else known_fault(error)
            if known is None:
                raise
            return Seen(trouble=known)
        shown: dict[Part, object] = {
            part: [replace(job, heartbeat_at=None) for job in jobs if job.kind is kind] for part, kind in _KINDS.items()
        }
        if (brought_in := self._studio.imports.newest()) is not None:
            shown[Part.IMPORTS] = replace(brought_in, outcome=None), brought_in.is_going_on  # its report may be long
        return Seen(jobs, [_version(self._troubles, shown.get(part)) for part in Part])

    def _status_html(self, seen: Seen, texts: Texts) -> str:
        """What the bar says now: long work, or why nobody can know about it."""
        if seen.trouble is not None:
            return status_trouble(seen.trouble, texts)
        return status_line(
            [job for job in seen.jobs if not job.status.is_finished or job.status is JobStatus.PAUSED],
            self._studio.jobs.worker_is_running(),
            texts,
            self._studio.imports.going_on(),
            disk_is_full=self._studio.storage.disk_is_full(),
        )


def news_route(news: News) -> Route:
    """Where a window asks."""

    async def tell(request: Request) -> Response:
        language = request.path_params["language"]
        if not is_let_in(request) or language not in _LANGUAGES:
            return Response(status_code=404)
        return JSONResponse(await news.answer(language), headers={"cache-control": "no-store"})

    return Route("/news/{language}", tell, methods=["GET"])


def calm_interval_s(windows: int) -> float:
    """How often each window may ask, so that where all find something new they do not look too often together."""
    return max(POLL_INTERVAL_S, windows / _MOST_LOOKS_A_SECOND)


def _version(*shown: object) -> str:
    return hashlib.blake2b(repr(shown).encode(), digest_size=8).hexdigest()
