"""Whom a service without a key answers: who asks on this machine, by a name that only this machine has."""

from __future__ import annotations

import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import HostRefused, make_error_answer
from kb.keys.ring import KeyRing

NAME_AND_PORT = re.compile(r"\[?([^\[\]/@]+?)\]?(:\d{1,5})?")
OF_TESTS = "testserver"  # Starlette's test client sends it; no name of the internet has a single label.


class OwnHost:
    """ASGI middleware: refuses requests that were sent to any other name than this machine's own.

    A page of anybody's can have its own name lead here (DNS rebinding), and would then read answers as our pages do.
    As soon as there is any key, it lets everything pass.
    """

    def __init__(self, app: ASGIApp, ring: KeyRing) -> None:
        self._app = app
        self._ring = ring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._ring.is_guarded or is_own(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        await make_error_answer(scope["state"]["request_id"], HostRefused())(scope, receive, send)


def is_own(host: str) -> bool:
    """Tell whether a Host header names this machine, whatever the port."""
    found = NAME_AND_PORT.fullmatch(host.lower())
    return found is not None and (found[1] == OF_TESTS or is_loopback(found[1]))


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address; a name other than localhost could mean any."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
