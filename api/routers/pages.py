"""The pages: one to try a match, the agent's sidebar, one to read the API's description, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from kb.origins import read_origins
from kb.settings import Settings

WEB = Path(__file__).parent.parent / "web"
# Asked each time whether it changed: after an upgrade nobody runs an old script against a new API.
FRESH = {"Cache-Control": "no-cache"}

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


@router.api_route("/docs", methods=["GET", "HEAD"])
async def show_api_page() -> FileResponse:
    """Return the page that renders `/openapi.json`."""
    return FileResponse(WEB / "docs.html", headers=FRESH)


class FreshFiles(StaticFiles):
    """Static files that browsers ask for again each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, or that it has not changed."""
        response = await super().get_response(path, scope)
        response.headers.update(FRESH)
        return response


def mount_pages(app: FastAPI, settings: Settings) -> None:
    """Serve the pages' scripts and styles, and tell the sidebar what it has to know."""
    app.state.sidebar_settings = SidebarSettings(read_origins(settings.host_origins), settings.timezone)
    app.mount("/web", FreshFiles(directory=WEB), name="web")
