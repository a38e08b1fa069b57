"""How the page is served: what Gradio may keep, what it may give away, and whether it is well."""

import shutil
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from gradio.routes import App
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Lifespan

from profile_studio.services.studio import Studio
from profile_studio.settings import REPOSITORY_ROOT, Settings
from profile_studio.ui.admission import admit_fairly
from profile_studio.ui.components.markup import escape
from profile_studio.ui.door import PacedLogin, check_who_comes_in, logout_route
from profile_studio.ui.languages import LANGUAGES, PagesInLanguages
from profile_studio.ui.news import News, news_route
from profile_studio.ui.open_routes import OpenRoutes
from profile_studio.ui.open_streams import LimitedStreams, most_streams
from profile_studio.ui.own_site import OwnSite
from profile_studio.ui.own_uploads import OwnUploads
from profile_studio.ui.page import KEEP_SLIDERS_IN_BOUNDS
from profile_studio.ui.sessions import MOST_SESSIONS, keep_light_sessions
from profile_studio.ui.theme import StudioTheme

STYLE_SHEET = REPOSITORY_ROOT / "assets" / "css" / "style.css"
FIRST_STYLES = REPOSITORY_ROOT / "assets" / "css" / "loading.css"
MAXIMUM_UPLOAD = "1gb"  # as much as a LoRA may have
MAXIMUM_DEMO_UPLOAD = "512mb"
CACHE_SWEEP_S, CACHE_AGE_S = 600, 3600  # what was dropped on the page and neither used nor taken away
LONGEST_QUEUE = 1024  # of everybody's events: pictures in line, and what a page asks for while they wait
HEALTH_PATH = "/healthz"


def launch_options(studio: Studio, host: str) -> dict[str, Any]:
    """What `Blocks.launch` is called with, besides the port.

    Nothing of what a person does but their language is kept in the browser or told to anyone, and no file of the home is served by path.
    The page's own pictures travel inside its HTML, so no path needs to be allowed.

    Args:
        host: the name or address to listen at.

    Raises:
        InvalidSettings: others could come in without a password.
    """
    settings = studio.settings
    check_who_comes_in(settings, host)
    heartbeats = Counter[str]()
    return {
        "server_name": host,
        "theme": StudioTheme(),
        "css_paths": [STYLE_SHEET],
        "js": KEEP_SLIDERS_IN_BOUNDS,
        "footer_links": ["settings"],
        "auth": settings.login,
        "auth_message": _words_at_the_door(settings),
        "share": settings.share,  # said, because Gradio shares by itself on Colab
        "run_history": False,
        "enable_monitoring": False,
        "max_file_size": MAXIMUM_DEMO_UPLOAD if settings.is_demo else MAXIMUM_UPLOAD,
        "allowed_paths": [],
        "blocked_paths": [str(path) for path in settings.private_paths],
        "strict_cors": True,
        "mcp_server": False,
        "pwa": False,
        "ssr_mode": False,
        "state_session_capacity": MOST_SESSIONS,
        "num_workers": 0,  # servers of their own for files and uploads, on ports that have none of these rules
        "app_kwargs": {
            "routes": [_health_route(studio), news_route(News(studio, heartbeats.total)), logout_route()],
            "middleware": _middleware(settings, heartbeats),
            "lifespan": _prepared(settings, host),
        },
    }


def _words_at_the_door(settings: Settings) -> str | None:
    """In all languages: Gradio has one message for all pages, and the first styles show that of the page."""
    if settings.login is None:
        return None
    name, _ = settings.login
    words = ((texts.language, texts.header.door.format(name=name)) for texts in LANGUAGES)
    return "".join(f'<span lang="{language}">{escape(sentence)}</span>' for language, sentence in words)


def empty_uploads(settings: Settings) -> None:
    """Forgets what browsers sent and nobody imported; makes the folder for the next ones, for this user only."""
    shutil.rmtree(settings.uploads_dir, ignore_errors=True)
    settings.uploads_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def _health_route(studio: Studio) -> Route:
    """For watchdogs, without a login: the page answers, and whether a worker of this home was seen."""

    def health(_request: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "worker": studio.jobs.worker_is_running()})

    return Route(HEALTH_PATH, health, methods=["GET"])


def _prepared(settings: Settings, host: str) -> Lifespan[App]:
    """What is done with Gradio's app before it answers anybody; `OwnSite` comes around all of it."""

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncGenerator[None]:
        assert app.middleware_stack is not None
        app.middleware_stack = OwnSite(app.middleware_stack, settings, host)
        keep_light_sessions(app)
        admit_fairly(app.get_blocks())
        yield

    return lifespan


def _middleware(settings: Settings, heartbeats: Counter[str]) -> list[Middleware]:
    pages = Middleware(
        PagesInLanguages, first_styles=FIRST_STYLES.read_text("utf-8"), same_for_all=settings.login is None
    )
    routes = Middleware(OpenRoutes, takes_files=not settings.is_demo)
    return [
        Middleware(LimitedStreams, most=most_streams(), heartbeats=heartbeats),
        routes,
        Middleware(PacedLogin),
        Middleware(OwnUploads, folder=settings.uploads_dir),
        pages,
    ]
