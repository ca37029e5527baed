"""The application: everything is wired here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import anyio.to_thread
from fastapi import FastAPI
from fastapi.concurrency import contextmanager_in_threadpool
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.admission import Admission
from api.crash import CrashAnswerer
from api.cross_origin import CrossOrigin
from api.errors import install_error_handlers
from api.gate import KeyGate
from api.limits import Limits
from api.metrics import Metrics
from api.own_host import OwnHost
from api.places import Places
from api.policy import make_security_headers
from api.request_record import RequestRecorder
from api.routers import (
    articles,
    customers,
    events,
    feedback,
    handovers,
    health,
    keys,
    match,
    notices,
    orders,
    pages,
    replies,
    suggest,
    synonyms,
    widget,
)
from api.services import OTHERS_AT_ONCE, Services
from api.tracing import NO_TELEMETRY, RequestTracer, open_tracing
from index.matcher import Matcher
from index.opening import open_matcher
from index.suggest.suggester import open_suggester
from kb.customer_token import CustomerTokens
from kb.feedback.recorder import MatchRecorder, RecordingRules, open_recorder
from kb.keys.ring import KeyRing, follow_keys
from kb.networks import read_networks
from kb.origins import read_ancestors, read_origins
from kb.settings import Settings

DESCRIPTION = (
    "Matches a customer's question, together with the order it is about, to ranked solutions "
    "from knowledge articles and past cases."
)
ROUTERS = (
    match.router,
    feedback.router,
    orders.router,
    customers.router,
    events.router,
    articles.router,
    synonyms.router,
    notices.router,
    replies.router,
    suggest.router,
    widget.router,
    handovers.router,
    keys.router,
    health.router,
    pages.router,
)


def create_app(settings: Settings | None = None, *, matcher: Matcher | None = None) -> FastAPI:
    """Return the application; with a matcher given it uses that one, and leaves its closing to the giver."""
    settings = settings or Settings()
    metrics, ring, places = Metrics(), KeyRing(settings.keys, is_required=settings.keys_required), Places()
    app = FastAPI(
        title="Xianzhi 先知",
        description=DESCRIPTION,
        version=_read_version(),
        openapi_url=None,  # It would be written anew each time it is asked for: ours is in `pages`.
        docs_url=None,  # The stock pages load scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,  # A redirect would be built from whatever Host the caller names.
        lifespan=lambda app: _run(app, settings, metrics, matcher, ring),
        telemetry=NO_TELEMETRY,
    )
    app.state.services = None
    app.state.places = places
    app.state.metrics = metrics
    for router in ROUTERS:
        app.include_router(router)
    pages.mount_pages(app, settings)
    install_error_handlers(app)
    # The last one added is the outermost.
    if settings.traces_endpoint:
        app.add_middleware(RequestTracer)
    app.add_middleware(Admission, places=places, metrics=metrics)
    app.add_middleware(KeyGate, ring=ring, limits=make_limits(settings))
    app.add_middleware(CrashAnswerer)
    app.add_middleware(CrossOrigin, origins=read_origins(settings.widget_origins))
    app.add_middleware(OwnHost, ring=ring)
    headers = make_security_headers(read_ancestors(settings.frame_ancestors))
    proxies = read_networks(settings.proxies)
    if proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))
    app.add_middleware(RequestRecorder, metrics=metrics, headers=headers)
    return app


@asynccontextmanager
async def _run(
    app: FastAPI, settings: Settings, metrics: Metrics, given: Matcher | None, ring: KeyRing
) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = OTHERS_AT_ONCE
    if app.state.services is not None:  # Somebody runs the application who already started it.
        yield
        return
    async with AsyncExitStack() as stack:
        stack.callback(app.state.places.close)
        if settings.traces_endpoint:
            await stack.enter_async_context(contextmanager_in_threadpool(open_tracing(settings.traces_endpoint)))
        matcher = given
        if matcher is None:
            matcher = await stack.enter_async_context(contextmanager_in_threadpool(open_matcher(settings)))
        await stack.enter_async_context(contextmanager_in_threadpool(follow_keys(ring, matcher.live.database)))
        recorder = await stack.enter_async_context(_open_recorder_in_thread(settings, metrics, matcher))
        suggesting = open_suggester(matcher.live.database, clock=matcher.surroundings.clock)
        suggester = await stack.enter_async_context(contextmanager_in_threadpool(suggesting))
        app.state.services = Services(
            matcher,
            metrics,
            recorder,
            suggester,
            settings.webhook_secrets,
            settings.solutions_seconds,
            settings.matches_kept,
            customer_tokens=CustomerTokens(settings.customer_secrets),
            places=app.state.places,
            keys=ring,
        )
        yield
        app.state.services = None


def _open_recorder_in_thread(
    settings: Settings, metrics: Metrics, matcher: Matcher
) -> AbstractAsyncContextManager[MatchRecorder]:
    rules = RecordingRules(records=settings.record_matches, kept=settings.matches_kept)
    clock = matcher.surroundings.clock
    return contextmanager_in_threadpool(
        open_recorder(matcher.live.database, rules, clock=clock, count=metrics.count_records)
    )


def make_limits(settings: Settings) -> Limits:
    """Return how much each caller may ask, counted by this process alone."""
    return Limits(
        of_key=settings.key_requests_per_minute,
        of_address=settings.address_requests_per_minute,
        proxies=read_networks(settings.proxies),
    )


def _read_version() -> str:
    try:
        return version("xianzhi")
    except PackageNotFoundError:  # Run from a checkout that was never installed.
        return "0"
