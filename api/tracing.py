"""Traces: a span a request, by its route, with what the stages of a match took; sent to a collector where one is named.

FastAPI would tell them itself, with addresses and queries, where customers' numbers stand: that is switched off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.solutions import MatchResult
from kb.access import Role
from kb.errors import InvalidInput
from kb.tracing import PROPAGATOR, TRACER

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
EXPORT_SECONDS = 2  # Also what a collector that hangs delays the end of the program by.


class TracingNotInstalled(InvalidInput):
    """A collector is named, and what speaks to it is missing."""

    code = "tracing_not_installed"

    def __init__(self) -> None:
        super().__init__("XIANZHI_TRACES_ENDPOINT needs the `tracing` extra. Run `pip install '.[tracing]'`.")


class RequestTracer:
    """ASGI middleware: a span around every request that was let in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with TRACER.start_as_current_span(
            _name_method(scope),
            context=_read_parent(scope),
            kind=SpanKind.SERVER,
            record_exception=False,  # Its words may be a customer's.
            set_status_on_exception=False,
        ) as span:
            try:
                await self.app(scope, receive, send_noting)
            finally:
                _describe(span, scope, status)


def note_match(result: MatchResult) -> None:
    """Tell the request's span what each stage of a match took, in milliseconds."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attribute("xianzhi.answered", result.answered)
        for stage, milliseconds in result.timing.items():
            span.set_attribute(f"xianzhi.stage.{stage}_ms", round(milliseconds, 3))


@contextmanager
def open_tracing(endpoint: str) -> Iterator[None]:
    """Send spans to an OTLP/HTTP address until the end; raises `TracingNotInstalled`.

    How much is sampled, headers and further attributes go by OpenTelemetry's own variables.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise TracingNotInstalled from error
    provider = TracerProvider(resource=Resource.create({"service.name": "xianzhi"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint, timeout=EXPORT_SECONDS)))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _read_parent(scope: Scope) -> Context | None:
    """Return the span of a caller with a key; visitors of a shop's page are no part of anybody's trace."""
    key = scope["state"].get("key")
    if key is None or key.role is Role.WIDGET:
        return None
    return PROPAGATOR.extract(Headers(scope=scope))


def _name_method(scope: Scope) -> str:
    """Return the method, or what OpenTelemetry's conventions call one that nobody knows: it is a stranger's word."""
    return scope["method"] if scope["method"] in METHODS else "_OTHER"


def _describe(span: Span, scope: Scope, status: int) -> None:
    method, route = _name_method(scope), getattr(scope.get("route"), "path", "")
    span.update_name(f"{method} {route}".strip())
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("xianzhi.request_id", scope["state"]["request_id"])
    if status >= 500 or not status:
        span.set_status(Status(StatusCode.ERROR))
