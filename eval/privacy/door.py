"""How the walk asks the service: a port, for the web framework stays at the edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from index.matcher import Matcher
from kb.settings import Settings


class Door(Protocol):
    """Asks one request of the running service."""

    def ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> tuple[int, str]:
        """Return the status and the body of the answer."""
        ...


# Opens the service on a matcher; its log goes, in the service's own form, to the stream.
OpenDoor = Callable[[Settings, Matcher, TextIO], AbstractContextManager[Door]]
