"""A page of somebody else's with the sidebar in a frame, on a port of its own: browsers take its names for hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.http_server import HTML, QuietHandler, serve

# Browsers resolve these to this machine, and take each for a site of its own.
LISTED, FRAMING, STRANGER = "desk.localhost", "other.localhost", "stranger.localhost"
PAGE = """<!doctype html><title>desk</title>
<iframe id="sidebar" src="{url}/sidebar" width="400" height="860" allow="clipboard-write"></iframe>
<script>
  const heard = [];
  addEventListener("message", (event) => heard.push({{ origin: event.origin, data: event.data }}));
  const send = (data) => document.getElementById("sidebar").contentWindow.postMessage(data, "{url}");
</script>"""


@contextmanager
def serve_host_page(port: int, sidebar_url: str) -> Iterator[None]:
    """Serve the page at every address of a port."""
    body = PAGE.format(url=sidebar_url).encode()

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.answer(body, headers=HTML)

    with serve(Handler, port):
        yield
