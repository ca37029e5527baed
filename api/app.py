"""The application: everything is wired here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

import anyio.to_thread
from fastapi import FastAPI
from fastapi.concurrency import contextmanager_in_threadpool

from api.auth import BearerGate
from api.errors import install_error_handlers
from api.metrics import Metrics
from api.request_record import RequestRecorder
from api.routers import articles, health, match, orders, pages
from api.services import OTHERS_AT_ONCE, Services
from index.matcher import Matcher
from index.opening import open_matcher
from kb.settings import Settings

DESCRIPTION = (
    "Matches a customer's question, together with the order it is about, to ranked solutions "
    "from knowledge articles and past cases."
)
ROUTERS = (match.router, orders.router, articles.router, health.router, pages.router)


def create_app(settings: Settings | None = None, *, matcher: Matcher | None = None) -> FastAPI:
    """Return the application; with a matcher given it uses that one, and leaves its closing to the giver."""
    settings = settings or Settings()
    metrics = Metrics()
    app = FastAPI(
        title="Xianzhi 先知",
        description=DESCRIPTION,
        version=_read_version(),
        docs_url=None,  # The stock pages load scripts from elsewhere.
        redoc_url=None,
        redirect_slashes=False,  # A redirect would be built from whatever Host the caller names.
        lifespan=lambda app: _run(app, settings, metrics),
    )
    app.state.services = Services(matcher, metrics) if matcher else None
    for router in ROUTERS:
        app.include_router(router)
    pages.mount_files(app)
    install_error_handlers(app)
    # The last one added is the outermost.
    app.add_middleware(BearerGate, key=settings.api_key)
    app.add_middleware(RequestRecorder, metrics=metrics)
    return app


@asynccontextmanager
async def _run(app: FastAPI, settings: Settings, metrics: Metrics) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = OTHERS_AT_ONCE
    if app.state.services is not None:
        yield
        return
    async with _open_in_thread(settings) as matcher:
        app.state.services = Services(matcher, metrics)
        yield
        app.state.services = None


def _open_in_thread(settings: Settings) -> AbstractAsyncContextManager[Matcher]:
    return contextmanager_in_threadpool(open_matcher(settings))


def _read_version() -> str:
    try:
        return version("xianzhi")
    except PackageNotFoundError:  # Run from a checkout that was never installed.
        return "0"
