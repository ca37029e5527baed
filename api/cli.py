"""`xianzhi serve`: the HTTP API and its pages on one address."""

from __future__ import annotations

import logging.config
import socket
from contextlib import closing, suppress
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.connections import ConnectionLimits, make_protocol
from api.logs import LOG_CONFIG
from api.metrics import Metrics
from api.own_host import is_loopback
from api.process import prepare_process, settle_process
from index.cli import show_progress
from index.opening import open_matcher
from kb.database import Database
from kb.errors import XianzhiError
from kb.keys.repository import list_records_there
from kb.networks import read_networks
from kb.opening import is_database_there
from kb.settings import Settings

LONGEST_HEAD_BYTES = 16_384
SHUTDOWN_SECONDS = 10

Host = Annotated[str, typer.Option(help="Address to listen on; beyond this machine only with a key.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")]


class KeyNeeded(XianzhiError):
    """Serving beyond this machine without a key would let anybody in."""

    code = "key_needed"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} can be reached from other machines, and no key is set. "
            "Make one with `xianzhi keys create NAME --role admin`, set XIANZHI_API_KEY or XIANZHI_API_KEYS, "
            "or serve on 127.0.0.1."
        )


class SettlingServer(uvicorn.Server):
    """uvicorn's server, which settles when all that stays has been loaded."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, what the application opens then included."""
        await super().startup(sockets)
        settle_process()


def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the API and the page to try it."""
    serve_with(Settings(), host=host, port=port)


def serve_with(settings: Settings, *, host: str, port: int) -> None:
    """Serve with these settings until stopped; raises `KeyNeeded` where that would let anybody in."""
    is_keyed = has_key(settings)
    if not is_loopback(host) and not is_keyed:
        raise KeyNeeded(host)
    prepare_process()
    logging.config.dictConfig(LOG_CONFIG)
    if not is_keyed:
        typer.echo(describe_missing_key(settings), err=True)
    typer.echo("Opening the knowledge base …")
    with show_progress() as on_progress, open_matcher(settings, on_progress=on_progress) as matcher:
        typer.echo(describe_links(host, port))
        app = create_app(settings, matcher=matcher)
        with suppress(KeyboardInterrupt):  # uvicorn passes on what it was stopped by.
            SettlingServer(configure(app, settings, host=host, port=port)).run()


def has_key(settings: Settings) -> bool:
    """Tell whether a key is asked for: one of the settings, or any that was ever made here."""
    if settings.keys:
        return True
    if not is_database_there(settings):
        return False
    with closing(Database(settings.resolved_database_url)) as database:
        return bool(list_records_there(database, now=settings.find_now()))


def describe_missing_key(settings: Settings) -> str:
    """Return what it means that no key is set, and how to make one."""
    what = (
        "and keys are required: whatever is asked under /v1 is refused."
        if settings.keys_required
        else "so everybody on this machine may do everything, and whoever a proxy on it lets through."
    )
    return f"No key is set, {what} Make one: `xianzhi keys create NAME --role admin`."


def configure(app: FastAPI, settings: Settings, *, host: str, port: int) -> uvicorn.Config:
    """Return how the application is served."""
    metrics: Metrics = app.state.metrics
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=make_protocol(read_limits(settings), count=lambda why: metrics.count_dropped(why.value)),
        ws="none",
        h11_max_incomplete_event_size=LONGEST_HEAD_BYTES,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        proxy_headers=False,  # `create_app` believes the proxies that the settings name, and no other.
        access_log=False,  # `api.request_record` writes a line for each request.
        server_header=False,
        log_config=None,
    )


def read_limits(settings: Settings) -> ConnectionLimits:
    """Return what the settings say of connections."""
    return ConnectionLimits(
        client_seconds=settings.client_seconds,
        most=settings.connections,
        most_per_address=settings.connections_per_address,
        proxies=read_networks(settings.proxies),
    )


def describe_links(host: str, port: int) -> str:
    """Return the three addresses to open in a browser."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    address = f"http://{shown}:{port}"
    pages = {"Try it": "/", "API": "/docs", "Metrics": "/metrics"}
    return "\n".join([*(f"  {name:<9}{address}{path}" for name, path in pages.items()), "Stop with Ctrl-C."])
