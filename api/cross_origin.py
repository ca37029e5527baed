"""What pages of other origins may do: the shop's listed ones ask the widget's addresses, any reads our static files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette._utils import get_route_path  # What the router itself goes by, below whatever prefix.
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import lies_under
from api.visitors import CUSTOMER_HEADER

WIDGET_API = ("/v1/suggest", "/v1/widget")
STATIC = ("/web", "/widget.js")
ASKED_HEADERS = ("Authorization", "Content-Type", CUSTOMER_HEADER, "X-Request-ID")
SHOWN_HEADERS = ("Retry-After", "X-Request-ID")
REMEMBERED_SECONDS = 7_200  # Browsers keep no answer to a preflight for longer.
# A page may be shut off from whatever does not say that it may be read there.
READ_BY_ALL: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
SMALLEST_COMPRESSED = 500
COMPRESSION = 6


class CrossOrigin:
    """ASGI middleware: each kind of address by its own rule, all others as if it were not there.

    No cookie is ever asked for, and so none of these answers depends on who else is signed in with the browser.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._others = app
        self._widget_api = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=list(ASKED_HEADERS),
            expose_headers=list(SHOWN_HEADERS),
            max_age=REMEMBERED_SECONDS,
        )
        # Static files only: compressed answers that hold a secret beside what a stranger sent can be guessed by length.
        self._static = GZipMiddleware(_ReadByAll(app), minimum_size=SMALLEST_COMPRESSED, compresslevel=COMPRESSION)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        app = self._others
        if lies_under(path, *WIDGET_API):
            app = self._widget_api
        elif lies_under(path, *STATIC):
            app = self._static
        await app(scope, receive, send)


class _ReadByAll:
    """Adds the headers that let any page read an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(READ_BY_ALL)
            await send(message)

        await self._app(scope, receive, send_readable)
