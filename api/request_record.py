"""The outermost layer: gives every request its id, every answer its headers, and every exchange one line in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette._utils import get_route_path  # What the router itself goes by, below whatever prefix.
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import lies_under
from api.auth import GUARDED
from api.metrics import Metrics
from api.policy import make_security_headers

log = logging.getLogger(__name__)

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
CLIENT_GONE = 499  # As nginx logs it: nobody is there to be answered.
UNKNOWN_ROUTE = "unknown"
SECURITY_HEADERS = make_security_headers()


@dataclass(slots=True)
class _Exchange:
    request_id: str
    status: int = 0
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started


class RequestRecorder:
    """ASGI middleware around everything; `CrashAnswerer`, within it, answers what goes wrong."""

    def __init__(self, app: ASGIApp, metrics: Metrics, headers: Mapping[str, str] = SECURITY_HEADERS) -> None:
        self.app = app
        self.metrics = metrics
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = get_route_path(scope)  # Now: what is mounted takes its part of it away.
        exchange = _Exchange(choose_request_id(Headers(scope=scope).get("x-request-id", "")))
        scope.setdefault("state", {})["request_id"] = exchange.request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                _add_headers(message, exchange.request_id, self.headers, address=path)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        finally:
            self._record(exchange, scope)

    def _record(self, exchange: _Exchange, scope: Scope) -> None:
        route = str(getattr(scope.get("route"), "path", UNKNOWN_ROUTE)) or UNKNOWN_ROUTE
        self.metrics.count_request(route, exchange.status, exchange.seconds)
        log.info(
            "request_served",
            extra={
                "request_id": exchange.request_id,
                "route": route,
                "status": exchange.status,
                "milliseconds": round(exchange.seconds * 1000, 1),
            },
        )


def choose_request_id(offered: str) -> str:
    """Return the caller's id where it is a plain one, else a new one."""
    return offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex


def _add_headers(message: Message, request_id: str, security: Mapping[str, str], *, address: str) -> None:
    headers = MutableHeaders(scope=message)
    if lies_under(address, GUARDED):
        headers.setdefault("Cache-Control", "no-store")  # Orders and customers stay in no browser and no proxy.
    headers["X-Request-ID"] = request_id
    for name, value in security.items():
        headers.setdefault(name, value)
