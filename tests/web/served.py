"""A shop whose API listens on a real port, in a thread, and can be stopped and started again."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from api.app import create_app
from index.follower import LiveIndex
from index.matcher import Matcher, Surroundings
from kb.articles.models import Audience
from kb.database import Database
from kb.settings import Settings
from kb.transfer.importer import import_path
from tests.fakes import FakeEncoder, FixedClock
from tests.web.host_page import FRAMING, LISTED

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZONE)
MOST_SECONDS = 20
SECRET = "the-secret-of-a-shop-that-is-none"


class Served:
    """An application on a port of this machine."""

    def __init__(self, settings: Settings, matcher: Matcher, *, port: int, host_port: int) -> None:
        self.settings = settings
        self.matcher = matcher
        self.port = port
        self.host_port = host_port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Database:
        """What is behind it."""
        return self.matcher.live.database

    def start(self) -> None:
        """Listen, and answer whoever connects as soon as the application runs."""
        listening = listen(self.port)
        config = uvicorn.Config(
            create_app(self.settings, matcher=self.matcher),
            log_config=None,
            access_log=False,
            ws="none",
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(MOST_SECONDS)
        assert not self._thread.is_alive()
        self._server = self._thread = None


def listen(port: int) -> socket.socket:
    """Return a socket that takes connections on a port; 0 takes a free one."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(64)
    return listening


def find_free_port() -> int:
    """Return a port that nobody listens on now."""
    with listen(0) as found:
        port: int = found.getsockname()[1]
    return port


def import_sample(database: Database) -> None:
    """Take the sample knowledge base in."""
    import_path(database, SAMPLE, zone=ZONE, now=NOW)


def leave_empty(_: Database) -> None:
    """Take nothing in."""


@contextmanager
def open_served(
    folder: Path,
    empty_file: Path,
    *,
    key: str | None = None,
    fill: Callable[[Database], object] = import_sample,
    shops: str = "",
) -> Iterator[Served]:
    """Yield a service with the sample knowledge base, or what `fill` puts in its place; `shops` may ask as widgets do.

    On `host_port`, pages of one host may frame the sidebar and speak with it, those of another may only frame it.
    """
    shutil.copyfile(empty_file, folder / "xianzhi.db")
    port, host_port = find_free_port(), find_free_port()
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "widget_origins": shops,
            "api_key": key,
            "customer_secret": SECRET,
            "host_origins": f"http://{LISTED}:{host_port}",
            "frame_ancestors": f"self http://{LISTED}:{host_port} http://{FRAMING}:{host_port}",
        }
    )
    database = Database(settings.resolved_database_url)
    fill(database)
    live = LiveIndex(database, FakeEncoder(), settings.generations_dir, clock=FixedClock(NOW))
    live.open()
    matcher = Matcher(live, Surroundings(FixedClock(NOW), ZONE, thresholds=dict.fromkeys(Audience, 0.5)))
    served = Served(settings, matcher, port=port, host_port=host_port)
    served.start()
    try:
        yield served
    finally:
        served.stop()
        live.close()
        database.close()
