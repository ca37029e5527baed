"""The pages: one to try a match, one to read the API's description, and their files."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

WEB = Path(__file__).parent.parent / "web"
# Asked each time whether it changed: after an upgrade nobody runs an old script against a new API.
FRESH = {"Cache-Control": "no-cache"}

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def show_try_page() -> FileResponse:
    """Return the page to try a match."""
    return FileResponse(WEB / "index.html", headers=FRESH)


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


def mount_files(app: FastAPI) -> None:
    """Serve the pages' scripts and styles."""
    app.mount("/web", FreshFiles(directory=WEB), name="web")
