"""The pages: to try a match, the agent's sidebar, a shop with the widget, the API's description; and their files."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from kb.origins import read_origins
from kb.settings import Settings

WEB = Path(__file__).parent.parent / "web"
# Asked each time whether it changed: after an upgrade nobody runs an old script against a new API.
FRESH = {"Cache-Control": "no-cache"}
# What lies at an address that names its content never changes: a shop's pages ask for one file, not for thirty.
LASTING = {"Cache-Control": "public, max-age=31536000, immutable"}
RELEASE = re.compile(r"[0-9a-f]{16}/")
WIDGET_FILES = ("widget/*.js", "vendor/lit/*.js")
MODULES = 'const MODULES = "web/"'

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SidebarSettings:
    """What the sidebar has to know before it asks anything: nothing here is secret."""

    host_origins: tuple[str, ...]
    time_zone: str


@router.api_route("/", methods=["GET", "HEAD"])
async def show_try_page() -> FileResponse:
    """Return the page to try a match."""
    return FileResponse(WEB / "index.html", headers=FRESH)


@router.api_route("/sidebar", methods=["GET", "HEAD"])
async def show_sidebar() -> FileResponse:
    """Return the agent's sidebar."""
    return FileResponse(WEB / "sidebar" / "index.html", headers=FRESH)


@router.get("/sidebar/settings")
async def read_sidebar_settings(request: Request, response: Response) -> SidebarSettings:
    """Return with which pages the sidebar speaks, and in which time zone it writes times."""
    response.headers.update(FRESH)
    settings: SidebarSettings = request.app.state.sidebar_settings
    return settings


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def read_widget_script(request: Request) -> Response:
    """Return the script that a shop's page includes."""
    script: str = request.app.state.widget_script
    return Response(script, media_type="text/javascript", headers=FRESH)


@router.api_route("/widget-demo", methods=["GET", "HEAD"])
async def show_widget_demo() -> FileResponse:
    """Return a shop's page with the widget."""
    return FileResponse(WEB / "widget-demo" / "index.html", headers=FRESH)


@router.api_route("/docs", methods=["GET", "HEAD"])
async def show_api_page() -> FileResponse:
    """Return the page that renders `/openapi.json`."""
    return FileResponse(WEB / "docs.html", headers=FRESH)


@router.api_route("/openapi.json", methods=["GET", "HEAD"])
async def describe_api(request: Request) -> Response:
    """Return the API's description, written once: anybody may ask for it as often as they like."""
    state = request.app.state
    if state.description is None:
        state.description = orjson.dumps(request.app.openapi())
    return Response(state.description, media_type="application/json", headers=FRESH)


class PageFiles(StaticFiles):
    """Static files that browsers ask for again each time, unless the address names the release that is served."""

    def __init__(self, release: str) -> None:
        super().__init__(directory=WEB)
        self.release = release

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or that it has not changed."""
        named = RELEASE.match(path)
        # Another release's address is that of a neighbour who is upgraded already, or not yet: ours will do, for now.
        response = await super().get_response(path[named.end() :] if named else path, scope)
        response.headers.update(LASTING if path.startswith(f"{self.release}/") else FRESH)
        return response


def hash_widget() -> str:
    """Return what names the widget's files as they are now."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in WIDGET_FILES for path in WEB.glob(pattern)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def mount_pages(app: FastAPI, settings: Settings) -> None:
    """Serve the pages' scripts and styles, and tell the sidebar and the widget what they have to know."""
    app.state.sidebar_settings = SidebarSettings(read_origins(settings.host_origins), settings.timezone)
    app.state.description = None
    release = hash_widget()
    script = (WEB / "widget.js").read_text(encoding="utf-8")
    app.state.widget_script = script.replace(MODULES, f'const MODULES = "web/{release}/"')
    app.mount("/web", PageFiles(release), name="web")
